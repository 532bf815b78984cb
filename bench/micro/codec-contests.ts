/** The race that decides which library is behind each codec, on batches as they are sent: compressing and opening. */
import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';
import { compressSync as snappyBlock, uncompressSync as snappyUnblock } from 'snappy';
import { compress, decompress, type CompressionType } from '../../engine/record/compression.ts';
import { native } from '../../engine/native/native.ts';
import type { Contender, Contest } from './contest.ts';
import { clickstreamRecords } from './sample-batches.ts';

interface Candidate {
  readonly codec: Exclude<CompressionType, 'none'>;
  readonly library: string;
  readonly isChosen: boolean;
  compress(bytes: Buffer): Uint8Array;
  open(bytes: Uint8Array): Uint8Array;
}

const ZSTD_LEVEL = 3;
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } };

export function codecContests(batchBytes: number): Contest[] {
  const records = clickstreamRecords(batchBytes);
  const candidates = codecCandidates(records.length);
  const contender = (candidate: Candidate, run: () => void, compressed: Uint8Array): Contender => ({
    name: `${candidate.codec}, ${candidate.library}`,
    bytes: records.length,
    isChosen: candidate.isChosen,
    remark: `${(records.length / compressed.length).toFixed(2)}x smaller`,
    run,
  });
  const size = `${Math.round(batchBytes / 1024)} KiB of clickstream records`;
  return [
    {
      title: `compress ${size}`,
      limit: undefined,
      contenders: candidates.map((candidate) => contender(candidate, () => candidate.compress(records), candidate.compress(records))),
    },
    {
      title: `open ${size}`,
      limit: undefined,
      contenders: candidates.map((candidate) => {
        const compressed = Buffer.from(candidate.compress(records));
        return contender(candidate, () => candidate.open(compressed), compressed);
      }),
    },
  ];
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
    ...(usesAddon ? [own('zstd', 'Node\'s library, kept contexts')] : []),
    {
      codec: 'zstd',
      library: 'node:zlib',
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
    own('gzip', 'node:zlib'),
    { codec: 'gzip', library: 'node:zlib, level 1', isChosen: false, compress: (bytes) => gzipSync(bytes, { level: 1 }), open: (bytes) => gunzipSync(bytes) },
  ];
}

