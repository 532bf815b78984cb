/** A workload file and driver files of the OpenMessaging Benchmark as one experiment: each driver is a profile, the first the baseline. */
import { METRICS_DEFAULT, MIN_DIFFERENCE_DEFAULT, type Experiment, type Layer } from '../file/experiment-file.ts';
import type { Settings } from '../file/experiment-schema.ts';
import { SettingsError } from '../settings.ts';
import type { OmbDriver } from './omb-driver.ts';
import type { OmbWorkload } from './omb-workload.ts';

export interface OmbExperimentOptions {
  readonly workload: OmbWorkload;
  readonly drivers: readonly OmbDriver[];
  readonly repeats: number;
  /** The command line names the target: bootstrap.servers of the files is not taken. */
  readonly hasOwnTarget: boolean;
}

/** Throws SettingsError when workload and driver together cannot be honoured. */
export function ombExperiment({ workload, drivers, repeats, hasOwnTarget }: OmbExperimentOptions): Experiment {
  const notes = [...workload.notes, ...drivers.flatMap((driver) => driver.notes)];
  const profiles = drivers.map((driver, at): Layer => {
    const compression = driver.settings.producer?.['compression.type'];
    if (workload.repeatsOnePayload && compression !== 'none') {
      throw new SettingsError(`payloadFile cannot be honoured with compression.type=${compression}: the original sends one payload again and again, which compresses to almost nothing within a batch; use useRandomizedPayloads: true with a randomBytesRatio`);
    }
    if (driver.bootstrap !== undefined && hasOwnTarget) notes.push(`${driver.name}: bootstrap.servers is not taken: the command line names the target.`);
    const target: Settings = driver.bootstrap === undefined || hasOwnTarget ? {} : { target: { bootstrap: driver.bootstrap } };
    const isTaken = drivers.findIndex(({ name }) => name === driver.name) !== at;
    return { name: isTaken ? `${driver.name}-${at + 1}` : driver.name, settings: { ...driver.settings, ...target, ...withProperties(workload, driver) } };
  });
  return {
    name: workload.name,
    description: 'from OpenMessaging Benchmark files',
    base: workload.settings,
    profiles,
    matrix: [],
    baseline: undefined,
    repeats,
    detect: 0,
    budgetSeconds: undefined,
    metricIds: METRICS_DEFAULT,
    minDifference: MIN_DIFFERENCE_DEFAULT,
    thresholds: [],
    published: undefined,
    notes,
  };
}

/** The driver's consumer properties go to every group of the workload. */
function withProperties({ settings: { consumers } }: OmbWorkload, { consumerProperties }: OmbDriver): Settings {
  if (typeof consumers !== 'object') return {};
  return { consumers: Object.fromEntries(Object.keys(consumers).map((name) => [name, consumerProperties])) };
}
