/** Compaction against a plain list of what was appended. HEADROOM_SEED repeats a history. */
import { expect, it } from 'vitest';
import { batchSizeInBytes, isControl, readAttributes, readRecordCount } from '../../../../engine/record/record-batch.ts';
import { MemoryFiles } from '../../../simulator/memory-files.ts';
import { RecordedFiles } from '../../../simulator/recorded-files.ts';
import { SeededRandom } from '../../../simulator/seeded-random.ts';
import { KeyedHistory, batchesOf, checkFiles, checkLog, committedRecords, compactedConfig, openLog } from './keyed-history.ts';

const HISTORIES = Number(process.env['HEADROOM_CRASH_CASES'] ?? 4000) / 200;
const CUTS = 60;
const seeds = process.env['HEADROOM_SEED'] === undefined ? Array.from({ length: HISTORIES }, () => Math.floor(Math.random() * 2 ** 31)) : [Number(process.env['HEADROOM_SEED'])];

it.each(seeds)('leaves the newest committed record of each key, at its offset, and nothing that was aborted (seed %i)', async (seed) => {
  const random = new SeededRandom(seed);
  const files = new MemoryFiles();
  const history = new KeyedHistory(files, random);
  for (let round = 0; round < 8; round++) {
    const what = `HEADROOM_SEED=${seed}, round ${round}`;
    for (let steps = 30 + random.nextInt(60); steps > 0; steps--) history.step();
    if (random.nextInt(3) === 0) history.nowMs += 70_000;
    const end = history.log.logEndOffset;
    const producers = history.log.producers.activeProducers();
    await history.compact(random.nextInt(2) === 0 ? 300 : undefined);
    expect(history.log.logEndOffset).toBe(end);
    await checkLog(history, history.log, what);
    if (random.nextInt(2) === 0) {
      const isClean = random.nextInt(2) === 0;
      const { cleanOffset } = history.log;
      history.log.close({ clean: isClean });
      history.log = history.openLog({ cleanShutdown: isClean, cleanOffset });
      expect(history.log.recovery.truncatedBytes, what).toBe(0);
      expect(history.log.logEndOffset, what).toBe(end);
      expect(history.log.producers.activeProducers(), what).toEqual(producers);
      await checkLog(history, history.log, `${what}, opened again`);
    }
  }
  history.log.close({ clean: true });
  checkFiles(files, `HEADROOM_SEED=${seed}`);
});

it.each(seeds)('loses nothing wherever a crash ends its writes (seed %i)', async (seed) => {
  const random = new SeededRandom(seed);
  const disk = new RecordedFiles();
  const history = new KeyedHistory(disk, random);
  for (let steps = 150; steps > 0; steps--) history.step();
  await history.compact(400);
  for (let steps = 60; steps > 0; steps--) history.step();
  const before = disk.position;
  const end = history.log.logEndOffset;
  await history.compact(random.nextInt(2) === 0 ? 400 : undefined);
  const after = disk.position;
  for (let count = 0; count <= CUTS; count++) {
    // Half of them in the last steps, where files change their names.
    const position = count === 0 ? after : count % 2 === 0 ? before + random.nextInt(after - before + 1) : Math.max(before, after - random.nextInt(100));
    const files = disk.at(position);
    const log = openLog(files, { nowMs: () => history.nowMs });
    const what = `HEADROOM_SEED=${seed}, cut at ${position} of ${before}..${after}`;
    expect(log.logEndOffset, what).toBe(end);
    await checkLog(history, log, what);
    log.close({ clean: true });
    checkFiles(files, what);
    expect(files.list('/accounts-0').filter((name) => /\.(cleaned|swap|deleted)$/.test(name)), what).toEqual([]);
  }
});

it('keeps a tombstone for delete.retention.ms after the round that first sees it', async () => {
  const history = new KeyedHistory(new MemoryFiles(), new SeededRandom(5));
  const filler = (): void => {
    for (let count = 0; count < 40; count++) history.append(0, { key: 'filler', value: 'x'.repeat(150) });
  };
  const values = async (): Promise<(string | null)[]> => (await committedRecords(history.log)).filter(({ key }) => key === 'gone').map(({ value }) => value);
  history.append(0, { key: 'gone', value: 'once' });
  history.append(0, { key: 'gone', value: null });
  filler();
  await history.compact();
  expect(await values()).toEqual([null]);
  history.nowMs += compactedConfig.deleteRetentionMs - 1;
  filler();
  await history.compact();
  expect(await values()).toEqual([null]);
  history.nowMs += 1;
  filler();
  await history.compact();
  expect(await values()).toEqual([]);
});

it('drops the markers of transactions that have no records left, but a producer keeps its last sequence', async () => {
  const history = new KeyedHistory(new MemoryFiles(), new SeededRandom(6));
  for (let count = 0; count < 60; count++) {
    history.append(1, { key: 'a', value: 'y'.repeat(100) });
    history.endAll();
  }
  const filler = (): void => {
    for (let count = 0; count < 60; count++) history.append(0, { key: 'a', value: 'z'.repeat(100) });
  };
  const markerCount = async (): Promise<number> =>
    (await batchesOf(history.log)).filter((batch) => isControl(readAttributes(batch, 0)) && readRecordCount(batch, 0) > 0).length;
  // The first round still sees the records, the second finds the markers alone and sets their time, the third is behind it.
  for (const expected of [60, 60, 0]) {
    filler();
    await history.compact();
    expect(await markerCount()).toBe(expected);
    history.nowMs += compactedConfig.deleteRetentionMs + 1;
  }
  const batches = await batchesOf(history.log);
  const [producer] = history.log.producers.activeProducers().filter(({ producerId }) => producerId === 1);
  expect(batches.some((batch) => Number(batch.readBigInt64BE(43)) === 1 && Number(batch.readBigInt64BE(0)) === producer?.lastDataOffset)).toBe(true);
});

it('leaves alone what is younger than min.compaction.lag.ms and what an open transaction may still change', async () => {
  const lagging = new KeyedHistory(new MemoryFiles(), new SeededRandom(7), { config: { ...compactedConfig, minCompactionLagMs: 10_000 } });
  for (let count = 0; count < 100; count++) lagging.append(0, { key: 'a', value: 'y'.repeat(100) });
  expect(await lagging.compact()).toBe(false);
  lagging.nowMs += 11_000;
  expect(await lagging.compact()).toBe(true);
  const open = new KeyedHistory(new MemoryFiles(), new SeededRandom(8));
  open.append(1, { key: 'a', value: 'first' });
  for (let count = 0; count < 100; count++) open.append(0, { key: 'a', value: 'y'.repeat(100) });
  expect(await open.compact()).toBe(false);
  open.endAll();
  expect(await open.compact()).toBe(true);
});

it('gives way to a truncation and to retention, and changes nothing then', async () => {
  const history = new KeyedHistory(new MemoryFiles(), new SeededRandom(9));
  for (let count = 0; count < 200; count++) history.append(0, { key: `k${count % 3}`, value: 'y'.repeat(100) });
  const plan = history.log.planCompaction(history.nowMs, history.log.logEndOffset);
  if (plan === undefined) throw new Error('nothing to compact');
  const compaction = history.log.compact(plan, { dedupeBufferBytes: 1_000_000 });
  history.log.truncateTo(150);
  expect((await compaction).kind).toBe('abandoned');
  expect(history.log.logEndOffset).toBe(150);
  expect((await batchesOf(history.log)).length).toBe(150);
});

it('serves readers of a segment that was replaced under them', async () => {
  const history = new KeyedHistory(new MemoryFiles(), new SeededRandom(10));
  for (let count = 0; count < 200; count++) history.append(0, { key: `k${count % 3}`, value: 'y'.repeat(100) });
  const started = history.log.read(30, { maxBytes: 500, upTo: history.log.logEndOffset, minOneBatch: true });
  await history.compact();
  if (started.kind !== 'cold') throw new Error('the first segments are sealed');
  const bytes = await started.read();
  expect(Number(bytes.readBigInt64BE(0)) + bytes.readInt32BE(23)).toBeGreaterThanOrEqual(30);
  expect(batchSizeInBytes(bytes, 0)).toBeLessThanOrEqual(bytes.length);
});
