/** Appends to a partition's log and reads in it, against bare copies and checksums in the same kind of file, all of it warm. */
import { join } from 'node:path';
import type { Environment, SegmentFile } from '../../../engine/environment.ts';
import type { PartitionLog } from '../../../engine/log/partition-log.ts';
import { crc32c } from '../../../engine/record/crc32c.ts';
import type { Contender, Work } from '../contender.ts';
import type { Contest, OpenContest } from '../contest.ts';
import { clickstreamBatch } from '../sample-batches.ts';
import { append, openLog } from './sample-log.ts';
import { withScratch } from './scratch.ts';

const SEGMENT_BYTES = 64 * 1024 * 1024;
/** Half a segment: no timing rolls it. */
const WARM_BYTES = SEGMENT_BYTES / 2;
const BATCH: Work = { count: 1, unit: 'batch' };

interface Files {
  readonly environment: Environment;
  readonly log: PartitionLog;
  /** Of the same kind as the log's, filled up to WARM_BYTES. */
  readonly bare: SegmentFile;
}

export function appendContest(bytes: number): Contest {
  return {
    title: `append a batch of ${bytes / 1024} KiB`,
    open: () => withFiles(bytes, ({ log, bare, environment }) => ({ limit: copyAndChecksum(bare, bytes, environment), contenders: [appending(log, bytes)] })),
  };
}

export function readContest(bytes: number): Contest {
  return {
    title: `read on from batch to batch of ${bytes / 1024} KiB, checksum each`,
    open: () => withFiles(bytes, ({ log, bare }) => ({ limit: checksumOnly(bare, bytes), contenders: [readingOn(log, bytes)] })),
  };
}

function withFiles(bytes: number, contest: (files: Files) => OpenContest): Promise<OpenContest> {
  return withScratch(({ directory, environment, keep }) => {
    const log = openLog(environment, { directory, segmentBytes: SEGMENT_BYTES }, { cleanShutdown: false });
    keep({ close: () => log.close({ clean: false }) });
    const bare = keep(environment.files.openSegment(join(directory, 'bare.log'), { maxBytes: SEGMENT_BYTES, size: 0, sealed: false }));
    const batch = clickstreamBatch(bytes);
    while (log.sizeInBytes + batch.length <= WARM_BYTES) append(log, batch);
    while (bare.size + batch.length <= WARM_BYTES) bare.append(batch);
    return contest({ environment, log, bare });
  });
}

/** The log starts again when it is as long as what is warm. */
function appending(log: PartitionLog, bytes: number): Contender {
  const batch = clickstreamBatch(bytes);
  let written = log.sizeInBytes;
  const prepare = (runs: number): void => {
    if (written + runs * batch.length <= WARM_BYTES) return;
    log.truncateTo(0);
    written = 0;
  };
  const run = (): void => {
    append(log, batch);
    written += batch.length;
  };
  return { name: 'check, stamp, index, copy', bytes: batch.length, work: BATCH, isChosen: true, prepare, run };
}

/** Portable files give copies instead of windows: then the limit is memory, which is faster still. */
function copyAndChecksum(bare: SegmentFile, bytes: number, { files }: Environment): Contender {
  const batch = clickstreamBatch(bytes);
  const windows = windowsOf(bare, batch.length);
  let next = 0;
  const run = (): void => {
    crc32c(batch, 0, batch.length);
    windows[next]?.set(batch);
    next = (next + 1) % windows.length;
  };
  const name = files.kind === 'mapped' ? 'memcpy into a mapped file, CRC-32C' : 'memcpy, CRC-32C';
  return { name, bytes: batch.length, work: BATCH, run };
}

function readingOn(log: PartitionLog, bytes: number): Contender {
  const end = log.logEndOffset;
  let offset = 0;
  const run = (): void => {
    const result = log.read(offset, { maxBytes: bytes, upTo: end, minOneBatch: true });
    if (result.kind !== 'data') throw new Error(`the read was answered ${result.kind}`);
    for (const chunk of result.chunks) crc32c(chunk, 0, chunk.length);
    offset = result.nextOffset >= end ? 0 : result.nextOffset;
  };
  return { name: 'find, window, CRC-32C', bytes: clickstreamBatch(bytes).length, work: BATCH, isChosen: true, run };
}

function checksumOnly(bare: SegmentFile, bytes: number): Contender {
  const batchBytes = clickstreamBatch(bytes).length;
  const windows = windowsOf(bare, batchBytes);
  let next = 0;
  const run = (): void => {
    crc32c(windows[next] as Buffer, 0, batchBytes);
    next = (next + 1) % windows.length;
  };
  return { name: 'CRC-32C over the same kind of file', bytes: batchBytes, work: BATCH, run };
}

function windowsOf(file: SegmentFile, bytes: number): Buffer[] {
  return Array.from({ length: Math.floor(file.size / bytes) }, (_, at) => file.view(at * bytes, bytes) as Buffer);
}
