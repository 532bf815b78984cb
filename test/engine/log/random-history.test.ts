/** Random histories of one log against a plain list of batches: appends, reads, truncations, retention, kills and clean restarts. */
import { describe, expect, it } from 'vitest';
import type { PartitionLog } from '../../../engine/log/partition-log.ts';
import { LogFixture, append, fileKinds, readAll, smallLogConfig } from './log-fixture.ts';

const STEPS = 250;

interface StoredBatch {
  readonly baseOffset: number;
  readonly nextOffset: number;
  readonly bytes: Buffer;
}

describe.each(fileKinds)('over $kind files', ({ files }) => {
  it.each([1, 2, 3].map((run) => (Date.now() % 1_000_000) * 10 + run))('a log is its batches, whatever happens to it (seed %i)', async (seed) => {
    const fixture = new LogFixture(files);
    try {
      await runHistory(fixture, seed);
    } finally {
      fixture.dispose();
    }
  });
});

async function runHistory(fixture: LogFixture, seed: number): Promise<void> {
  const next = randomBelow(seed);
  const config = smallLogConfig({ segmentBytes: 6000, retentionBytes: 20_000 });
  let log = fixture.open({ config });
  let model: StoredBatch[] = [];
  let epoch = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const action = next(20);
    if (action < 12) {
      const result = append(log, { recordCount: 1 + next(4), valueBytes: next(600), timestampMs: fixture.nowMs - 1000 + next(500), epoch });
      if (result.kind !== 'appended') throw new Error(`step ${step}: ${JSON.stringify(result)}`);
      const read = log.read(result.baseOffset, { maxBytes: 1, upTo: log.logEndOffset, minOneBatch: true });
      if (read.kind !== 'data') throw new Error(`step ${step}: the batch just appended is ${read.kind}`);
      model.push({ baseOffset: result.baseOffset, nextOffset: result.lastOffset + 1, bytes: Buffer.from(read.chunks[0] as Buffer) });
    } else if (action < 14) {
      await expectSameReads(log, model, next);
    } else if (action === 14 && model.length > 0) {
      const kept = model.slice(0, Math.max(1, model.length - next(12)));
      log.truncateTo((kept.at(-1) as StoredBatch).nextOffset);
      epoch += 1;
      model = kept;
    } else if (action === 15) {
      log.applyRetention(fixture.nowMs, log.logStartOffset + next(log.logEndOffset - log.logStartOffset + 1));
      model = model.filter((batch) => batch.baseOffset >= log.logStartOffset);
    } else if (action === 16) {
      await log.flush();
    } else if (action > 17) {
      log = reopen(fixture, log, { clean: action === 18, config, name: `step-${step}` });
    }
    expect([step, log.logEndOffset]).toEqual([step, model.at(-1)?.nextOffset ?? log.logEndOffset]);
  }
  await expectSameReads(log, model, next);
}

/** Clean: closed and opened again. Not clean: a copy of the directory as it is on the disk, as after a kill. */
function reopen(fixture: LogFixture, log: PartitionLog, options: { clean: boolean; config: ReturnType<typeof smallLogConfig>; name: string }): PartitionLog {
  const { config } = options;
  if (options.clean) {
    log.close({ clean: true });
    return fixture.open({ config, directory: log.directory, cleanShutdown: true, logStartOffset: log.logStartOffset });
  }
  const copy = fixture.copyDirectory(options.name, log.directory);
  const again = fixture.open({ config, directory: copy, cleanShutdown: false, recoveryPoint: log.recoveryPoint, logStartOffset: log.logStartOffset });
  expect(again.recovery.truncatedBytes).toBe(0);
  log.close({ clean: false });
  return again;
}

async function expectSameReads(log: PartitionLog, model: readonly StoredBatch[], next: (bound: number) => number): Promise<void> {
  expect((await readAll(log, { maxBytes: 1 + next(9000) })).equals(Buffer.concat(model.map((batch) => batch.bytes)))).toBe(true);
  if (model.length === 0) return;
  const from = next(model.length);
  const to = from + next(model.length - from + 1);
  const first = model[from] as StoredBatch;
  const upTo = model[to]?.baseOffset ?? log.logEndOffset;
  const offset = first.baseOffset + next(first.nextOffset - first.baseOffset);
  const read = await readAll(log, { from: offset, upTo, maxBytes: 1 + next(3000) });
  const expected = offset < upTo ? model.slice(from, to) : [];
  expect(read.equals(Buffer.concat(expected.map((batch) => batch.bytes)))).toBe(true);
}

/** Mulberry32. */
function randomBelow(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
