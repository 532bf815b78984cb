/** Published figures of vendors' guides: Red Hat, Redpanda, Oracle, Strimzi, Aiven, AutoMQ, Instaclustr, Google, Alibaba, ksqlDB, NetApp. */
import { brokersToAdd } from '../../../sizing/peers/community/cruise-control.ts';
import { DAY_SECONDS, GB, GIB, HOUR_SECONDS, MB, TB, TIB } from '../../../sizing/peers/peer.ts';
import { survivorExtraLoad } from '../../../sizing/peers/vendors/aiven.ts';
import { alibabaSizing } from '../../../sizing/peers/vendors/alibaba.ts';
import { autoMqKafkaBrokers, autoMqPrintedGigabytes, autoMqRequestsAt500MegabytesPerSecond, autoMqStorageBytes, objectRequestsPerMonth } from '../../../sizing/peers/vendors/automq.ts';
import { googleSizing } from '../../../sizing/peers/vendors/google.ts';
import { instaclustrSizing } from '../../../sizing/peers/vendors/instaclustr.ts';
import { changelogBytes, ksqlDbPartitions, ksqlDbRates, ksqlDbServers, pipelineBytesPerSecond, storeCacheBytes } from '../../../sizing/peers/vendors/ksqldb.ts';
import { eventsizerConsumers, eventsizerThroughput } from '../../../sizing/peers/vendors/netapp.ts';
import { oracleThroughput, oracleVolumeBytes } from '../../../sizing/peers/vendors/oracle.ts';
import { redHatSizing } from '../../../sizing/peers/vendors/red-hat-amq.ts';
import { redpandaPartitionMemory, redpandaVolumes } from '../../../sizing/peers/vendors/redpanda.ts';
import { numbersOf, type Vector } from './vector.ts';

const redpandaLow = () => redpandaVolumes({ producedBytesPerSecond: 75 * MB, replicationFactor: 3, groups: 1, nodes: 3, retentionSeconds: 3 * DAY_SECONDS });
const oracle = (replicationFactor: number) => oracleThroughput({ recordsPerSecond: 39_000, recordBytes: 1941, topics: 2, consumers: 1, replicationFactor, brokers: 3 });
const oracleVolume = (retentionSeconds: number) => oracleVolumeBytes({ recordsPerSecond: 39_000, recordBytes: 1941, replicationFactor: 3, retentionSeconds });
const autoMqStorage = () => autoMqStorageBytes({ producedBytesPerSecond: 500 * MB, replicationFactor: 3, retentionSeconds: DAY_SECONDS });
const instaclustr = (disk: 'ssd' | 'ebs') =>
  instaclustrSizing({ producedBytesPerSecond: 1000 * MB, replicationFactor: 3, realtimeBytesPerSecond: 1000 * MB, delayedBytesPerSecond: 1000 * MB, remoteBytesPerSecond: 1000 * MB, isTiered: true, disk, localSeconds: HOUR_SECONDS, remoteSeconds: HOUR_SECONDS, usdPerGigabyte: 0.1 });
const google = (produced: number, consumed: number) => googleSizing({ producedBytesPerSecond: produced * MB, consumedBytesPerSecond: consumed * MB, replicationFactor: 3 });
const ksqlDbPipeline = () => pipelineBytesPerSecond([ksqlDbRates.projectBytesPerSecond, ksqlDbRates.joinBytesPerSecond, ksqlDbRates.aggregateBytesPerSecond]);
const usersTable = () => changelogBytes({ keyBytes: 32, valueBytes: 123, keys: 100_000_000 });
const generatedPartitions = () => ksqlDbPartitions({ outputTopics: 3, repartitionTopics: 1, changelogTopics: 1, partitions: 64 });
const stateStoreCache = () => storeCacheBytes({ stores: 2, partitions: 64 });
const KSQL = 'confluentinc/ksql, capacity-planning.md';

export const vendorVectors: readonly Vector[] = [
  {
    kind: 'reproduced', number: '1', mark: 'P', source: 'AndyYuen/kafka-sizing, images and code',
    computed: () => {
      const answer = redHatSizing({ producedBytesPerSecond: 1000 * 20_000, replicationFactor: 3, groups: 3, networkGigabitsPerSecond: 1, diskBytesPerSecond: 125 * MB, utilizationMax: 0.65, retentionDays: 7 });
      return { ...numbersOf(answer), writesMegabytes: (1000 * 20_000) / MB };
    },
    expected: { writesMegabytes: 20, networkUtilization: 0.8, brokers: 4, vcpusPerBroker: 8, memoryGigabytesPerBroker: 32, dailyDiskGigabytes: 5184, diskGigabytes: 36_288, diskGigabytesPerBroker: 9980, zooKeeperNodes: 3, cores: 16 },
    remark: 'retention of 7 days inferred from 36,288 / 5,184; no lagging group',
  },
  {
    kind: 'reproduced', number: '2', mark: 'P', source: 'redpanda-data/docs 3e7b662c, sizing-use-cases.adoc',
    computed: () => {
      const volumes = redpandaLow();
      return { ingress: volumes.ingressBytesPerSecond / MB, egress: volumes.egressBytesPerSecond / MB, replication: volumes.replicationBytesPerSecond / MB, terabytesPerDay: volumes.nodeBytesPerDay / TB, wholeTerabytes: Math.ceil(volumes.nodeBytes / TB) };
    },
    expected: { ingress: 225, egress: 225, replication: 150, terabytesPerDay: 6.48, wholeTerabytes: 20 },
    remark: 'the 20 TB of a node are 19.44 TB, rounded up by the source; the 6.4 TB a day that it prints as well are 6.48, cut off',
  },
  {
    kind: 'contradicted', number: '2, GB an hour', mark: 'E', id: 'redpanda.hour',
    explanation: 'binary-prefix', reason: /254 GB\/h is printed, but .* gives 270 GB\/h .*counts in powers of 1,024/,
  },
  {
    kind: 'reproduced', number: '4', mark: 'P', source: 'redpanda-data/docs, sizing.adoc',
    computed: () => {
      const { clusterBytes, brokerBytes } = redpandaPartitionMemory({ partitions: 10_000, replicationFactor: 3, brokers: 3 });
      return { cluster: clusterBytes / GB, broker: brokerBytes / GB };
    },
    expected: { cluster: 60, broker: 20 },
  },
  {
    kind: 'reproduced', number: '5', mark: 'P', source: 'Oracle OCNADD 22.0.0 and 23.2.0',
    computed: () => ({ ...oracle(1) }),
    expected: { writtenMebibytesPerSecond: 145, readMebibytesPerSecond: 145, writtenMebibytesPerSecondPerBroker: 54, readMebibytesPerSecondPerBroker: 54, mebibytesPerSecondPerBroker: 108, mebibytesPerSecond: 324 },
  },
  {
    kind: 'reproduced', number: '6', mark: 'P', source: 'Oracle OCNADD 22.0.0 and 23.2.0',
    computed: () => ({ ...oracle(2) }),
    expected: { writtenMebibytesPerSecond: 289, readMebibytesPerSecond: 289, writtenMebibytesPerSecondPerBroker: 106, readMebibytesPerSecondPerBroker: 106, mebibytesPerSecondPerBroker: 212, mebibytesPerSecond: 636 },
  },
  {
    kind: 'reproduced', number: '9', mark: 'P', source: 'Oracle, kafka-pvc-storage-requirements',
    computed: () => ({ fiveMinutes: oracleVolume(300) / GIB, sixHours: oracleVolume(6 * HOUR_SECONDS) / TIB }),
    expected: { fiveMinutes: 63.45, sixHours: 4.46 },
  },
  {
    kind: 'contradicted', number: '9, printed as GB', mark: 'E', id: 'oracle.volume',
    explanation: 'binary-prefix', reason: /gives 68\.1 GB .*the unit means powers of 1,000, the number counts in powers of 1,024$/,
  },
  {
    kind: 'reproduced', number: '10', mark: 'P', source: 'strimzi/strimzi-kafka-operator PR 5992, error text',
    computed: () => ({ brokers: brokersToAdd({ utilization: 615.21, allowedUtilization: 420, threshold: 0.7, brokerCapacity: 100 }) }),
    expected: { brokers: 3 },
  },
  {
    kind: 'reproduced', number: '11', mark: 'P', source: 'aiven/devportal, horizontal-vertical-scaling.rst',
    computed: () => ({ ofThree: survivorExtraLoad(3) * 100, ofNine: Math.round(survivorExtraLoad(9) * 100) }),
    expected: { ofThree: 50, ofNine: 13 },
    remark: 'the source rounds 12.5 % to whole per cent',
  },
  {
    kind: 'reproduced', number: '12', mark: 'P', source: 'AutoMQ/kafka-provider-comparison, kafka.md',
    computed: () => {
      const { brokers } = autoMqKafkaBrokers({ producedBytesPerSecond: 500 * MB, replicationFactor: 3, groups: 1 });
      const total = autoMqPrintedGigabytes(autoMqStorage());
      return { brokers, total, each: total / brokers };
    },
    expected: { brokers: 15, total: 126_562.5, each: 8437.5 },
    tolerance: 1e-12,
  },
  {
    kind: 'contradicted', number: '12, printed as GB', mark: 'E', id: 'automq.storage',
    explanation: 'binary-prefix', reason: /gives 129,600 GB .*one step of 3 between the prefixes counted with 1,024$/,
  },
  {
    kind: 'contradicted', number: 'F9, AutoMQ brokers', mark: 'E', id: 'automq.brokers',
    explanation: 'other-quantity', reason: /12 brokers is printed, but .* gives 13 brokers .*rounded down/,
  },
  {
    kind: 'reproduced', number: '13', mark: 'P', source: 'AutoMQ/kafka-provider-comparison, automq.md',
    computed: () => ({ puts: objectRequestsPerMonth(autoMqRequestsAt500MegabytesPerSecond.putsPerSecond), gets: objectRequestsPerMonth(autoMqRequestsAt500MegabytesPerSecond.getsPerSecond) }),
    expected: { puts: 381_801_600, gets: 164_851_200 },
  },
  {
    kind: 'reproduced', number: '20', mark: 'P', source: 'NetApp, confluent-kafka-sizing.adoc',
    computed: () => ({
      average: eventsizerConsumers({ recordsPerSecond: 1_000_000, serviceSeconds: 0.001 }),
      peak: eventsizerConsumers({ recordsPerSecond: 4_000_000, serviceSeconds: 0.001 }),
      passedThrough: eventsizerConsumers({ recordsPerSecond: 1_000_000, serviceSeconds: 0.001, passThroughShare: 1 }),
    }),
    expected: { average: 1000, peak: 4000, passedThrough: 2000 },
  },
  {
    kind: 'reproduced', number: '21', mark: 'P', source: 'NetApp, confluent-kafka-sizing.adoc',
    computed: () => {
      const [average, peak] = [1e6, 4e6].map((recordsPerSecond) => eventsizerThroughput({ recordsPerSecond, recordBytes: 1000, saving: 0.6 }));
      return { raw: (average?.rawBytesPerSecond ?? 0) / GB, rawPeak: (peak?.rawBytesPerSecond ?? 0) / GB, compressed: (average?.compressedBytesPerSecond ?? 0) / MB, compressedPeak: (peak?.compressedBytesPerSecond ?? 0) / GB };
    },
    expected: { raw: 1, rawPeak: 4, compressed: 400, compressedPeak: 1.6 },
  },
  {
    kind: 'reproduced', number: '27', mark: 'R', source: 'Instaclustr, kafka_storage.html',
    computed: () => {
      const [ssd, ebs] = [instaclustr('ssd'), instaclustr('ebs')];
      return { local: ssd.localBytesPerSecond / MB, network: ssd.networkBytesPerSecond / MB, ebsNetwork: ebs.networkBytesPerSecond / MB, fanOut: ssd.fanOut, localTerabytes: ssd.localBytes / TB, remoteTerabytes: ssd.remoteBytes / TB, localUsd: ssd.localUsd, remoteUsd: ssd.remoteUsd };
    },
    expected: { local: 5000, network: 8000, ebsNetwork: 13_000, fanOut: 3, localTerabytes: 10.8, remoteTerabytes: 3.6, localUsd: 1080, remoteUsd: 360 },
  },
  {
    kind: 'contradicted', number: '27, network on EBS', mark: 'P', id: 'instaclustr.ebs',
    explanation: 'other-quantity', reason: /gives 13,000 MB\/s .*the local I\/O/,
  },
  {
    kind: 'reproduced', number: '28', mark: 'R', source: 'Google Cloud, plan the cluster size',
    computed: () => {
      const [a, b, c] = [google(50, 100), google(100, 200), google(20, 60)];
      return { a: a.vcpus, aMemory: a.memoryGibibytes, b: b.vcpus, bMemory: b.memoryGibibytes, c: c.vcpus, cMemory: c.memoryGibibytes };
    },
    expected: { a: 20, aMemory: 80, b: 40, bMemory: 160, c: 9, cMemory: 36 },
  },
  {
    kind: 'reproduced', number: '29a', mark: 'R', source: 'Alibaba Cloud, ApsaraMQ for Kafka',
    computed: () => numbersOf(alibabaSizing({ producedBytesPerSecond: 100 * MB, fanOut: 2, replicationFactor: 3 })),
    expected: { brokers: 4, exact: 3.5 },
  },
  {
    kind: 'reproduced', number: '37', mark: 'P', source: KSQL,
    computed: () => ({ pipeline: ksqlDbPipeline() / MB, servers: ksqlDbServers({ producedBytesPerSecond: 50 * MB, pipeline: ksqlDbPipeline() }), cache: stateStoreCache() / MB / 1024, users: usersTable() / GIB, partitions: generatedPartitions() }),
    expected: { pipeline: 7.14, servers: 7, cache: 6.25, users: 14.4, partitions: 320 },
    remark: 'the source prints MB / 1,024 and GiB as GB: see the next ones',
  },
  {
    kind: 'contradicted', number: '37, pipeline', mark: 'E', id: 'ksqldb.pipeline',
    explanation: null, reason: /7\.70 MB\/s is printed, but .* gives 7\.14 MB\/s \(1\.08 times\): no known slip/,
  },
  {
    kind: 'contradicted', number: '37, partitions', mark: 'E', id: 'ksqldb.partitions',
    explanation: 'other-quantity', reason: /gives 320 partitions .*4 topics x 64/,
  },
  {
    kind: 'contradicted', number: '37, store caches', mark: 'E', id: 'ksqldb.caches',
    explanation: 'binary-prefix', reason: /gives 6\.40 GB .*one step of 3/,
  },
  {
    kind: 'contradicted', number: '37, users table', mark: 'E', id: 'ksqldb.users',
    explanation: 'binary-prefix', reason: /gives 15\.5 GB .*counts in powers of 1,024/,
  },
  {
    kind: 'contradicted', number: '38', mark: 'E', id: 'lsst.alerts',
    explanation: 'power-of-ten', reason: /10 GB is printed, but .* gives 1\.01 GB \(9\.88 times\): the decimal point, one place too far right/,
  },
];
