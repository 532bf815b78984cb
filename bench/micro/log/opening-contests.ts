/** How long a partition's log takes to open from the page cache: after a crash, when every batch is checked, and with many segments after a clean stop. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../../engine/environment.ts';
import type { PartitionLog, RecoveryReport } from '../../../engine/log/partition-log.ts';
import { crc32c } from '../../../engine/record/crc32c.ts';
import type { Contender, Work } from '../contender.ts';
import type { Contest } from '../contest.ts';
import { fillLog, openLog, type LogPlace } from './sample-log.ts';
import { withScratch } from './scratch.ts';
import { segmentFiles } from './segment-files.ts';

const RECOVERED_SEGMENT_BYTES = 16 * 1024 * 1024;
const RECOVERED_BYTES = 64 * 1024 * 1024;
/** Two of the smallest batches each: their number is what counts. */
const SMALL_SEGMENT_BYTES = 8 * 1024;
const SMALL_BATCH_BYTES = 4 * 1024;
const READ_BYTES = 1024 * 1024;
const OPEN: Work = { count: 1, unit: 'open' };

export function recoveryContest(batchBytes: number): Contest {
  return {
    title: `open a log of ${RECOVERED_BYTES / 1024 / 1024} MiB after a crash, batches of ${batchBytes / 1024} KiB`,
    open: () =>
      withScratch(({ directory, environment }) => {
        const place = { directory, segmentBytes: RECOVERED_SEGMENT_BYTES };
        const log = fillAndClose(environment, place, { batchBytes, until: ({ sizeInBytes }) => sizeInBytes >= RECOVERED_BYTES, clean: false });
        const opening = openingOf(environment, place, { log, cleanShutdown: false });
        return {
          limit: { name: 'pread, CRC-32C', bytes: log.sizeInBytes, work: OPEN, run: preadAndChecksum(join(directory, 'log')) },
          contenders: [{ ...opening, name: 'every batch checked; indexes and producers anew', bytes: log.sizeInBytes }],
        };
      }),
  };
}

export function cleanOpenContest(segmentCount: number): Contest {
  return {
    title: `open a log of ${segmentCount.toLocaleString('en-US')} segments after a clean stop`,
    open: () =>
      withScratch(({ directory, environment }) => {
        const place = { directory, segmentBytes: SMALL_SEGMENT_BYTES };
        const log = fillAndClose(environment, place, { batchBytes: SMALL_BATCH_BYTES, until: (each) => each.segmentCount >= segmentCount, clean: true });
        return {
          limit: { name: 'readdir, stat of each segment', bytes: undefined, work: OPEN, run: () => void segmentFiles(join(directory, 'log')).map((path) => statSync(path).size) },
          contenders: [openingOf(environment, place, { log, cleanShutdown: true })],
        };
      }),
  };
}

function fillAndClose(environment: Environment, place: LogPlace, options: { batchBytes: number; until: (log: PartitionLog) => boolean; clean: boolean }): PartitionLog {
  const log = openLog(environment, place, { cleanShutdown: false });
  try {
    fillLog(log, options);
  } finally {
    log.close(options);
  }
  return log;
}

/** What is opened holds what was closed, by the way that is measured. */
function openingOf(environment: Environment, place: LogPlace, { log, cleanShutdown }: { log: PartitionLog; cleanShutdown: boolean }): Contender {
  const kind: RecoveryReport['kind'] = cleanShutdown ? 'clean' : 'recovered';
  const run = (): void => {
    const opened = openLog(environment, place, { cleanShutdown });
    const { recovery, logEndOffset, segmentCount } = opened;
    opened.close({ clean: false });
    if (recovery.kind !== kind || logEndOffset !== log.logEndOffset || segmentCount !== log.segmentCount) {
      throw new Error(`the log of ${log.logEndOffset} records in ${log.segmentCount} segments opened as ${recovery.kind}, with ${logEndOffset} records in ${segmentCount} segments`);
    }
  };
  return { name: 'list, stat, the last segment\'s tail, producers', bytes: undefined, work: OPEN, isChosen: true, run };
}

function preadAndChecksum(directory: string): () => void {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  return () => {
    for (const path of segmentFiles(directory)) {
      const fd = openSync(path, 'r');
      for (let position = 0, read = -1; read !== 0; position += read) {
        read = readSync(fd, buffer, 0, READ_BYTES, position);
        crc32c(buffer, 0, read);
      }
      closeSync(fd);
    }
  };
}
