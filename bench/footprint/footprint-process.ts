/**
 * One measurement of `headroom footprint`, in a process of its own so that nothing else is counted: as many logs with as many segments as
 * asked for, opened as a broker opens them after a clean stop, then read once from end to end. Tells its parent over the IPC channel.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { parseTopicConfig } from '../../engine/log/log-config.ts';
import { PartitionLog } from '../../engine/log/partition-log.ts';
import { buildBatch } from '../../engine/record/record-batch-builder.ts';
import type { Footprint, FootprintRequest } from './log-footprint.ts';

const { partitions, segments, directory } = JSON.parse(process.argv[2] ?? '{}') as FootprintRequest;
/** Of the measured logs, so that thousands of segments fit into a minute; what is counted does not depend on it. */
const SEGMENT_BYTES = 64 * 1024;
const BATCH_BYTES = 16 * 1024;
const SETTLE_MS = 30;
const environment = createHostEnvironment();
const config = { ...parseTopicConfig(new Map()), segmentBytes: SEGMENT_BYTES };

const empty = await use();
write();
const startMs = performance.now();
const logs = openAll(true);
const openMs = performance.now() - startMs;
appendTo(logs);
const opened = await use();
await readAll(logs);
const read = await use();
const files = logs.reduce((count, log) => count + readdirSync(log.directory).length, 0);
const segmentCount = logs.reduce((count, log) => count + log.segmentCount, 0);
for (const log of logs) log.close({ clean: false });
rmSync(directory, { recursive: true, force: true });
process.send?.({ partitions, segments, segmentCount, files, openMs, opened: above(opened), read: above(read) } satisfies Footprint, () => process.exit(0));

function openAll(cleanShutdown: boolean): PartitionLog[] {
  return Array.from({ length: partitions }, (_, partition) =>
    PartitionLog.open(environment, {
      directory: join(directory, `log-${partition}`),
      topic: 'log',
      partition,
      topicId: Buffer.alloc(16, 1),
      config,
      cleanShutdown,
      ...(cleanShutdown ? { recoveryPoint: Number.MAX_SAFE_INTEGER } : {}),
    }),
  );
}

function write(): void {
  for (const log of openAll(false)) {
    while (log.segmentCount < segments) appendTo([log]);
    log.close({ clean: true });
  }
}

/** One batch into each: the active segments are mapped then. */
function appendTo(targets: readonly PartitionLog[]): void {
  for (const log of targets) {
    const batch = buildBatch([{ key: null, value: Buffer.alloc(BATCH_BYTES), timestampMs: environment.clock.nowMs() }]);
    const result = log.appendAsLeader(batch, { leaderEpoch: 0, isInternal: false });
    if (result.kind !== 'appended') throw new Error(`not appended: ${result.kind}`);
  }
}

async function readAll(targets: readonly PartitionLog[]): Promise<void> {
  for (const log of targets) {
    for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
      const result = log.read(offset, { maxBytes: SEGMENT_BYTES, upTo: log.logEndOffset, minOneBatch: true });
      if (result.kind === 'outOfRange') throw new Error(`offset ${offset} is out of range`);
      const bytes = result.kind === 'cold' ? await result.read() : Buffer.concat(result.chunks);
      // One record a batch, of one size.
      offset += bytes.length / (12 + bytes.readInt32BE(8));
    }
  }
}

interface Use {
  readonly memoryBytes: number;
  readonly maps: number;
  readonly openFiles: number;
}

/** Once what is no longer needed has been collected: a map goes with its last window. */
async function use(): Promise<Use> {
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await delay(SETTLE_MS);
  }
  const limits = environment.files.resourceUse?.() ?? [];
  const usedOf = (name: string): number => limits.find((each) => each.name === name)?.used ?? 0;
  return { memoryBytes: process.memoryUsage.rss(), maps: usedOf('memory maps'), openFiles: usedOf('open files') };
}

function above(now: Use): Use {
  return { memoryBytes: now.memoryBytes - empty.memoryBytes, maps: now.maps - empty.maps, openFiles: now.openFiles - empty.openFiles };
}
