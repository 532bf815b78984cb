/** What logs cost a broker in files, open files, memory maps and memory, by their number and by the segments that retention leaves in them. */
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface FootprintRequest {
  readonly partitions: number;
  /** Of each partition, the active one included. */
  readonly segments: number;
  /** Empty; the measuring process removes it. */
  readonly directory: string;
}

/** Above those of the process without any log. */
export interface ResourceGrowth {
  /** Resident, with the pages of mapped files that were touched. */
  readonly memoryBytes: number;
  readonly maps: number;
  readonly openFiles: number;
}

export interface Footprint {
  readonly partitions: number;
  readonly segments: number;
  /** Of all partitions. */
  readonly segmentCount: number;
  readonly files: number;
  /** Opening all of them after a clean stop. */
  readonly openMs: number;
  /** Opened, with one batch appended to each. */
  readonly opened: ResourceGrowth;
  /** Read once from end to end behind that. */
  readonly read: ResourceGrowth;
}

const entryPoint = fileURLToPath(new URL(`./footprint-process${extname(import.meta.url)}`, import.meta.url));

/** Rejects when the process ends without an answer, or the signal aborts; the files are gone then. */
export async function measureFootprint(shape: { partitions: number; segments: number }, signal?: AbortSignal): Promise<Footprint> {
  const directory = await mkdtemp(join(tmpdir(), 'headroom-footprint-'));
  try {
    return await new Promise<Footprint>((resolve, reject) => {
      const child = fork(entryPoint, [JSON.stringify({ ...shape, directory } satisfies FootprintRequest)], { execArgv: [...process.execArgv, '--expose-gc'] });
      const kill = (): void => void child.kill('SIGKILL');
      signal?.addEventListener('abort', kill, { once: true });
      if (signal?.aborted === true) kill();
      child.once('message', (message) => resolve(message as Footprint));
      child.once('error', reject);
      child.once('exit', (code) => {
        signal?.removeEventListener('abort', kill);
        reject(new Error(`measuring ${shape.partitions} partitions ended with exit code ${code}`));
      });
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
