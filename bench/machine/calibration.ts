/** Calibrates in a process of its own; see calibration-process.ts for the work. */
import { fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Calibration } from '../../results/host-record.ts';

/** Raise it when the work changes. */
export const CALIBRATION_WORK_VERSION = 1;

export interface CalibrationRequest {
  /** Of the small file; null: no disk of this machine takes part. */
  readonly directory: string | null;
}

export interface CalibrationAnswer {
  readonly calibration: Calibration;
  readonly cpuUs: number;
  readonly checksum: number;
}

/** Half a second on a slow machine; what takes longer is not worth the wait. */
const LIMIT_MS = 3000;

const entryPoint = fileURLToPath(new URL(`./calibration-process${extname(import.meta.url)}`, import.meta.url));

/** Undefined when the process does not answer: the run goes on without. */
export async function calibrate(request: CalibrationRequest): Promise<CalibrationAnswer | undefined> {
  return new Promise((resolve) => {
    const child = fork(entryPoint, [JSON.stringify(request)], { execArgv: ['--single-threaded-gc', '--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    let answer: CalibrationAnswer | undefined;
    child.once('message', (message) => (answer = message as CalibrationAnswer));
    const done = (): void => {
      clearTimeout(limit);
      resolve(answer);
    };
    child.once('error', done);
    child.once('exit', done);
  });
}
