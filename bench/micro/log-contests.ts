/** Appends to a partition's log, and look-ups in it, against the bare copy and checksum into the same kind of file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { parseTopicConfig } from '../../engine/log/log-config.ts';
import { PartitionLog } from '../../engine/log/partition-log.ts';
import { crc32c } from '../../engine/record/crc32c.ts';
import type { Contender, Contest } from './contest.ts';
import { clickstreamBatch } from './sample-batches.ts';

const SEGMENT_BYTES = 64 * 1024 * 1024;
const LEADER = { leaderEpoch: 0, isInternal: false };
const TOPIC_ID = Buffer.alloc(16, 1);

/** Keeps its files in a directory of its own, which goes with `close`. */
export function logContests(batchBytes: readonly number[]): Contest[] {
  const root = mkdtempSync(join(tmpdir(), 'headroom-micro-'));
  const opened: PartitionLog[] = [];
  const close = (): void => {
    for (const log of opened.splice(0)) log.close({ clean: false });
    rmSync(root, { recursive: true, force: true });
  };
  const open = (name: string): PartitionLog => {
    const log = openLog(join(root, name));
    opened.push(log);
    return log;
  };
  return [
    ...batchBytes.map((bytes) => ({
      title: `append a batch of ${bytes / 1024} KiB`,
      limit: copyAndChecksum(join(root, `limit-${bytes}`), bytes),
      contenders: [appendContender(open(`append-${bytes}`), bytes)],
      close,
    })),
    { title: 'find a batch of 4 KiB by its offset', limit: undefined, contenders: [lookUpContender(open('look-up'))], close },
  ];
}

function openLog(directory: string): PartitionLog {
  const config = { ...parseTopicConfig(new Map()), segmentBytes: SEGMENT_BYTES };
  return PartitionLog.open(createHostEnvironment(), { directory, topic: 'micro', partition: 0, topicId: TOPIC_ID, config, cleanShutdown: false });
}

/** The log starts again when its segment is full, before it would roll: the file stays warm, as the limit's does. */
function appendContender(log: PartitionLog, bytes: number): Contender {
  const batch = clickstreamBatch(bytes);
  let written = 0;
  const prepare = (): void => {
    if (written + batch.length <= SEGMENT_BYTES / 2) return;
    log.truncateTo(0);
    written = 0;
  };
  const run = (): void => {
    const result = log.appendAsLeader(batch, LEADER);
    if (result.kind !== 'appended') throw new Error(`the append was answered ${result.kind}`);
    written += batch.length;
  };
  return { name: 'checked, stamped, indexed, copied', bytes: batch.length, isChosen: true, prepare, run };
}

/** The bytes go to the same places of a file of the same kind, over and over. */
function copyAndChecksum(directory: string, bytes: number): Contender {
  const { files } = createHostEnvironment();
  files.createDirectory(directory);
  const batch = clickstreamBatch(bytes);
  const file = files.openSegment(join(directory, 'limit.log'), { maxBytes: SEGMENT_BYTES, size: 0, sealed: false });
  const room = Math.floor(SEGMENT_BYTES / 2 / batch.length);
  for (let at = 0; at < room; at++) file.append(batch);
  // Portable files give copies: then this is memory, which is faster still.
  const windows = Array.from({ length: room }, (_, at) => file.view(at * batch.length, batch.length) as Buffer);
  let next = 0;
  const run = (): void => {
    windows[next]?.set(batch);
    next = (next + 1) % room;
    crc32c(batch, 0, batch.length);
  };
  return { name: files.kind === 'mapped' ? 'memcpy into a mapped file + CRC-32C' : 'memcpy + CRC-32C', bytes: batch.length, run };
}

function lookUpContender(log: PartitionLog): Contender {
  const batch = clickstreamBatch(4096);
  while (log.sizeInBytes + batch.length < SEGMENT_BYTES / 2) log.appendAsLeader(batch, LEADER);
  const end = log.logEndOffset;
  let offset = 1;
  const run = (): void => {
    offset = (offset * 48_271) % 2_147_483_647;
    log.read(offset % end, { maxBytes: 1, upTo: end, minOneBatch: true });
  };
  return { name: 'sparse index, then batch headers', bytes: undefined, isChosen: true, run };
}
