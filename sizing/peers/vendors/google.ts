/** F5, Google Cloud Managed Service for Apache Kafka: virtual CPUs from weighted megabytes; reads weigh a quarter. */
import { ceiling, MB, type Peer } from '../peer.ts';
import { flowBytesPerSecond } from '../community/flow-volumes.ts';

export const googleManagedKafka: Peer = {
  name: 'Google Managed Kafka',
  source: 'Google Cloud, Managed Service for Apache Kafka: plan the cluster size',
  knownFlaws: ['20 MBps a vCPU holds for batches of 10 KB and more only', 'CPU decides alone: storage and network do not enter'],
};

export interface GoogleAnswer {
  readonly vcpus: number;
  /** Before it is rounded up, and before the floor of 3. */
  readonly exact: number;
  readonly memoryGibibytes: number;
  /** Written + read / 4, bytes/s. */
  readonly writeEquivalentBytesPerSecond: number;
}

const VCPU_BYTES_PER_SECOND = 20 * MB;
const VCPUS_MIN = 3;
const MEMORY_GIBIBYTES_PER_VCPU = 4;

/** `utilization`: 0.5, or average over peak. */
export function googleSizing(inputs: { producedBytesPerSecond: number; consumedBytesPerSecond: number; replicationFactor: number; utilization?: number }): GoogleAnswer {
  const { written, replicated } = flowBytesPerSecond({ ...inputs, groups: 0 });
  const writeEquivalentBytesPerSecond = written + (inputs.consumedBytesPerSecond + replicated) / 4;
  const exact = writeEquivalentBytesPerSecond / VCPU_BYTES_PER_SECOND / (inputs.utilization ?? 0.5);
  const vcpus = Math.max(VCPUS_MIN, ceiling(exact));
  return { vcpus, exact, memoryGibibytes: vcpus * MEMORY_GIBIBYTES_PER_VCPU, writeEquivalentBytesPerSecond };
}
