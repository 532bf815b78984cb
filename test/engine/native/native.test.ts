import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { native, nativeMissingReason, type Native } from '../../../engine/native/native.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';

const seed = Date.now() % 1_000_000_000;
const MIB = 1024 * 1024;
/** Only read in tests that are skipped without it. */
const addon = native as Native;
const condition = native === undefined ? `skipped: no add-on, ${nativeMissingReason}` : 'the add-on is there';
const zstdCondition = native === undefined || native.zstdCompress !== undefined ? condition : 'skipped: this Node does not export zstd';

const TMPFS = 0x01021994;
const hasMemoryDisk = process.platform === 'linux' && fs.existsSync('/dev/shm') && fs.statfsSync('/dev/shm').type === TMPFS && fs.statfsSync('/dev/shm').blocks > 0;

it('is there, or says why not', () => {
  expect([native === undefined, typeof nativeMissingReason]).toEqual(native === undefined ? [true, 'string'] : [false, 'undefined']);
});

describe.skipIf(native === undefined)(`mapped files (${condition})`, () => {
  let root: string;
  let file: string;
  let fd: number;
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-native-'));
    file = path.join(root, 'map');
    fd = fs.openSync(file, 'w+');
  });
  afterEach(() => {
    fs.closeSync(fd);
    fs.rmSync(root, { recursive: true });
  });

  it('hold what the file holds, and the file what was written into the map', async () => {
    fs.writeSync(fd, Buffer.alloc(3 * MIB, 'ab'));
    const map = Buffer.from(addon.mapFile(fd, 3 * MIB));
    expect([map.length, map.equals(Buffer.alloc(3 * MIB, 'ab'))]).toEqual([3 * MIB, true]);
    map.write('through the map', 2 * MIB + 5);
    fs.writeSync(fd, 'through the file', 100);
    expect(map.toString('latin1', 100, 116)).toBe('through the file');
    await addon.sync(fd);
    expect(fs.readFileSync(file).toString('latin1', 2 * MIB + 5, 2 * MIB + 20)).toBe('through the map');
  });

  it('may be longer than the file, which grows under them: what is behind its old end becomes readable', () => {
    fs.writeSync(fd, Buffer.alloc(4096, 1));
    const map = Buffer.from(addon.mapFile(fd, 64 * MIB));
    const view = map.subarray(0, 4096);
    for (const length of [8192, MIB, 64 * MIB]) {
      fs.ftruncateSync(fd, length);
      map[length - 1] = 7;
      expect([view.equals(Buffer.alloc(4096, 1)), map[length - 2], map[length - 1]]).toEqual([true, 0, 7]);
      expect(fs.readFileSync(file).at(-1)).toBe(7);
    }
    // Trimmed again, as a segment is when it is sealed: what is left stays readable.
    fs.ftruncateSync(fd, 8192);
    expect(map[8191]).toBe(7);
    expect(view.equals(Buffer.alloc(4096, 1))).toBe(true);
  });

  it('stay readable when the file is closed and removed', () => {
    const other = fs.openSync(path.join(root, 'other'), 'w+');
    fs.writeSync(other, Buffer.alloc(MIB, 9));
    const map = Buffer.from(addon.mapFile(other, MIB));
    fs.closeSync(other);
    fs.rmSync(path.join(root, 'other'));
    expect(map.equals(Buffer.alloc(MIB, 9))).toBe(true);
  });

  it('are not counted as memory of JavaScript, and many can be made', () => {
    fs.writeSync(fd, Buffer.alloc(4096, 1));
    const before = process.memoryUsage();
    const maps = Array.from({ length: 100 }, () => Buffer.from(addon.mapFile(fd, 1024 * MIB)));
    const after = process.memoryUsage();
    expect(maps.every((map) => map[4095] === 1)).toBe(true);
    expect(Math.max(after.external - before.external, after.arrayBuffers - before.arrayBuffers)).toBeLessThan(1024 * MIB);
    expect(after.rss - before.rss).toBeLessThan(200 * MIB);
  });

  it('get disk blocks by allocate, which grows the file and leaves what is there', () => {
    fs.writeSync(fd, 'content');
    addon.allocate(fd, 0, 2 * MIB);
    addon.allocate(fd, 0, MIB);
    addon.allocate(fd, 2 * MIB, 4096);
    const { size, blocks } = fs.fstatSync(fd);
    expect(size).toBe(2 * MIB + 4096);
    if (process.platform === 'linux') expect(blocks * 512).toBeGreaterThanOrEqual(2 * MIB + 4096);
    expect(fs.readFileSync(file, 'latin1').slice(0, 9)).toBe('content\0\0');
  });

  it('fail to be allocated with the code and the call, and nothing is changed', () => {
    fs.writeSync(fd, 'content');
    const readOnly = fs.openSync(file, 'r');
    const failures: [fd: number, offset: number, length: number, code: RegExp][] = [
      [readOnly, 0, MIB, /^EBADF$/],
      [987_654, 0, MIB, /^EBADF$/],
      [fd, 0, 0, /^EINVAL$/],
      [fd, -1, MIB, /^EINVAL$/],
      [fd, 2 ** 62, 2 ** 62, /^EFBIG$/],
    ];
    for (const [target, offset, length, code] of failures) {
      expect(() => addon.allocate(target, offset, length)).toThrow(expect.objectContaining({ code: expect.stringMatching(code), syscall: 'posix_fallocate' }));
    }
    fs.closeSync(readOnly);
    expect(fs.readFileSync(file, 'latin1')).toBe('content');
  });

  it.skipIf(!hasMemoryDisk)(`fail with ENOSPC on a full disk (${hasMemoryDisk ? 'a disk in memory is there' : 'skipped: needs a tmpfs in /dev/shm'})`, () => {
    const onDisk = path.join('/dev/shm', path.basename(root));
    const full = fs.openSync(onDisk, 'w+');
    fs.rmSync(onDisk);
    const { blocks, bsize } = fs.statfsSync('/dev/shm');
    // Linux compares with the size of the disk before it takes a single block.
    expect(() => addon.allocate(full, 0, (blocks + 1) * bsize)).toThrow(expect.objectContaining({ code: 'ENOSPC', syscall: 'posix_fallocate' }));
    expect(fs.fstatSync(full).size).toBe(0);
    fs.closeSync(full);
  });

  it('fail to be made and synced with the code and the call', async () => {
    expect(() => addon.mapFile(987_654, MIB)).toThrow(expect.objectContaining({ code: 'EBADF', syscall: 'mmap' }));
    expect(() => addon.mapFile(fd, 0)).toThrow(expect.objectContaining({ code: 'EINVAL', syscall: 'mmap' }));
    await expect(addon.sync(987_654)).rejects.toThrow(expect.objectContaining({ code: 'EBADF', syscall: 'fdatasync' }));
    await Promise.all(Array.from({ length: 20 }, () => addon.sync(fd)));
  });

  it('are prefaulted within their range only, and a file trimmed meanwhile does no harm', async () => {
    addon.allocate(fd, 0, 8 * MIB);
    const map = new Uint8Array(addon.mapFile(fd, 64 * MIB));
    for (const [offset, length] of [[0, 8 * MIB], [4097, 10_000], [8 * MIB - 1, 1], [0, 0], [64 * MIB, 0]] as const) addon.prefault(map, offset, length);
    // Behind the file's end and trimmed under the thread: only a hint to the kernel, never a SIGBUS.
    addon.prefault(map, 0, 64 * MIB);
    fs.ftruncateSync(fd, 4096);
    await addon.sync(fd);
    map[4095] = 5;
    expect(fs.readFileSync(file)[4095]).toBe(5);
    for (const [offset, length] of [[0, 64 * MIB + 1], [64 * MIB, 1], [-1, 1], [2 ** 50, 1], [1, -1]] as const) expect(() => addon.prefault(map, offset, length)).toThrow(RangeError);
  });
});

describe.skipIf(process.platform !== 'linux' || native === undefined)('pages of a file', () => {
  it('that were just written are in memory; a hole of a sparse file is not, until it is populated', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'headroom-native-'));
    const fd = fs.openSync(path.join(directory, 'file'), 'w+');
    try {
      fs.writeSync(fd, Buffer.alloc(2 * MIB, 1), 0, 2 * MIB, 0);
      fs.ftruncateSync(fd, 8 * MIB);
      const map = new Uint8Array(addon.mapFile(fd, 8 * MIB));
      expect(addon.isResident(map, 0, 2 * MIB)).toBe(true);
      expect(addon.isResident(map, 4097, 10_000)).toBe(true);
      expect(addon.isResident(map, MIB, 2 * MIB)).toBe(false);
      await addon.populate(map, 0, 8 * MIB);
      expect(addon.isResident(map, 0, 8 * MIB)).toBe(true);
      for (const [offset, length] of [[0, 8 * MIB + 1], [8 * MIB, 1], [-1, 1], [2 ** 50, 1], [1, -1]] as const) expect(() => addon.isResident(map, offset, length)).toThrow(RangeError);
    } finally {
      fs.closeSync(fd);
      fs.rmSync(directory, { recursive: true });
    }
  });
});

describe.skipIf(native?.zstdCompress === undefined)(`zstd (${zstdCondition})`, () => {
  const compress = (bytes: Uint8Array, level = 3): Buffer => {
    const target = Buffer.alloc((addon.zstdBound?.(bytes.length) ?? 0) + 10);
    const written = addon.zstdCompress?.(bytes, level, target, 10) ?? 0;
    expect(target.subarray(0, 10).equals(Buffer.alloc(10))).toBe(true);
    return target.subarray(10, 10 + written);
  };

  it(`and node:zlib read each other, at every level and size (seed ${seed})`, () => {
    const random = new SeededRandom(seed);
    for (const length of [0, 1, 10, 1000, 65_536, 131_073, 400_000]) {
      const bytes = Buffer.from(Array.from({ length }, (_, at) => (random.nextInt(8) === 0 ? random.nextInt(256) : at & 0x3f)));
      for (const level of [-5, 1, 3, 9]) {
        const packed = compress(bytes, level);
        expect(zstdDecompressSync(packed).equals(bytes)).toBe(true);
        expect(addon.zstdOpenBytes?.(packed)).toBe(length);
        const theirs = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } });
        for (const frame of [packed, theirs]) {
          // Within the target the library may use what it does not fill; behind it nothing changes.
          const memory = Buffer.alloc(length + 50);
          expect([addon.zstdDecompress?.(frame, memory.subarray(0, length + random.nextInt(20))), memory.subarray(0, length).equals(bytes)]).toEqual([length, true]);
          expect(memory.subarray(length + 20).equals(Buffer.alloc(30))).toBe(true);
        }
      }
    }
  });

  it('says what a frame opens to, that it does not say, or that it is none', () => {
    expect(addon.zstdOpenBytes?.(compress(Buffer.alloc(12_345)))).toBe(12_345);
    expect(addon.zstdOpenBytes?.(Buffer.from('28b52ffd0058'.padEnd(20, '0'), 'hex'))).toBe(-1);
    for (const none of [Buffer.alloc(0), Buffer.from('no frame at all'), compress(Buffer.alloc(99)).subarray(0, 3)]) expect(addon.zstdOpenBytes?.(none)).toBe(-2);
  });

  it('throws on a target that is too small and on damage, writes nothing behind the target, and works again afterwards', () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * at) & 0xff));
    const packed = compress(bytes);
    const memory = Buffer.alloc(6000, 0xaa);
    const failing = expect.objectContaining({ code: 'ERR_ZSTD' });
    expect(() => addon.zstdDecompress?.(packed, memory.subarray(0, 4999))).toThrow(failing);
    expect(() => addon.zstdCompress?.(bytes, 3, memory.subarray(0, 20), 0)).toThrow(failing);
    expect(() => addon.zstdCompress?.(bytes, 3, memory, 7000)).toThrow(failing);
    for (let length = 1; length < packed.length; length += 7) expect(() => addon.zstdDecompress?.(packed.subarray(0, length), memory)).toThrow(failing);
    expect(addon.zstdDecompress?.('no bytes' as unknown as Uint8Array, memory)).toBe(0);
    expect(memory.subarray(5000).equals(Buffer.alloc(1000, 0xaa))).toBe(true);
    expect([addon.zstdDecompress?.(packed, memory), memory.subarray(0, 5000).equals(bytes)]).toEqual([5000, true]);
  });
});

describe.skipIf(native === undefined)(`the thread's CPU time (${condition})`, () => {
  it('grows with work and never falls', () => {
    const start = addon.threadCpuUs();
    let last = start;
    let sum = 0;
    for (let round = 0; round < 200; round++) {
      for (let step = 0; step < 20_000; step++) sum = (sum * 31 + step) | 0;
      const now = addon.threadCpuUs();
      expect(now).toBeGreaterThanOrEqual(last);
      last = now;
    }
    expect([last > start, Number.isInteger(sum), last < 3_600_000_000]).toEqual([true, true, true]);
  });

  it('is close to what the process says of itself', () => {
    const own = addon.threadCpuUs();
    const { user, system } = process.cpuUsage();
    expect(own).toBeGreaterThan(0);
    expect(own).toBeLessThanOrEqual(user + system + 100_000);
  });
});

describe.skipIf(native === undefined || process.platform !== 'linux')(`a preferred thread (${condition})`, () => {
  it('has nice -10 where that is granted, and what it starts has the usual one', () => {
    const code = `
      const { createRequire } = require('node:module');
      const os = require('node:os');
      const native = createRequire(${JSON.stringify(import.meta.url)})('../../../engine/native/headroom.node');
      const isPreferred = native.bePreferred();
      const { stdout } = require('node:child_process').spawnSync(process.execPath, ['-p', 'os.getPriority()'], { encoding: 'utf8' });
      console.log(JSON.stringify({ isPreferred, own: os.getPriority(), started: Number(stdout), again: native.bePreferred() }));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const usual = os.getPriority();
    const { isPreferred, own, started, again } = JSON.parse(stdout) as { isPreferred: boolean; own: number; started: number; again: boolean };
    expect({ own, started, again }).toEqual({ own: isPreferred ? -10 : usual, started: usual, again: false });
  });
});

describe.skipIf(native?.openAlarm === undefined)(`alarms (${condition})`, () => {
  it('ring once, not before their time; a later call takes the place of an earlier one', async () => {
    const rungMs: number[] = [];
    let onRing = (): void => {};
    const alarm = (addon.openAlarm as NonNullable<Native['openAlarm']>)(() => {
      rungMs.push(performance.now());
      onRing();
    });
    const set = (delayUs: number): Promise<void> =>
      new Promise((resolve) => {
        onRing = resolve;
        addon.setAlarm?.(alarm, delayUs);
      });
    const keepsLoop = setInterval(() => {}, 1000);
    addon.setAlarm?.(alarm, 1000);
    const startMs = performance.now();
    await set(3500);
    await set(200);
    clearInterval(keepsLoop);
    addon.closeAlarm?.(alarm);
    expect(rungMs).toHaveLength(2);
    expect((rungMs[0] as number) - startMs).toBeGreaterThanOrEqual(3.4);
    expect((rungMs[1] as number) - (rungMs[0] as number)).toBeGreaterThanOrEqual(0.2);
  });

  it('go with a thread that is ended while one is set', async () => {
    const code = `
      const { createRequire } = require('node:module');
      const { parentPort } = require('node:worker_threads');
      const native = createRequire(${JSON.stringify(import.meta.url)})('../../../engine/native/headroom.node');
      const alarm = native.openAlarm(() => native.setAlarm(alarm, 100));
      native.setAlarm(alarm, 100);
      parentPort.on('message', () => {});
      parentPort.postMessage('set');`;
    const worker = new Worker(code, { eval: true });
    await new Promise((resolve) => worker.once('message', resolve));
    expect(await worker.terminate()).toBe(1);
  });
});
