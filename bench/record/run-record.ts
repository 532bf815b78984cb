/** From a run's outcome to its stored record, all but the plan. */
import { RUN_SCHEMA_VERSION, type RepeatRecord, type Run, type RunStatus, type Verification } from '../../results/run.ts';
import { newRunId } from '../../results/run-store.ts';
import type { ExperimentOutcome } from '../experiment-outcome.ts';
import { configurationRecord } from './configuration-record.ts';
import { headroomVersion, hostRecord } from './host-record.ts';
import { measuredRecord } from './measured-record.ts';
import { runWarnings } from './run-warnings.ts';

export type UnplannedRun = Omit<Run, 'plan'>;

export interface RunContext {
  readonly commandLine: readonly string[];
  readonly elapsedSeconds: number;
  /** Of a run that is part of an experiment. */
  readonly repeat?: RepeatRecord;
}

const METHOD =
  'every batch was read back from the log, offset by offset, and held against the producer\'s own account of what was acknowledged: place, sequence, CRC-32C of the uncompressed records; events with a stamp also one by one, by number and key';

const METHOD_BY_RECORD =
  'every record was read back from the log, offset by offset, and held against the client\'s delivery report of it: partition, offset, CRC-32C of key and value; sequences of each producer by the batch; events with a stamp also by number and key';

export function runRecord(outcome: ExperimentOutcome, { commandLine, elapsedSeconds, repeat }: RunContext): UnplannedRun {
  const startedAt = new Date(outcome.startedAtEpochMs);
  const headroom = headroomVersion();
  const host = hostRecord(outcome.target.dataDirectory);
  const measured = measuredRecord(outcome);
  return {
    schemaVersion: RUN_SCHEMA_VERSION,
    id: newRunId(startedAt),
    startedAt: startedAt.toISOString(),
    elapsedSeconds,
    commandLine,
    status: statusOf(outcome),
    headroom,
    host,
    machine: outcome.machine,
    seed: outcome.options.seed,
    warnings: runWarnings({ outcome, measured, host, headroom }),
    configuration: configurationRecord(outcome),
    measured,
    verification: verificationOf(outcome),
    repeat: repeat ?? null,
  };
}

function statusOf({ isPartial, failure }: ExperimentOutcome): RunStatus {
  if (failure !== undefined) return { kind: 'failed', reason: failure };
  return isPartial ? { kind: 'partial', reason: 'interrupted by the operator' } : { kind: 'complete' };
}

function verificationOf({ verification, isPartial, failure, options, loads }: ExperimentOutcome): Verification {
  if (verification === undefined) {
    const reason = !options.verifies ? 'switched off with --no-verify' : isPartial ? 'the run was cut short' : (failure ?? 'it could not be done');
    return { kind: 'skipped', reason };
  }
  return { kind: 'done', method: loads.some(({ recordLedger }) => recordLedger !== undefined) ? METHOD_BY_RECORD : METHOD, elapsedMs: verification.elapsedMs, ...verification.report };
}
