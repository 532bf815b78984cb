/** Appends to a partition's log, reads and look-ups in it, against bare copies and checksums in the same kind of file, all of it warm. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment, SegmentFile } from '../../engine/environment.ts';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { parseTopicConfig } from '../../engine/log/log-config.ts';
import { PartitionLog } from '../../engine/log/partition-log.ts';
import { crc32c } from '../../engine/record/crc32c.ts';
import type { Contender, Contest, OpenContest, Work } from './contest.ts';
import { clickstreamBatch } from './sample-batches.ts';

const SEGMENT_BYTES = 64 * 1024 * 1024;
/** Half a segment: no timing rolls it. */
const WARM_BYTES = SEGMENT_BYTES / 2;
const LEADER = { leaderEpoch: 0, isInternal: false };
const BATCH: Work = { count: 1, unit: 'batch' };
const TOPIC_ID = Buffer.alloc(16, 1);

/** What a contest keeps on the disk until it is over. */
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

export function lookUpContest(bytes: number): Contest {
  return {
    title: `find a batch of ${bytes / 1024} KiB by a random offset`,
    open: () => withFiles(bytes, ({ log }) => ({ contenders: [lookingUp(log)] })),
  };
}

/** In a directory of their own, which goes when the contest closes or cannot begin. */
function withFiles(bytes: number, contest: (files: Files) => OpenContest): OpenContest {
  const root = mkdtempSync(join(tmpdir(), 'headroom-micro-'));
  const opened: { close(): void }[] = [];
  const close = (): void => {
    for (const each of opened) each.close();
    rmSync(root, { recursive: true, force: true });
  };
  try {
    const environment = createHostEnvironment();
    const config = { ...parseTopicConfig(new Map()), segmentBytes: SEGMENT_BYTES };
    const log = PartitionLog.open(environment, { directory: join(root, 'log'), topic: 'micro', partition: 0, topicId: TOPIC_ID, config, cleanShutdown: false });
    opened.push({ close: () => log.close({ clean: false }) });
    const bare = environment.files.openSegment(join(root, 'bare.log'), { maxBytes: SEGMENT_BYTES, size: 0, sealed: false });
    opened.push(bare);
    const batch = clickstreamBatch(bytes);
    while (log.sizeInBytes + batch.length <= WARM_BYTES) append(log, batch);
    while (bare.size + batch.length <= WARM_BYTES) bare.append(batch);
    return { ...contest({ environment, log, bare }), close };
  } catch (error) {
    close();
    throw error;
  }
}

function append(log: PartitionLog, batch: Buffer): void {
  const result = log.appendAsLeader(batch, LEADER);
  if (result.kind !== 'appended') throw new Error(`the append was answered ${result.kind}`);
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

function lookingUp(log: PartitionLog): Contender {
  const end = log.logEndOffset;
  let random = 1;
  const run = (): void => {
    // Park and Miller's generator: the same offsets each time.
    random = (random * 48_271) % 2_147_483_647;
    log.read(random % end, { maxBytes: 1, upTo: end, minOneBatch: true });
  };
  return { name: 'sparse index, then batch headers', bytes: undefined, work: { count: 1, unit: 'look-up' }, isChosen: true, run };
}

function windowsOf(file: SegmentFile, bytes: number): Buffer[] {
  return Array.from({ length: Math.floor(file.size / bytes) }, (_, at) => file.view(at * bytes, bytes) as Buffer);
}
