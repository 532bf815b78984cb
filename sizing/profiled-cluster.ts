/** A published machine as a plan's inputs: given, with source and date. */
import type { PlanQuantity } from '../results/plan-record.ts';
import type { BrokerProfile } from './hardware/broker-profile.ts';
import { clusterDefaults } from './input-defaults.ts';
import { input, type SizedCluster } from './sizing-inputs.ts';

export function profiledCluster(profile: BrokerProfile): Partial<SizedCluster> {
  const { source } = profile;
  const origin = { source: 'given', why: `${profile.name}: ${source.title}`, date: source.publishedOn ?? source.recordedOn } as const;
  const of = (at: PlanQuantity, value: number): PlanQuantity => input(at.id, at.name, value, at.unit, origin);
  return {
    diskBytes: of(clusterDefaults.diskBytes, profile.diskBytes),
    diskBytesPerSecond: of(clusterDefaults.diskBytesPerSecond, profile.diskBytesPerSecond),
    networkInBytesPerSecond: of(clusterDefaults.networkInBytesPerSecond, profile.networkBytesPerSecond),
    networkOutBytesPerSecond: of(clusterDefaults.networkOutBytesPerSecond, profile.networkBytesPerSecond),
    cores: of(clusterDefaults.cores, profile.cores),
    memoryBytes: of(clusterDefaults.memoryBytes, profile.memoryBytes),
    // A machine of 4 GiB has no 6 GiB to give to a heap.
    heapBytes: profile.memoryBytes >= 2 * clusterDefaults.heapBytes.value ? clusterDefaults.heapBytes : { ...clusterDefaults.heapBytes, value: profile.memoryBytes / 2, low: profile.memoryBytes / 2, high: profile.memoryBytes / 2, why: 'half of the memory' },
    replicasPerBrokerMax: of(clusterDefaults.replicasPerBrokerMax, profile.replicasMax),
    connectionsMax: of(clusterDefaults.connectionsMax, profile.connectionsMax),
  };
}
