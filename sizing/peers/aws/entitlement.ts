/**
 * F4, the entitlement formula of `msk_sizing.py`: what one broker may take in when replication, lagging readers and a rebalance with one zone
 * down take their share. MiB/s and GiB inside, as there; three zones, prices of us-east-1.
 */
import { awsExpressBrokers, type AwsExpressBroker } from '../../hardware/aws-express.ts';
import { awsStandardBrokers, awsStandardRules, type AwsStandardBroker } from '../../hardware/aws-standard.ts';
import { ceiling, largestNeed, type Peer } from '../peer.ts';
import { entitlementCost, type EntitlementCost } from './entitlement-cost.ts';

export const awsEntitlement: Peer = {
  name: 'AWS msk_sizing.py',
  source: 'aws/agent-toolkit-for-aws d6ad2e44, managing-amazon-msk/scripts/msk_sizing.py',
  knownFlaws: [
    'the replication factor does not change its throughput capacity, only its storage',
    'on AWS\'s own documented Express example (45 MBps in, 90 out) it wants 6 brokers where the document says 3',
    'Express egress is 2.5 x ingress, 2.0 in the published table',
    'with provisioned throughput it divides what consumers read by what volumes write',
    'm5.24xlarge holds 4,000 partitions here, 6,000 in the documentation',
  ],
};

export interface EntitlementInputs {
  readonly averageProducedBytesPerSecond: number;
  readonly peakProducedBytesPerSecond: number;
  readonly averageConsumedBytesPerSecond: number;
  readonly peakConsumedBytesPerSecond: number;
  /** Partitions x replicas. */
  readonly partitionReplicas: number;
  readonly replicationFactor: number;
  readonly retentionSeconds: number;
  /** On the brokers' own disks; less than the retention: the rest is tiered. */
  readonly primaryRetentionSeconds: number;
  /** Default 0.5. */
  readonly standardUtilization?: number;
  /** Default 0.75. */
  readonly expressUtilization?: number;
  /** Provisioned volume throughput of a broker, for the sizes that have it. */
  readonly provisionedBytesPerSecond?: number;
  /** Default true: consumers read in their own zone. Cost only. */
  readonly isRackAware?: boolean;
}

export interface EntitlementAnswer {
  readonly instance: string;
  readonly brokers: number;
  /** `ingress`, `egress`, `partitions`, `storage` or `pst`. */
  readonly decidedBy: string;
  /** Brokers for each constraint alone, up to a multiple of the zones. */
  readonly needs: Readonly<Record<string, number>>;
  /** Of the cluster; Express sells what is kept, without replicas. */
  readonly storageBytes: number;
  readonly monthlyUsd: EntitlementCost;
}

const ZONES = 3;
const DEFAULTS = { standardUtilization: 0.5, expressUtilization: 0.75 } as const;

/** Multiples of the ingress of a broker that its disks and its network must bear with one zone down. */
export const entitlementFactors = {
  /** Consumers' and producers' traffic moves to the zones that are left: A / (A - 1). */
  zone: ZONES / (ZONES - 1),
  /** 1.5 ingress + 1.5 replication in + 0.5 lagging readers + 3.0 rebalancing. */
  storage: 6.5,
  /** 2.2 replication out + 0.5 lagging readers + 3.0 rebalancing; fan-out comes on top. */
  network: 5.7,
  /** More of both with tiered storage. */
  tiered: 1.5,
  /** EBS provisioned for what is kept. */
  storageHeadroom: 2,
  expressEgress: 2.5,
} as const;

export function standardEntitlements(inputs: EntitlementInputs): EntitlementAnswer[] {
  return awsStandardBrokers.map((broker) => standardAnswer(broker, inputs));
}

export function expressEntitlements(inputs: EntitlementInputs): EntitlementAnswer[] {
  return awsExpressBrokers.map((broker) => expressAnswer(broker, inputs));
}

/** Ingress that one Standard broker is entitled to before the utilisation is applied, bytes/s. */
export function standardIngressBytesPerSecond(broker: Pick<AwsStandardBroker, 'ebsBytesPerSecond' | 'networkBytesPerSecond'>, { fanOut, isTiered }: { fanOut: number; isTiered: boolean }): number {
  const extra = isTiered ? entitlementFactors.tiered : 0;
  const network = broker.networkBytesPerSecond / (fanOut * entitlementFactors.zone + entitlementFactors.network + extra);
  return Math.min(broker.ebsBytesPerSecond / (entitlementFactors.storage + extra), network);
}

/** EBS to provision for the cluster, bytes: what is kept on the brokers, all replicas, twice. */
export function standardStorageBytes({ averageProducedBytesPerSecond, primaryRetentionSeconds, replicationFactor }: EntitlementInputs): number {
  return averageProducedBytesPerSecond * primaryRetentionSeconds * replicationFactor * entitlementFactors.storageHeadroom;
}

function standardAnswer(broker: AwsStandardBroker, inputs: EntitlementInputs): EntitlementAnswer {
  const isTiered = inputs.retentionSeconds > inputs.primaryRetentionSeconds;
  const fanOut = inputs.peakConsumedBytesPerSecond / inputs.peakProducedBytesPerSecond;
  const ingress = standardIngressBytesPerSecond(broker, { fanOut, isTiered }) * (inputs.standardUtilization ?? DEFAULTS.standardUtilization);
  const storageBytes = standardStorageBytes(inputs);
  const provisioned = broker.isProvisionedThroughputInScript && inputs.provisionedBytesPerSecond !== undefined ? Math.min(inputs.provisionedBytesPerSecond, broker.ebsBytesPerSecond) : 0;
  const needs = {
    ingress: brokersInZones(inputs.peakProducedBytesPerSecond, ingress),
    egress: brokersInZones(inputs.peakConsumedBytesPerSecond, fanOut * ingress),
    partitions: brokersInZones(inputs.partitionReplicas, broker.partitionsRecommended),
    storage: brokersInZones(storageBytes, awsStandardRules.volumeBytesMax),
    ...(provisioned > 0 ? { pst: brokersInZones(inputs.averageConsumedBytesPerSecond, provisioned) } : {}),
  };
  const { value: brokers, decidedBy } = largestNeed(needs);
  return {
    instance: broker.instance,
    brokers,
    decidedBy,
    needs,
    storageBytes,
    monthlyUsd: entitlementCost({
      ...trafficOf(inputs),
      brokers,
      usdPerHour: broker.usdPerHour,
      storageBytes,
      tieredBytes: isTiered ? inputs.averageProducedBytesPerSecond * (inputs.retentionSeconds - inputs.primaryRetentionSeconds) : 0,
      provisionedBytesPerSecond: provisioned,
      isDataInCharged: false,
    }),
  };
}

function expressAnswer(broker: AwsExpressBroker, inputs: EntitlementInputs): EntitlementAnswer {
  const storageBytes = inputs.averageProducedBytesPerSecond * inputs.retentionSeconds;
  const needs = {
    ingress: brokersInZones(inputs.peakProducedBytesPerSecond, broker.scriptIngressBytesPerSecond * (inputs.expressUtilization ?? DEFAULTS.expressUtilization)),
    egress: brokersInZones(inputs.peakConsumedBytesPerSecond, broker.scriptIngressBytesPerSecond * entitlementFactors.expressEgress),
    partitions: brokersInZones(inputs.partitionReplicas, broker.partitionsRecommended),
  };
  const { value: brokers, decidedBy } = largestNeed(needs);
  const cost = { ...trafficOf(inputs), brokers, usdPerHour: broker.usdPerHour, storageBytes, tieredBytes: 0, provisionedBytesPerSecond: 0, isDataInCharged: true };
  return { instance: broker.instance, brokers, decidedBy, needs, storageBytes, monthlyUsd: entitlementCost(cost) };
}

function trafficOf({ averageProducedBytesPerSecond, averageConsumedBytesPerSecond, isRackAware = true }: EntitlementInputs) {
  return { producedBytesPerSecond: averageProducedBytesPerSecond, crossZoneConsumedBytesPerSecond: isRackAware ? 0 : averageConsumedBytesPerSecond, zones: ZONES };
}

function brokersInZones(demand: number, capacity: number): number {
  return ceiling(ceiling(demand / capacity) / ZONES) * ZONES;
}
