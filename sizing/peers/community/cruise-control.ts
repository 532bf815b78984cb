/** F23, how many brokers Cruise Control asks for when a goal cannot be met, and its static split of CPU. Its regression is not here. */
import { ceiling, type Peer } from '../peer.ts';

export const cruiseControl: Peer = {
  name: 'Cruise Control',
  source: 'linkedin/cruise-control dadba67e; strimzi/strimzi-kafka-operator PR 5992 (error text)',
  knownFlaws: ['the request rate does not enter its CPU model', 'its samples of leader and follower bytes are unbalanced and collinear', 'coefficients move with codec and TLS', 'no interval and no R2 beside the coefficients'],
};

/** Shares of a broker's capacity that it balances below, and the tolerance between brokers. */
export const cruiseControlThresholds = { cpu: 0.7, disk: 0.8, networkIn: 0.8, networkOut: 0.8, balance: 1.1, replicasPerBrokerMax: 10_000 } as const;

export const cruiseControlCpuWeights = { leaderBytesIn: 0.7, leaderBytesOut: 0.15, followerBytesIn: 0.15 } as const;

/** ceil((utilisation - allowed) / (capacity of a typical broker x threshold)), all in the resource's own unit; 0 when nothing is missing. */
export function brokersToAdd({ utilization, allowedUtilization, threshold, brokerCapacity }: { utilization: number; allowedUtilization: number; threshold: number; brokerCapacity: number }): number {
  return Math.max(0, ceiling((utilization - allowedUtilization) / (brokerCapacity * threshold)));
}

/** CPU of a broker (0 to 1) put down to one partition by its bytes, with the static weights. */
export function leaderCpuShare(of: { leaderBytesIn: number; leaderBytesOut: number }, broker: { leaderBytesIn: number; leaderBytesOut: number; followerBytesIn: number; cpuUtilization: number }): number {
  const { leaderBytesIn, leaderBytesOut, followerBytesIn } = cruiseControlCpuWeights;
  const all = leaderBytesIn * broker.leaderBytesIn + leaderBytesOut * broker.leaderBytesOut + followerBytesIn * broker.followerBytesIn;
  return all === 0 ? 0 : (broker.cpuUtilization * (leaderBytesIn * of.leaderBytesIn + leaderBytesOut * of.leaderBytesOut)) / all;
}
