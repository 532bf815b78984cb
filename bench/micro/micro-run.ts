/** All contests of `headroom bench-micro`, and what came out of them as plain data. */
import { loadavg, tmpdir } from 'node:os';
import { nativeMissingReason } from '../../engine/native/native.ts';
import { newRunId } from '../../results/run-store.ts';
import type { HeadroomVersion, HostRecord } from '../../results/run.ts';
import { libraryVersions } from '../machine/library-versions.ts';
import { headroomVersion, hostRecord } from '../record/host-record.ts';
import { codecContests } from './codecs/codec-contests.ts';
import { holdContest, type Contest, type ContestRow, type Rounds } from './contest.ts';
import { appendContest, readContest } from './log/append-read-contests.ts';
import { activeLookUpContest, sealedLookUpContest } from './log/look-up-contests.ts';
import { compactionContest } from './log/compaction-contest.ts';
import { cleanOpenContest, recoveryContest } from './log/opening-contests.ts';
import { socketContest } from './log/socket-contest.ts';
import { batchContests, checksumContest, histogramContest } from './memory-contests.ts';

export const MICRO_RESULT_SCHEMA_VERSION = 1;

export interface MicroResult {
  readonly schemaVersion: typeof MICRO_RESULT_SCHEMA_VERSION;
  readonly kind: 'micro';
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly headroom: HeadroomVersion;
  /** Its file system is the one of the temporary directory, where the logs are. */
  readonly host: HostRecord;
  /** Of what takes part, by name. */
  readonly libraries: Readonly<Record<string, string>>;
  /** Null: it is there. */
  readonly nativeMissingReason: string | null;
  /** Processes that wanted a core in the minute before the first contest: others than this one. */
  readonly loadAverageBefore: number;
  readonly rounds: Rounds;
  readonly rows: readonly ContestRow[];
}

export interface MicroOptions {
  readonly rounds: Rounds;
  /** Contests whose title this matches; all where undefined. */
  readonly only: RegExp | undefined;
  /** Ends it within one timing; `runMicro` then throws the signal's reason. */
  readonly signal?: AbortSignal;
  onContest(title: string): void;
}

/** What the default run sends at 100,000 events/s, and a full batch. */
const TYPICAL_BATCH_BYTES = 16 * 1024;
const FULL_BATCH_BYTES = 64 * 1024;
const SMALL_BATCH_BYTES = 4 * 1024;
const SEGMENT_COUNT = 1000;
const CONTENDERS = ['hdr-histogram-js', 'lz4-napi', 'snappy', 'tinybench'];

export async function runMicro({ rounds, only, signal, onContest }: MicroOptions): Promise<MicroResult> {
  const startedAt = new Date();
  const loadAverageBefore = loadavg()[0] as number;
  const rows: ContestRow[] = [];
  for (const contest of allContests()) {
    if (only !== undefined && !only.test(contest.title)) continue;
    onContest(contest.title);
    rows.push(...(await holdContest(contest, rounds, signal)));
  }
  return {
    schemaVersion: MICRO_RESULT_SCHEMA_VERSION,
    kind: 'micro',
    id: newRunId(startedAt),
    startedAt: startedAt.toISOString(),
    headroom: headroomVersion(),
    host: hostRecord(tmpdir()),
    libraries: libraryVersions(CONTENDERS),
    nativeMissingReason: nativeMissingReason ?? null,
    loadAverageBefore,
    rounds,
    rows,
  };
}

export function allContests(): Contest[] {
  return [
    checksumContest(FULL_BATCH_BYTES),
    ...batchContests(FULL_BATCH_BYTES),
    ...codecContests(TYPICAL_BATCH_BYTES),
    ...codecContests(FULL_BATCH_BYTES),
    appendContest(SMALL_BATCH_BYTES),
    appendContest(FULL_BATCH_BYTES),
    readContest(SMALL_BATCH_BYTES),
    readContest(FULL_BATCH_BYTES),
    activeLookUpContest(SMALL_BATCH_BYTES),
    sealedLookUpContest(SMALL_BATCH_BYTES),
    socketContest(TYPICAL_BATCH_BYTES),
    recoveryContest(TYPICAL_BATCH_BYTES),
    cleanOpenContest(SEGMENT_COUNT),
    compactionContest(TYPICAL_BATCH_BYTES),
    histogramContest(),
  ];
}
