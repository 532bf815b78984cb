/** The plain workload that other calculators are asked about, from a plan's inputs. */
import type { PeersWorkload } from '../results/peers/peers-record.ts';
import type { SizingInputs } from './sizing-inputs.ts';

/** The clouds' formulas know three zones. */
const ZONES = 3;
const HOUR_SECONDS = 3600;

export function peersWorkload(inputs: SizingInputs): PeersWorkload {
  return {
    eventsPerSecond: inputs.rate.value * inputs.growth.value,
    eventBytes: inputs.recordBytes.value,
    replicationFactor: inputs.replicationFactor.value,
    groups: inputs.groups.length,
    retentionHours: inputs.retentionSeconds.value / HOUR_SECONDS,
    compressionRatio: inputs.compressionRatio.value,
    zones: ZONES,
  };
}
