import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StorageError } from '../../../engine/environment.ts';
import { fileKinds } from '../log/log-fixture.ts';

const MAX_BYTES = 4 * 1024 * 1024;

describe.each(fileKinds)('$kind segment files', ({ kind, files }) => {
  let root: string;
  let file: string;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-files-'));
    file = path.join(root, '00000000000000000000.log');
  });
  afterEach(() => fs.rmSync(root, { recursive: true }));

  it('append, view, read and trim to what was appended', async () => {
    const segment = files.openSegment(file, { maxBytes: MAX_BYTES, size: 0, sealed: false });
    const chunks = Array.from({ length: 300 }, (_, i) => Buffer.alloc(10_000 + i, i));
    let position = 0;
    for (const chunk of chunks) {
      expect(segment.append(chunk)).toBe(position);
      position += chunk.length;
    }
    const all = Buffer.concat(chunks);
    const window = segment.view(12_345, 50_000) as Buffer;
    expect(window.equals(all.subarray(12_345, 62_345))).toBe(true);
    expect(segment.readSync(position - 5, 100).equals(all.subarray(-5))).toBe(true);
    if (kind === 'mapped') expect(fs.statSync(file).size).toBeGreaterThan(position);
    await segment.flush();
    segment.seal();
    expect(fs.statSync(file).size).toBe(position);
    expect(segment.view(0, 10)).toBeUndefined();
    expect((await segment.read(0, MAX_BYTES)).equals(all)).toBe(true);
    expect((await segment.read(position, 10)).length).toBe(0);
    segment.close();
    segment.close();
    expect(window.equals(all.subarray(12_345, 62_345))).toBe(true);
  });

  it('go on behind the given size, whatever is there', () => {
    fs.writeFileSync(file, Buffer.concat([Buffer.alloc(5000, 1), Buffer.alloc(3000, 2)]));
    const segment = files.openSegment(file, { maxBytes: MAX_BYTES, size: 5000, sealed: false });
    expect(segment.append(Buffer.alloc(100, 3))).toBe(5000);
    expect(segment.view(4990, 20)).toEqual(Buffer.concat([Buffer.alloc(10, 1), Buffer.alloc(10, 3)]));
    segment.close();
    expect(fs.readFileSync(file).equals(Buffer.concat([Buffer.alloc(5000, 1), Buffer.alloc(100, 3)]))).toBe(true);
  });

  it('that are sealed stay readable in any number, with few of them open', async () => {
    const open = (): number => fs.readdirSync('/proc/self/fd').length;
    const before = open();
    const segments = Array.from({ length: 1000 }, (_, n) => {
      const segment = files.openSegment(path.join(root, `${n}.log`), { maxBytes: MAX_BYTES, size: 0, sealed: false });
      segment.append(Buffer.from(`segment ${n}`));
      segment.seal();
      return segment;
    });
    expect(open() - before).toBeLessThan(400);
    const texts = await Promise.all(segments.map(async (segment) => (await segment.read(0, 100)).toString()));
    expect(texts).toEqual(segments.map((_, n) => `segment ${n}`));
    for (const segment of segments) await segment.flush();
    expect(open() - before).toBeLessThan(400);
    for (const segment of segments) segment.close();
    expect(open()).toBe(before);
  });

  it('that are sealed are read in large pieces too, and what was lent stays when the file is opened again and cut', async () => {
    const segment = files.openSegment(file, { maxBytes: MAX_BYTES, size: 0, sealed: false });
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => at % 251));
    segment.append(bytes);
    segment.seal();
    const windows = await Promise.all([0, 100_000, 434_567].map((position) => segment.read(position, 500_000)));
    const { lentBytes } = segment;
    segment.close();
    const again = files.openSegment(file, { maxBytes: MAX_BYTES, size: bytes.length, sealed: false, lentBytes });
    again.truncate(10_000);
    again.append(Buffer.alloc(5000, 7));
    again.seal();
    again.close();
    expect((windows[0] as Buffer).subarray(0, 10_000).equals(bytes.subarray(0, 10_000))).toBe(true);
    // Cut away under the reader: whatever it sees there, it may look.
    for (const window of windows) expect(window.length).toBe(500_000);
    expect(windows.reduce((sum, window) => sum + (window.at(-1) as number), 0)).toBeGreaterThanOrEqual(0);
    const found = fs.readFileSync(file);
    expect(found.subarray(0, 15_000).equals(Buffer.concat([bytes.subarray(0, 10_000), Buffer.alloc(5000, 7)]))).toBe(true);
    expect(found.subarray(15_000).every((byte) => byte === 0)).toBe(true);
  });

  it('zero what a truncation drops, so that nobody finds it again', () => {
    const segment = files.openSegment(file, { maxBytes: MAX_BYTES, size: 0, sealed: false });
    segment.append(Buffer.alloc(20_000, 9));
    segment.truncate(7000);
    const crashed = fs.readFileSync(file);
    expect(crashed.subarray(7000).every((byte) => byte === 0)).toBe(true);
    expect(segment.append(Buffer.alloc(10, 8))).toBe(7000);
    segment.close();
    expect(fs.readFileSync(file).equals(Buffer.concat([Buffer.alloc(7000, 9), Buffer.alloc(10, 8)]))).toBe(true);
  });

  it('fill up to the last byte of maxBytes and refuse one more without writing', () => {
    const segment = files.openSegment(file, { maxBytes: 200_001, size: 0, sealed: false });
    segment.append(Buffer.alloc(200_000, 1));
    expect(() => segment.append(Buffer.alloc(2))).toThrow(StorageError);
    expect(segment.size).toBe(200_000);
    segment.append(Buffer.alloc(1, 2));
    expect(segment.readSync(199_999, 10)).toEqual(Buffer.from([1, 2]));
    segment.close();
  });

  it('refuse to open a file that is shorter than its log, and name a missing one', () => {
    fs.writeFileSync(file, 'abc');
    expect(() => files.openSegment(file, { maxBytes: MAX_BYTES, size: 4, sealed: true })).toThrow(/holds 3 bytes/);
    const sealed = files.openSegment(file, { maxBytes: MAX_BYTES, size: 3, sealed: true });
    fs.rmSync(file);
    expect(() => sealed.readSync(0, 3)).toThrow(expect.objectContaining({ name: 'StorageError', code: 'ENOENT' }));
  });

  it('finish reads that are under way when the file is closed', async () => {
    const segment = files.openSegment(file, { maxBytes: MAX_BYTES, size: 0, sealed: false });
    segment.append(Buffer.alloc(100_000, 5));
    segment.seal();
    const reads = [segment.read(0, 100_000), segment.read(50_000, 10)];
    segment.close();
    expect((await Promise.all(reads)).map((bytes) => bytes.length)).toEqual([100_000, 10]);
    await expect(segment.read(0, 1)).rejects.toThrow(/closed/);
  });

  it('replace whole files, list sorted names and say what is missing', () => {
    const directory = path.join(root, 'a', 'b');
    files.createDirectory(directory);
    files.createDirectory(directory);
    for (const durable of [true, false]) files.replace(path.join(directory, 'x'), Buffer.from(`durable ${durable}`), { durable });
    files.replace(path.join(directory, 'c'), Buffer.alloc(0), { durable: false });
    expect(files.list(directory)).toEqual(['c', 'x']);
    expect(files.read(path.join(directory, 'x')).toString()).toBe('durable false');
    expect([files.list(path.join(root, 'none')), files.size(path.join(root, 'none')), files.size(path.join(directory, 'c'))]).toEqual([[], undefined, 0]);
    files.remove(path.join(root, 'a'));
    files.remove(path.join(root, 'a'));
    expect(() => files.read(path.join(directory, 'x'))).toThrow(expect.objectContaining({ name: 'StorageError', code: 'ENOENT' }));
  });
});
