/** What the warnings of a run are made from. */
import type { HeadroomVersion, HostRecord, Measured } from '../../results/run.ts';
import type { ExperimentOutcome } from '../experiment-outcome.ts';

export interface WarningInputs {
  readonly outcome: ExperimentOutcome;
  readonly measured: Measured;
  readonly host: HostRecord;
  readonly headroom: HeadroomVersion;
}
