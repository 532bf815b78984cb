/** How fast a log is compacted whose records are all the newest of their keys: everything is read, looked up and written anew. */
import { closeSync, fdatasyncSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../../engine/environment.ts';
import type { PartitionLog } from '../../../engine/log/partition-log.ts';
import type { Contest } from '../contest.ts';
import { fillLog, openLog, type LogPlace } from './sample-log.ts';
import { segmentFiles } from './segment-files.ts';
import { withScratch } from './scratch.ts';

const SEGMENT_BYTES = 8 * 1024 * 1024;
const LOG_BYTES = 64 * 1024 * 1024;
/** log.cleaner.dedupe.buffer.size */
const DEDUPE_BYTES = 128 * 1024 * 1024;
const PIECE_BYTES = 256 * 1024;

export function compactionContest(batchBytes: number): Contest {
  return {
    title: `compact a log, batches of ${batchBytes / 1024} KiB`,
    open: () =>
      withScratch(async ({ directory, environment }) => {
        const place = { directory, segmentBytes: SEGMENT_BYTES, cleanupPolicy: 'compact' };
        const log = openLog(environment, place, { cleanShutdown: false });
        fillLog(log, { batchBytes, until: ({ sizeInBytes }) => sizeInBytes >= LOG_BYTES });
        // The first round drops what is superseded; all later ones find the same log.
        await compactOnce(log);
        log.close({ clean: true });
        const bytes = await compactAgain(environment, place);
        return {
          limit: { name: 'read, write, fdatasync', bytes, run: () => rewrite(segmentFiles(join(directory, 'log')).slice(0, -1), join(directory, 'copy')) },
          contenders: [{ kind: 'asynchronous', name: 'read, checked, newest of each key kept, written, synced, swapped in', bytes, isChosen: true, run: async () => void (await compactAgain(environment, place)) }],
        };
      }),
  };
}

/** Bytes that were compacted. */
async function compactAgain(environment: Environment, place: LogPlace): Promise<number> {
  const log = openLog(environment, place, { cleanShutdown: true });
  try {
    const { bytesBefore, recordsRead, recordsKept } = await compactOnce(log);
    if (recordsRead !== recordsKept) throw new Error(`${recordsKept} of ${recordsRead} records were kept of a log in which nothing is superseded`);
    return bytesBefore;
  } finally {
    log.close({ clean: true });
  }
}

async function compactOnce(log: PartitionLog) {
  const plan = log.planCompaction(Number.MAX_SAFE_INTEGER, log.logEndOffset);
  if (plan === undefined) throw new Error('there is nothing to compact');
  const result = await log.compact(plan, { dedupeBufferBytes: DEDUPE_BYTES });
  if (result.kind !== 'compacted') throw new Error('the compaction was abandoned');
  return result;
}

function rewrite(paths: readonly string[], copy: string): void {
  const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  const to = openSync(copy, 'w');
  for (const path of paths) {
    const from = openSync(path, 'r');
    for (let position = 0, read = -1; read !== 0; position += read) {
      read = readSync(from, piece, 0, PIECE_BYTES, position);
      writeSync(to, piece, 0, read);
    }
    closeSync(from);
  }
  fdatasyncSync(to);
  closeSync(to);
  unlinkSync(copy);
}
