/** All contests of `headroom bench-micro`, and what came out of them as plain data. */
import { hostRecord, headroomVersion } from '../record/host-record.ts';
import { nativeMissingReason } from '../../engine/native/native.ts';
import type { HeadroomVersion, HostRecord } from '../../results/run.ts';
import { codecContests } from './codec-contests.ts';
import { holdContest, type Contest, type ContestRow, type Rounds } from './contest.ts';
import { logContests } from './log-contests.ts';
import { batchContests, checksumContest, histogramContest } from './memory-contests.ts';

export interface MicroResult {
  readonly headroom: HeadroomVersion;
  readonly host: HostRecord;
  /** Null: it is there. */
  readonly nativeMissingReason: string | null;
  readonly rounds: Rounds;
  readonly rows: readonly ContestRow[];
}

export interface MicroOptions {
  readonly rounds: Rounds;
  /** Contests whose title holds this text; all where undefined. */
  readonly only: string | undefined;
  onContest(title: string): void;
}

/** What the default run sends at 100,000 events/s, and a full batch. */
const TYPICAL_BATCH_BYTES = 16 * 1024;
const FULL_BATCH_BYTES = 64 * 1024;
const SMALL_BATCH_BYTES = 4 * 1024;

export function runMicro({ rounds, only, onContest }: MicroOptions): MicroResult {
  const contests: Contest[] = [
    checksumContest(FULL_BATCH_BYTES),
    ...batchContests(FULL_BATCH_BYTES),
    ...codecContests(TYPICAL_BATCH_BYTES),
    ...codecContests(FULL_BATCH_BYTES),
    ...logContests([SMALL_BATCH_BYTES, FULL_BATCH_BYTES]),
    histogramContest(),
  ];
  try {
    const rows = contests
      .filter(({ title }) => only === undefined || title.includes(only))
      .flatMap((contest) => {
        onContest(contest.title);
        return holdContest(contest, rounds);
      });
    return { headroom: headroomVersion(), host: hostRecord(undefined), nativeMissingReason: nativeMissingReason ?? null, rounds, rows };
  } finally {
    for (const contest of contests) contest.close?.();
  }
}
