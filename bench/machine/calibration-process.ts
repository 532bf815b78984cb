/**
 * Fixed work, timed: what this machine can do at this moment, whatever headroom is. A process of its own, so that before and after a run
 * it starts alike (cold code, empty heap) and leaves nothing behind in the process that measures. Rounds go over all probes in turn, so that a
 * disturbance of some milliseconds does not meet every round of one of them; the best round counts. Tells its parent over the IPC channel.
 */
import { fsyncSync, closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { CALIBRATION_WORK_VERSION, type CalibrationAnswer, type CalibrationRequest } from './calibration.ts';

const { directory } = JSON.parse(process.argv[2] ?? '{}') as CalibrationRequest;

const ROUNDS = 8;
const CPU_STEPS = 2_000_000;
/** Twice this is more than the caches of most processors hold: how much of them a guest gets changes from second to second. */
const COPY_BYTES = 32 * 1024 * 1024;
/** Stays in the second-level cache. */
const CRC_BYTES = 256 * 1024;
const CRC_TIMES = 16;
const FILE_BYTES = 64 * 1024;
/** Of a disk that is slow, fewer rounds must do. */
const FILE_ROUNDS_MS_MAX = 80;
const ROUND_TRIPS = 20;
const ROUND_TRIP_SERIES = 3;
const MESSAGE = Buffer.alloc(128, 1);

const startMs = performance.now();
const source = Buffer.alloc(COPY_BYTES, 7);
const target = Buffer.alloc(COPY_BYTES, 1);
const block = Buffer.alloc(CRC_BYTES, 3);
const best = { cpuLoopUs: Number.POSITIVE_INFINITY, memoryCopyUs: Number.POSITIVE_INFINITY, crc32Us: Number.POSITIVE_INFINITY, fileSyncUs: Number.POSITIVE_INFINITY, loopbackUs: Number.POSITIVE_INFINITY };
/** So that no work can be left out as useless. */
let checksum = 0;

const server = createServer((socket) => socket.setNoDelay(true).pipe(socket));
const socket = await connected();
let fileMs = 0;
for (let round = 0; round < ROUNDS; round++) {
  take('cpuLoopUs', () => (checksum ^= cpuLoop()));
  take('memoryCopyUs', () => source.copy(target));
  take('crc32Us', () => {
    for (let i = 0; i < CRC_TIMES; i++) checksum ^= crc32(block);
  });
  if (directory !== null && fileMs < FILE_ROUNDS_MS_MAX) {
    const beforeMs = performance.now();
    take('fileSyncUs', () => writeSynced(directory));
    fileMs += performance.now() - beforeMs;
  }
  if (socket !== undefined) for (let series = 0; series < ROUND_TRIP_SERIES; series++) await takeRoundTrips(socket);
}
socket?.destroy();
server.close();
const known = (us: number): number | null => (Number.isFinite(us) ? us : null);
const answer: CalibrationAnswer = {
  calibration: {
    workVersion: CALIBRATION_WORK_VERSION,
    elapsedMs: performance.now() - startMs,
    cpuLoopUs: known(best.cpuLoopUs),
    memoryCopyUs: known(best.memoryCopyUs),
    crc32Us: known(best.crc32Us),
    fileSyncUs: known(best.fileSyncUs),
    loopbackUs: known(best.loopbackUs),
  },
  cpuUs: process.cpuUsage().user + process.cpuUsage().system,
  checksum,
};
process.send?.(answer, () => process.exit(0));

/** A probe that fails once takes no part: its best stays what it was. */
function take(name: keyof typeof best, work: () => unknown): void {
  const beforeMs = performance.now();
  try {
    work();
  } catch {
    return;
  }
  best[name] = Math.min(best[name], (performance.now() - beforeMs) * 1000);
}

/** Whole numbers in registers (xorshift32): the clock rate and nothing else. */
function cpuLoop(): number {
  let x = 123_456_789;
  for (let i = 0; i < CPU_STEPS; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
  }
  return x;
}

function writeSynced(folder: string): void {
  const path = join(folder, `.headroom-calibration-${process.pid}`);
  const file = openSync(path, 'w');
  try {
    writeSync(file, source, 0, FILE_BYTES);
    fsyncSync(file);
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}

async function takeRoundTrips(connection: Socket): Promise<void> {
  const beforeMs = performance.now();
  for (let i = 0; i < ROUND_TRIPS; i++) {
    const answered = new Promise<boolean>((resolve) => {
      connection.once('data', () => resolve(true));
      connection.once('close', () => resolve(false));
    });
    connection.write(MESSAGE);
    if (!(await answered)) return;
    connection.removeAllListeners('close');
  }
  best.loopbackUs = Math.min(best.loopbackUs, ((performance.now() - beforeMs) * 1000) / ROUND_TRIPS);
}

/** Undefined where there is no loopback. */
function connected(): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address !== 'object' || address === null) return resolve(undefined);
      const connection = connect(address.port, '127.0.0.1');
      connection.setNoDelay(true);
      connection.once('error', () => resolve(undefined));
      connection.once('connect', () => resolve(connection));
    });
  });
}
