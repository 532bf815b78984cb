/** The race that decides which library is behind each codec, on batches as they are sent: compressing and opening. */
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { compressSync as snappyBlock, uncompressSync as snappyUnblock } from 'snappy';
import { assert } from '../../engine/assert.ts';
import { compress, decompress, defaultLevels, type CompressionType } from '../../engine/record/compression.ts';
import { native } from '../../engine/native/native.ts';
import type { Contender, Contest, OpenContest, Work } from './contest.ts';
import { clickstreamRecords } from './sample-batches.ts';

interface Candidate {
  readonly codec: Exclude<CompressionType, 'none'>;
  readonly library: string;
  readonly isChosen: boolean;
  compress(bytes: Buffer): Uint8Array;
  open(bytes: Uint8Array): Uint8Array;
}

const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: defaultLevels.zstd } };
const GZIP_LEVEL_MIN = 1;
const BATCH: Work = { count: 1, unit: 'batch' };

export function codecContests(batchBytes: number): Contest[] {
  const size = `${Math.round(batchBytes / 1024)} KiB of clickstream records`;
  return [
    { title: `compress ${size}`, open: () => openRace(batchBytes, (candidate, { records }) => void candidate.compress(records)) },
    { title: `open ${size}`, open: () => openRace(batchBytes, (candidate, { compressed }) => void candidate.open(compressed)) },
  ];
}

/** Only who gives back what went in takes part. */
function openRace(batchBytes: number, run: (candidate: Candidate, bytes: { records: Buffer; compressed: Buffer }) => void): OpenContest {
  const records = clickstreamRecords(batchBytes);
  const contenders = codecCandidates(records.length).map((candidate): Contender => {
    const compressed = Buffer.from(candidate.compress(records));
    const name = `${candidate.codec}: ${candidate.library}`;
    assert(records.equals(candidate.open(compressed)), `${name}: opens to other bytes than were compressed`);
    const bytes = { records, compressed };
    return { name, bytes: records.length, work: BATCH, isChosen: candidate.isChosen, remark: `${(records.length / compressed.length).toFixed(2)}x smaller`, run: () => run(candidate, bytes) };
  });
  return { contenders };
}

function codecCandidates(openBytes: number): Candidate[] {
  const own = (codec: Candidate['codec'], library: string): Candidate => ({
    codec,
    library,
    isChosen: true,
    compress: (bytes) => compress(codec, bytes),
    open: (bytes) => decompress(codec, bytes, { maxBytes: openBytes }),
  });
  const usesAddon = native?.zstdCompress !== undefined;
  return [
    ...(usesAddon ? [own('zstd', `add-on, level ${defaultLevels.zstd}`)] : []),
    {
      codec: 'zstd',
      library: `node:zlib, level ${defaultLevels.zstd}`,
      isChosen: !usesAddon,
      compress: (bytes) => zstdCompressSync(bytes, zstdOptions),
      open: (bytes) => zstdDecompressSync(bytes),
    },
    own('lz4', 'lz4-napi, own framing'),
    { codec: 'lz4', library: 'lz4-napi, its framing', isChosen: false, compress: (bytes) => compressFrameSync(bytes), open: (bytes) => decompressFrameSync(Buffer.from(bytes)) },
    own('snappy', 'snappy, V8\'s memory'),
    {
      codec: 'snappy',
      library: 'snappy, external memory',
      isChosen: false,
      compress: (bytes) => snappyBlock(bytes),
      open: (bytes) => snappyUnblock(Buffer.from(bytes), { asBuffer: true }) as Buffer,
    },
    own('gzip', `node:zlib, level ${defaultLevels.gzip}`),
    { codec: 'gzip', library: `node:zlib, level ${GZIP_LEVEL_MIN}`, isChosen: false, compress: (bytes) => gzipSync(bytes, { level: GZIP_LEVEL_MIN }), open: (bytes) => gunzipSync(bytes) },
  ];
}

