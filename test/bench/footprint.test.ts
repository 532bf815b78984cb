import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { measureFootprint } from '../../bench/footprint/log-footprint.ts';
import { native } from '../../engine/native/native.ts';

it('counts what logs cost: a map and an open file for each active segment, none for a sealed one that is not read', async () => {
  const few = await measureFootprint({ partitions: 10, segments: 2 });
  const many = await measureFootprint({ partitions: 10, segments: 12 });
  expect([few.segmentCount, many.segmentCount]).toEqual([20, 120]);
  expect(many.opened.openFiles - few.opened.openFiles).toBe(0);
  expect(few.opened.openFiles).toBe(10);
  if (native !== undefined) expect(Math.abs(many.opened.maps - few.opened.maps)).toBeLessThan(40);
  expect(many.read.openFiles - many.opened.openFiles).toBe(110);
  expect(many.files - few.files).toBe(100 * 4);
});

it('is ended by its signal, and leaves no files', async () => {
  const folders = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('headroom-footprint-'));
  const before = folders();
  const interruption = new AbortController();
  const measured = measureFootprint({ partitions: 100, segments: 50 }, interruption.signal);
  interruption.abort();
  await expect(measured).rejects.toThrow(/measuring 100 partitions ended/);
  expect(folders().filter((name) => !before.includes(name))).toEqual([]);
});
