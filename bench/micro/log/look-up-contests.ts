/**
 * A batch found at random and read, by offset and by timestamp, in the active segment (windows on its map) and in sealed ones
 * (pread off the event loop). All of it is in the page cache.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartitionLog, ReadResult } from '../../../engine/log/partition-log.ts';
import type { Contender, Work } from '../contender.ts';
import type { Contest } from '../contest.ts';
import { clickstreamBatch } from '../sample-batches.ts';
import { fillLog, fillSealed, openLog, timestampMsOf } from './sample-log.ts';
import { withScratch } from './scratch.ts';

const ACTIVE_BYTES = 32 * 1024 * 1024;
const SEALED_SEGMENT_BYTES = 8 * 1024 * 1024;
const SEALED_SEGMENT_COUNT = 4;
const LOOK_UP: Work = { count: 1, unit: 'look-up' };

export function activeLookUpContest(batchBytes: number): Contest {
  return {
    title: `find and read a batch of ${batchBytes / 1024} KiB at random, active segment`,
    open: () =>
      withScratch(({ directory, environment, keep }) => {
        const log = openLog(environment, { directory, segmentBytes: 2 * ACTIVE_BYTES }, { cleanShutdown: false });
        keep({ close: () => log.close({ clean: false }) });
        fillLog(log, { batchBytes, until: () => log.sizeInBytes >= ACTIVE_BYTES });
        const range = { from: 0, to: log.logEndOffset };
        const offsets = randomOffsets(range);
        const byOffset: Contender = {
          name: 'by offset: sparse index, batch headers',
          bytes: undefined,
          work: LOOK_UP,
          isChosen: true,
          run: () => void bytesAt(log, offsets()),
        };
        return { contenders: [byOffset, byTimestamp(log, range)] };
      }),
  };
}

export function sealedLookUpContest(batchBytes: number): Contest {
  return {
    title: `find and read a batch of ${batchBytes / 1024} KiB at random, sealed segments`,
    open: () =>
      withScratch(async ({ directory, environment, keep }) => {
        const log = openLog(environment, { directory, segmentBytes: SEALED_SEGMENT_BYTES }, { cleanShutdown: false });
        keep({ close: () => log.close({ clean: false }) });
        const range = { from: 0, to: fillSealed(log, { batchBytes, sealedCount: SEALED_SEGMENT_COUNT }) };
        const bare = await open(join(directory, 'bare'), 'w+');
        keep(bare);
        await bare.writeFile(Buffer.alloc(SEALED_SEGMENT_COUNT * SEALED_SEGMENT_BYTES, 1));
        const offsets = randomOffsets(range);
        const byOffset: Contender = {
          kind: 'asynchronous',
          name: 'by offset: sparse index, pread, batch headers',
          bytes: undefined,
          work: LOOK_UP,
          isChosen: true,
          run: async () => void (await bytesAt(log, offsets())),
        };
        return { limit: preadAtRandom(bare, clickstreamBatch(batchBytes).length), contenders: [byOffset, byTimestamp(log, range)] };
      }),
  };
}

/** One pread a run, as off the event loop as the log's, where the place is known. */
function preadAtRandom(file: FileHandle, bytes: number): Contender {
  const positions = randomOffsets({ from: 0, to: SEALED_SEGMENT_COUNT * SEALED_SEGMENT_BYTES - bytes });
  const run = async (): Promise<void> => void (await file.read(Buffer.allocUnsafeSlow(bytes), 0, bytes, positions()));
  return { kind: 'asynchronous', name: 'pread at a known place', bytes: undefined, work: LOOK_UP, run };
}

function byTimestamp(log: PartitionLog, range: { from: number; to: number }): Contender {
  const offsets = randomOffsets(range);
  const run = async (): Promise<void> => {
    const wanted = offsets();
    const found = await log.offsetForTimestamp(timestampMsOf(wanted));
    if (found?.offset !== wanted) throw new Error(`the record of offset ${wanted} was looked for by its timestamp, and ${found?.offset ?? 'none'} was found`);
    const bytes = bytesAt(log, found.offset);
    if (bytes instanceof Promise) await bytes;
  };
  return { kind: 'asynchronous', name: 'by timestamp: time index, batch headers, records; then by offset', bytes: undefined, work: LOOK_UP, isChosen: true, run };
}

/** The batch that holds `offset`. */
function bytesAt(log: PartitionLog, offset: number): Buffer | Promise<Buffer> {
  const result: ReadResult = log.read(offset, { maxBytes: 1, upTo: log.logEndOffset, minOneBatch: true });
  if (result.kind === 'cold') return result.read();
  if (result.kind !== 'data' || result.chunks[0] === undefined) throw new Error(`the read of offset ${offset} was answered ${result.kind}`);
  return result.chunks[0];
}

/** Park and Miller's generator: the same offsets each time. */
function randomOffsets({ from, to }: { from: number; to: number }): () => number {
  let random = 1;
  return () => {
    random = (random * 48_271) % 2_147_483_647;
    return from + (random % (to - from));
  };
}
