/** F3, the analytical model of Red Hat AMQ Streams (AndyYuen/kafka-sizing): the busier of network and disk, times 1.6, never fewer than the replication factor and one. */
import { flowBytesPerSecond } from '../community/flow-volumes.ts';
import { ceiling, DAY_SECONDS, GB, MB, type Peer } from '../peer.ts';

export const redHatAmq: Peer = {
  name: 'Red Hat AMQ Streams',
  source: 'AndyYuen/kafka-sizing 5b1a674, SizingServiceImpl',
  knownFlaws: ['the disk that it computes never changes the number of brokers', 'the safety factor of 1.6 is arbitrary', 'the network is counted one way: what comes in does not add to what goes out'],
};

export interface RedHatInputs {
  readonly producedBytesPerSecond: number;
  readonly replicationFactor: number;
  readonly groups: number;
  readonly laggingGroups?: number;
  readonly networkGigabitsPerSecond: number;
  readonly diskBytesPerSecond: number;
  readonly utilizationMax: number;
  readonly retentionDays: number;
}

export interface RedHatAnswer {
  readonly brokers: number;
  /** Before it is rounded up. */
  readonly exact: number;
  readonly decidedBy: 'network' | 'disk throughput' | 'replication factor + 1';
  readonly writtenBytesPerSecond: number;
  readonly networkUtilization: number;
  readonly diskUtilization: number;
  readonly vcpusPerBroker: number;
  readonly memoryGigabytesPerBroker: number;
  readonly dailyDiskGigabytes: number;
  readonly diskGigabytes: number;
  readonly diskGigabytesPerBroker: number;
  readonly zooKeeperNodes: number;
  /** Two virtual CPUs are a core. */
  readonly cores: number;
}

const SAFETY_FACTOR = 1.6;
const MEMORY_GIGABYTES = 32;

export function redHatSizing(inputs: RedHatInputs): RedHatAnswer {
  const { producedBytesPerSecond, replicationFactor, networkGigabitsPerSecond, diskBytesPerSecond, utilizationMax, retentionDays } = inputs;
  const flow = flowBytesPerSecond(inputs);
  const networkUtilization = Math.max(flow.written, flow.read) / ((networkGigabitsPerSecond / 8) * 1000 * MB);
  const diskUtilization = flow.disk / diskBytesPerSecond;
  const byBottleneck = (Math.max(networkUtilization, diskUtilization) / utilizationMax) * SAFETY_FACTOR;
  const exact = Math.max(byBottleneck, replicationFactor + 1);
  const brokers = ceiling(exact);
  // The network figure is for the cluster: a fast adapter that is a third used gets more processors.
  const vcpusPerBroker = networkGigabitsPerSecond > 3 && networkUtilization > 0.3 ? 10 : 8;
  const dailyDiskGigabytes = ceiling((producedBytesPerSecond * DAY_SECONDS * replicationFactor) / GB);
  const diskGigabytes = dailyDiskGigabytes * retentionDays;
  return {
    brokers,
    exact,
    decidedBy: byBottleneck < replicationFactor + 1 ? 'replication factor + 1' : networkUtilization >= diskUtilization ? 'network' : 'disk throughput',
    writtenBytesPerSecond: producedBytesPerSecond,
    networkUtilization,
    diskUtilization,
    vcpusPerBroker,
    memoryGigabytesPerBroker: MEMORY_GIGABYTES,
    dailyDiskGigabytes,
    diskGigabytes,
    diskGigabytesPerBroker: ceiling((diskGigabytes / brokers) * 1.1),
    zooKeeperNodes: brokers > 50 ? 5 : 3,
    cores: Math.floor((brokers * vcpusPerBroker) / 2),
  };
}
