/** The rows of AWS: its script for Standard and Express brokers, and equation 1 of its blog. */
import type { PeerRow } from '../../results/peers/peers-record.ts';
import { awsStandardBroker, awsStandardRules } from '../hardware/aws-standard.ts';
import { awsEntitlement, expressEntitlements, standardEntitlements, type EntitlementAnswer, type EntitlementInputs } from './aws/entitlement.ts';
import { awsEquationOne, equationOneBrokers } from './aws/equation-one.ts';
import { HOUR_SECONDS } from './peer.ts';
import { amountOf, decidedByText, gibibytesText, rowOf, type PeerDemand } from './peer-demand.ts';

/** Replicas of all partitions; so few that they decide nothing. */
const PARTITION_REPLICAS = 63;
const HOT_HOURS = 24;
const STANDARD_INSTANCES = ['m5.large', 'm7g.large', 'm7g.xlarge', 'm7g.4xlarge'];
const EQUATION_INSTANCES = ['m5.large', 'm5.xlarge', 'm7g.xlarge'];
const EQUATION_UTILIZATION = 0.8;

export function awsRows(demand: PeerDemand): PeerRow[] {
  const { retentionSeconds } = demand;
  const hotSeconds = Math.min(retentionSeconds, HOT_HOURS * HOUR_SECONDS);
  const standard = standardEntitlements(entitlementInputs(demand, retentionSeconds));
  const tiered = cheapest(standardEntitlements(entitlementInputs(demand, hotSeconds)));
  const express = cheapest(expressEntitlements(entitlementInputs(demand, retentionSeconds)));
  const assumed = [...(demand.averageShare === 1 ? ['peak = average'] : []), `${PARTITION_REPLICAS} partition replicas`, '50 % of a Standard broker', '3 zones', 'us-east-1 prices'];
  return [
    entitlementRow('aws.standard', 'AWS msk_sizing.py, Standard, all on EBS', standard.filter(({ instance }) => STANDARD_INSTANCES.includes(instance)), assumed),
    ...(hotSeconds < retentionSeconds ? [entitlementRow('aws.standard.tiered', `AWS msk_sizing.py, Standard, ${HOT_HOURS} h on EBS, the rest tiered`, [tiered], assumed)] : []),
    { ...entitlementRow('aws.express', 'AWS msk_sizing.py, Express', [express], [...assumed.filter((each) => !each.includes('Standard')), '75 % of an Express broker']), knownFlaw: awsEntitlement.knownFlaws[1] ?? awsEntitlement.knownFlaws[0] },
    equationRow(demand),
  ];
}

function entitlementInputs({ workload, averageShare, producedBytesPerSecond, consumedBytesPerSecond, retentionSeconds }: PeerDemand, primaryRetentionSeconds: number): EntitlementInputs {
  return {
    averageProducedBytesPerSecond: producedBytesPerSecond * averageShare,
    peakProducedBytesPerSecond: producedBytesPerSecond,
    averageConsumedBytesPerSecond: consumedBytesPerSecond * averageShare,
    peakConsumedBytesPerSecond: consumedBytesPerSecond,
    partitionReplicas: PARTITION_REPLICAS,
    replicationFactor: workload.replicationFactor,
    retentionSeconds,
    primaryRetentionSeconds,
  };
}

/** Its own recommendation: the lowest monthly cost within 60 brokers, or of all when none fits. */
function cheapest(answers: readonly EntitlementAnswer[]): EntitlementAnswer {
  const within = answers.filter(({ brokers }) => brokers <= 60);
  return (within.length > 0 ? within : answers).reduce((least, each) => (each.monthlyUsd.total < least.monthlyUsd.total ? each : least));
}

function entitlementRow(id: string, peer: string, answers: readonly EntitlementAnswer[], inputsAssumed: readonly string[]): PeerRow {
  const amounts = answers.map(({ instance, brokers, decidedBy, monthlyUsd }) => amountOf(brokers, { label: instance, decidedBy, usdPerMonth: monthlyUsd.total }));
  const storage = `${gibibytesText(answers[0]?.storageBytes ?? 0)} of storage`;
  return rowOf(awsEntitlement, { id, peer, answer: { unit: 'brokers', amounts, details: [storage] }, decidedBy: decidedByText(amounts), inputsAssumed });
}

function equationRow({ producedBytesPerSecond, workload }: PeerDemand): PeerRow {
  const amounts = EQUATION_INSTANCES.map((instance) => {
    const broker = awsStandardBroker(instance);
    const { brokers, exact, decidedBy } = equationOneBrokers({
      producedBytesPerSecond,
      limits: { storageBytesPerSecond: awsStandardRules.volumeBytesPerSecondDefault, ebsNetworkBytesPerSecond: broker.ebsInstanceBytesPerSecond, ec2NetworkBytesPerSecond: broker.networkBytesPerSecond },
      replicationFactor: workload.replicationFactor,
      groups: workload.groups,
      utilization: EQUATION_UTILIZATION,
    });
    return amountOf(brokers, { label: instance, exact, decidedBy });
  });
  return rowOf(awsEquationOne, { id: 'aws.equation1', answer: { unit: 'brokers', amounts, details: [] }, decidedBy: decidedByText(amounts), inputsAssumed: ['80 % of the limits', '250 MiB/s a volume', 'sustained limits'] });
}
