/** Published figures of AWS and of those who use its formulas. The script's answers were taken from a run of it. */
import { awsExpressBroker } from '../../../sizing/hardware/aws-express.ts';
import { awsStandardBroker } from '../../../sizing/hardware/aws-standard.ts';
import { crossZoneTraffic } from '../../../sizing/peers/aws/cross-zone.ts';
import { expressEntitlements, standardEntitlements, type EntitlementAnswer, type EntitlementInputs } from '../../../sizing/peers/aws/entitlement.ts';
import { equationOneCeiling } from '../../../sizing/peers/aws/equation-one.ts';
import { expressBrokersByTable, expressLoadGenerators } from '../../../sizing/peers/aws/express-fleet.ts';
import { gp2BytesPerSecond } from '../../../sizing/peers/aws/gp2-volume.ts';
import { replicatorPartitions } from '../../../sizing/peers/aws/replicator.ts';
import { GIB, HOUR_SECONDS, MB, MIB } from '../../../sizing/peers/peer.ts';
import type { Vector } from './vector.ts';

const documentedExample: EntitlementInputs = {
  averageProducedBytesPerSecond: 100 * MIB,
  peakProducedBytesPerSecond: 500 * MIB,
  averageConsumedBytesPerSecond: 200 * MIB,
  peakConsumedBytesPerSecond: 1000 * MIB,
  partitionReplicas: 1000,
  replicationFactor: 3,
  retentionSeconds: 720 * HOUR_SECONDS,
  primaryRetentionSeconds: 24 * HOUR_SECONDS,
};
const SCRIPT = 'aws/agent-toolkit-for-aws, msk_sizing.py';
const SHEET = 'a third party\'s sheet of 27 plans';
/** Network and EBS of a broker as the sheet has them. */
const sheetCeiling = (networkMegabytes: number) =>
  equationOneCeiling({
    limits: { storageBytesPerSecond: Number.POSITIVE_INFINITY, ebsNetworkBytesPerSecond: awsStandardBroker('m5.2xlarge').ebsInstanceBytesPerSecond, ec2NetworkBytesPerSecond: networkMegabytes * MIB },
    brokers: 9, replicationFactor: 3, groups: 4, utilization: 0.8,
  });

function answerFor(instance: string, answers: readonly EntitlementAnswer[]): EntitlementAnswer {
  const found = answers.find((each) => each.instance === instance);
  if (found === undefined) throw new Error(`no answer for ${instance}`);
  return found;
}

export const awsVectors: readonly Vector[] = [
  {
    kind: 'reproduced', number: '14', mark: 'P', source: 'Amazon MSK Developer Guide, best practices for Express brokers',
    computed: () => ({ brokers: expressBrokersByTable(awsExpressBroker('express.m7g.large'), { producedBytesPerSecond: 45 * MB, consumedBytesPerSecond: 90 * MB }).brokers }),
    expected: { brokers: 3 },
  },
  {
    kind: 'contradicted', number: '14, AWS\'s own script', mark: 'P', id: 'aws.express',
    explanation: 'other-quantity', reason: /3 brokers is printed, but .*msk_sizing\.py gives 6 brokers .*without the 75 % utilisation/,
  },
  {
    kind: 'reproduced', number: '16', mark: 'R', source: SCRIPT,
    computed: () => {
      const [standard, express] = [standardEntitlements(documentedExample), expressEntitlements(documentedExample)];
      const [m5, m7g, large] = [answerFor('m5.2xlarge', standard), answerFor('m7g.xlarge', standard), answerFor('express.m7g.large', express)];
      return {
        m5: m5.brokers, m5Cents: Math.round(m5.monthlyUsd.total * 100), m7g: m7g.brokers, m7gCents: Math.round(m7g.monthlyUsd.total * 100), express: large.brokers, expressCents: Math.round(large.monthlyUsd.total * 100),
        ebsGibibytes: m5.storageBytes / GIB, m5Large: answerFor('m5.large', standard).brokers, m5x4: answerFor('m5.4xlarge', standard).brokers, m7gx8: answerFor('m7g.8xlarge', standard).brokers, expressx4: answerFor('express.m7g.4xlarge', express).brokers,
      };
    },
    expected: { m5: 33, m5Cents: 3_434_779, m7g: 54, m7gCents: 3_019_555, express: 45, expressCents: 4_470_358, ebsGibibytes: 50_625, m5Large: 108, m5x4: 18, m7gx8: 9, expressx4: 6 },
  },
  {
    kind: 'reproduced', number: 'F16', mark: 'P', source: 'Amazon MSK Developer Guide, MSK Replicator',
    computed: () => Object.fromEntries([50, 100, 250, 500, 1000].map((rate) => [`at${rate}`, replicatorPartitions(rate * MIB)?.partitions ?? Number.NaN])),
    expected: { at50: 167, at100: 334, at250: 833, at500: 1666, at1000: 3333 },
  },
  {
    kind: 'reproduced', number: '36a', mark: 'P', source: 'AWS skill, manage-storage.md',
    computed: () => ({ at1000: gp2BytesPerSecond(1000 * GIB) / MIB, at300: gp2BytesPerSecond(300 * GIB) / MIB, at100: gp2BytesPerSecond(100 * GIB) / MIB }),
    expected: { at1000: 250, at300: 225, at100: 128 },
    remark: 'the values at 300 and 100 GiB follow from the published formula',
  },
  {
    kind: 'reproduced', number: '39', mark: 'P', source: 'threadreaderapp.com/thread/1834968571299930527',
    computed: () => {
      const traffic = crossZoneTraffic({ producedBytesPerSecond: 30 * MB, replicationFactor: 3, groups: 3, zones: 3, usdPerGigabyteEachWay: 0.01 });
      return { produce: traffic.produceBytesPerSecond / MB, replication: traffic.replicationBytesPerSecond / MB, consume: traffic.consumeBytesPerSecond / MB, total: traffic.totalBytesPerSecond / MB, perSecond: traffic.usdPerSecond, perDay: traffic.usdPerDay, perYear: traffic.usdPerYear };
    },
    expected: { produce: 20, replication: 60, consume: 60, total: 140, perSecond: 0.0028, perDay: { about: 241 }, perYear: { about: 88_300 } },
  },
  {
    kind: 'reproduced', number: '40', mark: 'R', source: 'aws/agent-toolkit-for-aws, migrate-to-msk simulation.md',
    computed: () => ({ generators: expressLoadGenerators(awsExpressBroker('express.m7g.4xlarge'), 12), one: expressLoadGenerators(awsExpressBroker('express.m7g.large'), 3) }),
    expected: { generators: 9, one: 2 },
  },
  {
    kind: 'reproduced', number: '41', mark: 'P', source: SHEET,
    computed: () => {
      const { terms, producedBytesPerSecond } = sheetCeiling(640);
      return { network: terms['EC2 network'] / MIB, storage: terms['EBS network'] / MIB, ceiling: producedBytesPerSecond / MIB };
    },
    expected: { network: 768, storage: 690, ceiling: 690 },
    remark: 'the sheet prints 288 for the 287.5 MB/s of EBS that give its 690',
  },
  {
    kind: 'contradicted', number: '41, network of m5.2xlarge', mark: 'E', id: 'equation-one.network',
    explanation: 'other-quantity', reason: /640 MiB\/s is printed, but the sustained limit .* gives 320 MiB\/s .*burst bandwidth/,
  },
  {
    kind: 'contradicted', number: '41, EBS of m5.4xlarge', mark: 'E', id: 'equation-one.ebs',
    explanation: 'other-quantity', reason: /18,750 MB\/s is printed, but .* gives 594 MB\/s \(31\.6 times\): it is the IOPS/,
  },
  {
    kind: 'contradicted', number: '41, ceiling', mark: 'E', id: 'equation-one.ceiling',
    explanation: 'other-quantity', reason: /gives 384 MiB\/s .*EBS alone/,
  },
];
