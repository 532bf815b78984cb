/** What a contest keeps on the disk until it is over: a directory in the temporary one, and what is open in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../../engine/environment.ts';
import { createHostEnvironment } from '../../../engine/host/host-environment.ts';
import type { OpenContest } from '../contest.ts';

export interface Scratch {
  readonly directory: string;
  readonly environment: Environment;
  /** Closed before the directory goes, the last one first. */
  keep<Kept extends { close(): unknown }>(kept: Kept): Kept;
}

/** Everything goes when the contest closes or cannot begin. */
export async function withScratch(open: (scratch: Scratch) => OpenContest | Promise<OpenContest>): Promise<OpenContest> {
  const directory = mkdtempSync(join(tmpdir(), 'headroom-micro-'));
  const kept: { close(): unknown }[] = [];
  const close = async (): Promise<void> => {
    for (const each of kept.reverse()) await each.close();
    rmSync(directory, { recursive: true, force: true });
  };
  const keep = <Kept extends { close(): unknown }>(each: Kept): Kept => {
    kept.push(each);
    return each;
  };
  try {
    return { ...(await open({ directory, environment: createHostEnvironment(), keep })), close };
  } catch (error) {
    await close();
    throw error;
  }
}
