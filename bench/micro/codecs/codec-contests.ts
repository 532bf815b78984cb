/**
 * The race that decides which library is behind each codec, on batches as they are sent: compressing and opening. The limit of a codec
 * is the system's C library without Node around it; gzip has none, node:zlib's own C code is what the others are held against.
 */
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { compressSync as snappyBlock, uncompressSync as snappyUnblock } from 'snappy';
import { assert } from '../../../engine/assert.ts';
import { native } from '../../../engine/native/native.ts';
import { compressLent, decompressInto, defaultLevels, type CompressionType } from '../../../engine/record/compression.ts';
import { ScratchMemory } from '../../../engine/record/scratch-memory.ts';
import type { Contender, ExternalContender, Work } from '../contender.ts';
import type { Contest, OpenContest } from '../contest.ts';
import { openCLibrary, type CCodec, type CLibrary, type Direction } from './c-library.ts';
import { clickstreamRecords } from '../sample-batches.ts';
import { openZstdCodec, type ZstdCodec } from './zstd-codec.ts';

interface Candidate {
  readonly codec: Exclude<CompressionType, 'none'>;
  readonly library: string;
  readonly isChosen: boolean;
  compress(bytes: Buffer): Uint8Array;
  open(bytes: Uint8Array): Uint8Array;
}

const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: defaultLevels.zstd } };
const GZIP_LEVEL_MIN = 1;
/** A result in V8's memory instead of one that a finalizer gives back. */
const SNAPPY_OUTPUT = { copyOutputData: true };
const BATCH: Work = { count: 1, unit: 'batch' };

const C_CODECS: readonly CCodec[] = ['zstd', 'lz4', 'snappy'];

export function codecContests(batchBytes: number): Contest[] {
  const size = `${Math.round(batchBytes / 1024)} KiB of clickstream records`;
  return [
    { title: `compress ${size}`, open: () => openRace(batchBytes, 'compress') },
    { title: `open ${size}`, open: () => openRace(batchBytes, 'open') },
  ];
}

/** Only who gives back what went in takes part. */
async function openRace(batchBytes: number, direction: Direction): Promise<OpenContest> {
  const records = clickstreamRecords(batchBytes);
  const libraries = new Map<string, CLibrary>();
  const close = async (): Promise<void> => void (await Promise.all([...libraries.values()].map((library) => library.kind === 'measurable' && library.close())));
  try {
    for (const codec of C_CODECS) libraries.set(codec, await openCLibrary(codec, records));
    const limits = new Map([...libraries].map(([codec, library]) => [codec, limitOf(codec, library, { records, direction })]));
    const contenders = codecCandidates(records.length, await openZstdCodec()).map((candidate): Contender => ({ ...contenderOf(candidate, { records, direction }), ...limits.get(candidate.codec) }));
    return { contenders, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function limitOf(codec: string, library: CLibrary, { records, direction }: { records: Buffer; direction: Direction }): Pick<Contender, 'limit' | 'limitMissingReason'> {
  if (library.kind === 'missing') return { limitMissingReason: `${codec}: C library not measured: ${library.reason} is missing` };
  const limit: ExternalContender = {
    kind: 'external',
    name: `${codec}: C library${library.version === undefined ? '' : ` ${library.version}`}`,
    bytes: records.length,
    work: BATCH,
    remark: smaller(records.length, library.compressedBytes),
    time: (options) => library.time(direction, options),
  };
  return { limit };
}

function contenderOf(candidate: Candidate, { records, direction }: { records: Buffer; direction: Direction }): Contender {
  const compressed = Buffer.from(candidate.compress(records));
  const name = `${candidate.codec}: ${candidate.library}`;
  assert(records.equals(candidate.open(compressed)), `${name}: opens to other bytes than were compressed`);
  const run = direction === 'compress' ? (): void => void candidate.compress(records) : (): void => void candidate.open(compressed);
  return { name, bytes: records.length, work: BATCH, isChosen: candidate.isChosen, remark: smaller(records.length, compressed.length), run };
}

function smaller(openBytes: number, compressedBytes: number): string {
  return `${(openBytes / compressedBytes).toFixed(2)}x smaller`;
}

/** headroom's own as producers and record readers call them: into memory that they lend. */
function codecCandidates(openBytes: number, zstdCodec: ZstdCodec | undefined): Candidate[] {
  const memory = new ScratchMemory();
  const own = (codec: Candidate['codec'], library: string): Candidate => ({
    codec,
    library,
    isChosen: true,
    compress: (bytes) => compressLent(codec, bytes),
    open: (bytes) => memory.lend((allocate) => decompressInto(codec, bytes, { maxBytes: openBytes, allocate })),
  });
  const usesZstdAddon = native?.zstdCompress !== undefined;
  return [
    ...(usesZstdAddon ? [own('zstd', `add-on, level ${defaultLevels.zstd}`)] : []),
    {
      codec: 'zstd',
      library: `node:zlib, level ${defaultLevels.zstd}`,
      isChosen: !usesZstdAddon,
      compress: (bytes) => zstdCompressSync(bytes, zstdOptions),
      open: (bytes) => zstdDecompressSync(bytes),
    },
    ...(zstdCodec === undefined ? [] : [zstdCodecCandidate(zstdCodec)]),
    own('lz4', native === undefined ? 'lz4-napi, own framing' : 'add-on'),
    { codec: 'lz4', library: 'lz4-napi, its framing', isChosen: false, compress: (bytes) => compressFrameSync(bytes), open: (bytes) => decompressFrameSync(Buffer.from(bytes)) },
    own('snappy', native === undefined ? 'snappy, own framing' : 'add-on'),
    {
      codec: 'snappy',
      library: 'snappy, V8\'s memory',
      isChosen: false,
      compress: (bytes) => snappyBlock(bytes, SNAPPY_OUTPUT),
      open: (bytes) => snappyUnblock(Buffer.from(bytes), { asBuffer: true, ...SNAPPY_OUTPUT }) as Buffer,
    },
    own('gzip', `node:zlib, level ${defaultLevels.gzip}`),
    { codec: 'gzip', library: `node:zlib, level ${GZIP_LEVEL_MIN}`, isChosen: false, compress: (bytes) => gzipSync(bytes, { level: GZIP_LEVEL_MIN }), open: (bytes) => gunzipSync(bytes) },
  ];
}

function zstdCodecCandidate(zstdCodec: ZstdCodec): Candidate {
  return {
    codec: 'zstd',
    library: `zstd-codec, level ${defaultLevels.zstd}`,
    isChosen: false,
    compress: (bytes) => zstdCodec.compress(bytes, defaultLevels.zstd),
    open: (bytes) => zstdCodec.decompress(bytes),
  };
}
