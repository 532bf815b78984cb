import { afterEach, expect, it } from 'vitest';
import { LoadedIndexes, loadedIndexes, type IndexHolder } from '../../../engine/log/loaded-indexes.ts';
import { LogFixture, append, fileKinds, readAll, smallLogConfig } from './log-fixture.ts';
import { SAMPLE_TIME_MS } from './sample-batch.ts';

class Holder implements IndexHolder {
  readonly indexBytes: number;
  isReleased = false;
  constructor(indexBytes: number) {
    this.indexBytes = indexBytes;
  }
  releaseIndexes(): void {
    this.isReleased = true;
  }
}

let fixture: LogFixture | undefined;
afterEach(() => fixture?.dispose());

it('lets go of the indexes used longest ago, never of those in use', () => {
  const indexes = new LoadedIndexes(100);
  const [first, second, third, huge] = [new Holder(40), new Holder(40), new Holder(40), new Holder(500)];
  indexes.touch(first);
  indexes.touch(second);
  indexes.touch(first);
  indexes.touch(third);
  expect([first, second, third].map(({ isReleased }) => isReleased)).toEqual([false, true, false]);
  expect(indexes.bytes).toBe(80);
  indexes.touch(huge);
  expect([first, third, huge].map(({ isReleased }) => isReleased)).toEqual([true, true, false]);
  indexes.forget(huge);
  expect(indexes.bytes).toBe(0);
});

it('of sealed segments come back from their files, and a closed log leaves none behind', async () => {
  const before = loadedIndexes.bytes;
  fixture = new LogFixture((fileKinds[0] as (typeof fileKinds)[number]).files);
  const log = fixture.open({ config: smallLogConfig({ indexIntervalBytes: 0 }) });
  for (let at = 0; at < 400; at += 1) append(log, { valueBytes: 200, timestampMs: SAMPLE_TIME_MS + at });
  expect(log.segmentCount).toBeGreaterThan(5);
  expect(loadedIndexes.bytes).toBeGreaterThan(before);
  const all = await readAll(log);
  // Larger than the budget: everything else is let go.
  const filler = new Holder(64 * 1024 * 1024);
  loadedIndexes.touch(filler);
  expect((await readAll(log)).equals(all)).toBe(true);
  expect(await log.offsetForTimestamp(SAMPLE_TIME_MS + 123)).toEqual({ offset: 123, timestampMs: SAMPLE_TIME_MS + 123 });
  log.close({ clean: true });
  loadedIndexes.forget(filler);
  expect(loadedIndexes.bytes).toBe(0);
});
