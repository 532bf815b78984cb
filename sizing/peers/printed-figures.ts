/**
 * Figures that calculators and guides print and their own formulas or programs do not give: what is printed where, and how it comes out when
 * it is computed again. Data; `published-figure.ts` holds the two against each other and says what was probably mixed up.
 */
import type { PrintedFigure } from '../../results/peers/peers-record.ts';
import { significant } from '../../results/render/number-text.ts';
import { awsExpressBroker } from '../hardware/aws-express.ts';
import { awsStandardBroker } from '../hardware/aws-standard.ts';
import { expressEntitlements, type EntitlementInputs } from './aws/entitlement.ts';
import { equationOneCeiling } from './aws/equation-one.ts';
import { expressBrokersByTable } from './aws/express-fleet.ts';
import { DAY_SECONDS, HOUR_SECONDS, KB, MB, MIB } from './peer.ts';
import { checkPublishedFigure, type PublishedFigure } from './published-figure.ts';
import { autoMqOwnBrokers, autoMqStorageBytes } from './vendors/automq.ts';
import { instaclustrSizing } from './vendors/instaclustr.ts';
import { changelogBytes, ksqlDbPartitions, ksqlDbRates, pipelineBytesPerSecond, storeCacheBytes } from './vendors/ksqldb.ts';
import { oracleVolumeBytes } from './vendors/oracle.ts';
import { redpandaVolumes } from './vendors/redpanda.ts';

export interface DoubtfulFigure {
  /** Stable name: `redpanda.hour`... */
  readonly id: string;
  readonly peer: string;
  /** Of what it is the figure. */
  readonly what: string;
  readonly source: string;
  readonly figure: () => PublishedFigure;
}

/** Those that do not hold. */
export function figuresThatDoNotHold(figures: readonly DoubtfulFigure[] = doubtfulFigures): PrintedFigure[] {
  return figures.flatMap(({ id, peer, what, source, figure }) => {
    const { published, formula, ...rest } = figure();
    const verdict = checkPublishedFigure({ published, formula, ...rest });
    if (verdict.kind === 'agrees') return [];
    const computed = verdict.recomputed === null ? rest.computed : { value: verdict.recomputed, unit: published.unit };
    return [{ id, peer, what, printed: `${asPrinted(published.value)} ${published.unit}`, computed: `${significant(computed.value)} ${computed.unit}`, formula, ratio: verdict.ratio, reason: verdict.likely, source }];
  });
}

/** All its digits: 126,562.5. */
function asPrinted(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

const KSQL = 'confluentinc/ksql, capacity-planning.md';
const SHEET = "a third party's sheet of 27 plans";
const SHEET_PEER = 'Equation 1 as used by a third party';
const AUTOMQ = 'AutoMQ/kafka-provider-comparison';

const vendorFigures: readonly DoubtfulFigure[] = [
  {
    id: 'redpanda.hour', peer: 'Redpanda', what: 'what a node stores in an hour', source: 'redpanda-data/docs 3e7b662c, sizing-use-cases.adoc',
    figure: () => {
      const { nodeBytesPerHour } = redpandaVolumes({ producedBytesPerSecond: 75 * MB, replicationFactor: 3, groups: 1, nodes: 3, retentionSeconds: 3 * DAY_SECONDS });
      return { published: { value: 254, unit: 'GB/h' }, computed: { value: nodeBytesPerHour, unit: 'B/h' }, formula: '75 MB/s x 3,600 s on each node' };
    },
  },
  {
    id: 'oracle.volume', peer: 'Oracle OCNADD', what: 'the volume for 300 s', source: 'Oracle, kafka-pvc-storage-requirements',
    figure: () => ({ published: { value: 63.45, unit: 'GB' }, computed: { value: oracleVolumeBytes({ recordsPerSecond: 39_000, recordBytes: 1941, replicationFactor: 3, retentionSeconds: 300 }), unit: 'B' }, formula: '39,000/s x 1,941 B x 3 x 300 s' }),
  },
  {
    id: 'automq.storage', peer: 'AutoMQ comparison', what: 'storage of Kafka for a day', source: `${AUTOMQ}, kafka.md`,
    figure: () => ({ published: { value: 126_562.5, unit: 'GB' }, computed: { value: autoMqStorageBytes({ producedBytesPerSecond: 500 * MB, replicationFactor: 3, retentionSeconds: DAY_SECONDS }), unit: 'B' }, formula: '500 MB/s x 3 x 24 h' }),
  },
  {
    id: 'automq.brokers', peer: 'AutoMQ comparison', what: 'its own brokers at 500 MB/s', source: `${AUTOMQ}, automq.md`,
    figure: () => {
      const { brokers, sentBytesPerSecond } = autoMqOwnBrokers(500 * MB);
      return { published: { value: 12, unit: 'brokers' }, computed: { value: brokers, unit: 'brokers' }, formula: '2.5 x 500 MB/s over 100 MB/s, up', alternatives: [{ what: 'the same rounded down', figure: { value: Math.floor(sentBytesPerSecond / (100 * MB)), unit: 'brokers' } }] };
    },
  },
  {
    id: 'instaclustr.ebs', peer: 'Instaclustr', what: 'network with EBS', source: 'Instaclustr, blog on tiered storage',
    figure: () => {
      const { networkBytesPerSecond, localBytesPerSecond } = instaclustrSizing({ producedBytesPerSecond: 1000 * MB, replicationFactor: 3, realtimeBytesPerSecond: 1000 * MB, delayedBytesPerSecond: 1000 * MB, remoteBytesPerSecond: 1000 * MB, isTiered: true, disk: 'ebs', localSeconds: HOUR_SECONDS, remoteSeconds: HOUR_SECONDS, usdPerGigabyte: 0.1 });
      return { published: { value: 5000, unit: 'MB/s' }, computed: { value: networkBytesPerSecond, unit: 'B/s' }, formula: "the calculator's own code", alternatives: [{ what: 'the local I/O, which EBS adds to the network', figure: { value: localBytesPerSecond / MB, unit: 'MB/s' } }] };
    },
  },
  {
    id: 'ksqldb.pipeline', peer: 'ksqlDB', what: 'a project, a join and an aggregate in a row', source: KSQL,
    figure: () => ({ published: { value: 7.7, unit: 'MB/s' }, computed: { value: pipelineBytesPerSecond([ksqlDbRates.projectBytesPerSecond, ksqlDbRates.joinBytesPerSecond, ksqlDbRates.aggregateBytesPerSecond]), unit: 'B/s' }, formula: '1 / (1/50 + 1/25 + 1/12.5)' }),
  },
  {
    id: 'ksqldb.partitions', peer: 'ksqlDB', what: 'partitions that the queries create', source: KSQL,
    figure: () => ({ published: { value: 256, unit: 'partitions' }, computed: { value: ksqlDbPartitions({ outputTopics: 3, repartitionTopics: 1, changelogTopics: 1, partitions: 64 }), unit: 'partitions' }, formula: '5 topics x 64', alternatives: [{ what: '4 topics x 64', figure: { value: 4 * 64, unit: 'partitions' } }] }),
  },
  {
    id: 'ksqldb.caches', peer: 'ksqlDB', what: 'caches of the stores', source: KSQL,
    figure: () => ({ published: { value: 6.25, unit: 'GB' }, computed: { value: storeCacheBytes({ stores: 2, partitions: 64 }), unit: 'B' }, formula: '2 stores x 64 partitions x 50 MB' }),
  },
  {
    id: 'ksqldb.users', peer: 'ksqlDB', what: 'the users table', source: KSQL,
    figure: () => ({ published: { value: 14.4, unit: 'GB' }, computed: { value: changelogBytes({ keyBytes: 32, valueBytes: 123, keys: 100_000_000 }), unit: 'B' }, formula: '(32 + 123) B x 100,000,000' }),
  },
  {
    id: 'lsst.alerts', peer: 'LSST alerts', what: 'a burst of alerts', source: 'third-party sizing note for LSST alerts',
    figure: () => ({ published: { value: 10, unit: 'GB' }, computed: { value: 250 * 135 * KB * 30, unit: 'B' }, formula: '250/s x 135 kB x 30 s' }),
  },
];

const awsFigures: readonly DoubtfulFigure[] = [
  {
    id: 'aws.express', peer: 'AWS MSK Express', what: 'express.m7g.large brokers for 45 MB/s in, 90 MB/s out', source: 'Amazon MSK Developer Guide, best practices for Express brokers; aws/agent-toolkit-for-aws, msk_sizing.py',
    figure: () => {
      const broker = awsExpressBroker('express.m7g.large');
      return { published: { value: expressBrokersByTable(broker, { producedBytesPerSecond: 45 * MB, consumedBytesPerSecond: 90 * MB }).brokers, unit: 'brokers' }, computed: { value: scriptBrokers(broker.instance), unit: 'brokers' }, formula: "AWS's own msk_sizing.py", alternatives: [{ what: 'the answer without the 75 % utilisation', figure: { value: scriptBrokers(broker.instance, { expressUtilization: 1 }), unit: 'brokers' } }] };
    },
  },
  {
    id: 'equation-one.network', peer: SHEET_PEER, what: 'network of an m5.2xlarge', source: SHEET,
    figure: () => ({
      published: { value: 640, unit: 'MiB/s' }, computed: { value: awsStandardBroker('m5.2xlarge').networkBytesPerSecond, unit: 'B/s' }, formula: 'the sustained limit of the profile',
      alternatives: [{ what: 'burst bandwidth of 5 Gbit/s, counted with 1,024', figure: { value: (5 * 1024) / 8, unit: 'MiB/s' } }],
    }),
  },
  {
    id: 'equation-one.ebs', peer: SHEET_PEER, what: 'EBS of an m5.4xlarge', source: SHEET,
    figure: () => ({
      published: { value: 18_750, unit: 'MB/s' }, computed: { value: 4750, unit: 'Mbit/s' }, formula: "EC2's EBS baseline of 4,750 Mbit/s",
      alternatives: [{ what: 'the IOPS of the instance', figure: { value: 18_750, unit: 'IOPS' } }],
    }),
  },
  {
    id: 'equation-one.ceiling', peer: SHEET_PEER, what: 'the most that 9 m5.2xlarge take in', source: SHEET,
    figure: () => {
      const { ebsInstanceBytesPerSecond, networkBytesPerSecond } = awsStandardBroker('m5.2xlarge');
      const limits = { storageBytesPerSecond: Number.POSITIVE_INFINITY, ebsNetworkBytesPerSecond: ebsInstanceBytesPerSecond, ec2NetworkBytesPerSecond: networkBytesPerSecond };
      const { producedBytesPerSecond, decidedBy, terms } = equationOneCeiling({ limits, brokers: 9, replicationFactor: 3, groups: 4, utilization: 0.8 });
      return { published: { value: 690, unit: 'MiB/s' }, computed: { value: producedBytesPerSecond, unit: 'B/s' }, formula: `equation 1 with sustained limits, where ${decidedBy} decides`, alternatives: [{ what: 'the ceiling by EBS alone', figure: { value: terms['EBS network'] / MIB, unit: 'MiB/s' } }] };
    },
  },
];

/** The documented example: 45 MB/s in, 90 out; the script counts in MiB. */
function scriptBrokers(instance: string, options: Pick<EntitlementInputs, 'expressUtilization'> = {}): number {
  const [produced, consumed] = [45 * MIB, 90 * MIB];
  const answers = expressEntitlements({ averageProducedBytesPerSecond: produced, peakProducedBytesPerSecond: produced, averageConsumedBytesPerSecond: consumed, peakConsumedBytesPerSecond: consumed, partitionReplicas: 1000, replicationFactor: 3, retentionSeconds: 720 * HOUR_SECONDS, primaryRetentionSeconds: 24 * HOUR_SECONDS, ...options });
  const found = answers.find((each) => each.instance === instance);
  if (found === undefined) throw new RangeError(`the script knows no ${instance}`);
  return found.brokers;
}

export const doubtfulFigures: readonly DoubtfulFigure[] = [...vendorFigures, ...awsFigures];
