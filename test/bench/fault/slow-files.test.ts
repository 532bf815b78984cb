/** A slow disk over real files: what waits, for how long, and that the bytes are the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { slowFiles } from '../../../bench/fault/slow-files.ts';
import type { Files, SegmentFile } from '../../../engine/environment.ts';
import { createPortableFiles } from '../../../engine/host/portable-files.ts';
import { VirtualClock } from '../../simulator/virtual-clock.ts';

const MAX_BYTES = 1 << 20;
let directory: string;
let clock: VirtualClock;
let stalls: number[];
let delayMs: number;
let files: Files;
let segment: SegmentFile;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'headroom-slow-'));
  clock = new VirtualClock();
  stalls = [];
  delayMs = 20;
  files = slowFiles(createPortableFiles(), { clock, delayMs: () => delayMs, stall: (ms) => void stalls.push(ms) });
  segment = files.openSegment(join(directory, '0.log'), { maxBytes: MAX_BYTES, size: 0, sealed: false });
});

afterEach(() => {
  segment.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a slow disk', () => {
  it('holds up a wake-up that appends once, however much it appends', () => {
    expect([segment.append(Buffer.from('one')), segment.append(Buffer.from('two'))]).toEqual([0, 3]);
    expect(stalls).toEqual([20]);
    clock.step();
    segment.append(Buffer.from('three'));
    expect(stalls).toEqual([20, 20]);
    expect(segment.readSync(0, 100).toString()).toBe('onetwothree');
  });

  it('takes one operation after the other', async () => {
    segment.append(Buffer.from('abc'));
    clock.step();
    const ended: [string, number][] = [];
    const operations = [segment.flush().then(() => ended.push(['flush', clock.monotonicMs()])), segment.read(0, 2).then((bytes) => ended.push([bytes.toString(), clock.monotonicMs()]))];
    clock.step(20);
    await operations[0];
    expect(ended).toEqual([['flush', 20]]);
    clock.step(40);
    await operations[1];
    expect(ended.at(-1)).toEqual(['ab', 40]);
  });

  it('that is well again holds up nothing', async () => {
    delayMs = 0;
    segment.append(Buffer.from('abc'));
    await segment.flush();
    files.replace(join(directory, 'checkpoint'), Buffer.from('1'), { durable: false });
    expect([stalls, (await segment.read(1, 2)).toString(), files.read(join(directory, 'checkpoint')).toString()]).toEqual([[], 'bc', '1']);
  });
});
