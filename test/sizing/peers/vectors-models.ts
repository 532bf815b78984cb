/** Published figures of rules and models: partitions, syalioune, purbon, the scalability law, Erlang, and the worked examples beside the formulas. */
import { effectiveShare } from '../../../sizing/queueing/divisibility.ts';
import { erlangB, erlangC, serviceLevel, squareRootWaitProbability } from '../../../sizing/queueing/erlang.ts';
import { busiestPartition, hottestKeyShare } from '../../../sizing/queueing/key-skew.ts';
import { catchUpSeconds, lagAfterOutage, pageCacheSeconds, reReplication } from '../../../sizing/queueing/recovery.ts';
import { fitScalability } from '../../../sizing/queueing/scalability-fit.ts';
import { limitOf, optimumOf, peakConcurrency, peakOf, responseAt } from '../../../sizing/queueing/scalability-law.ts';
import { kingmanWaitSeconds, md1ResponseRatio, mm1PercentileRatio, mm1ResponseRatio } from '../../../sizing/queueing/single-server.ts';
import { segmentRollSeconds } from '../../../sizing/peers/community/akalculator.ts';
import { flowBytesPerSecond } from '../../../sizing/peers/community/flow-volumes.ts';
import { purbonHotSetBytes } from '../../../sizing/peers/community/purbon.ts';
import { syaliouneSizing } from '../../../sizing/peers/community/syalioune.ts';
import { workingTasks } from '../../../sizing/peers/guidance/connect.ts';
import { memoryMaps } from '../../../sizing/peers/guidance/partition-limits.ts';
import { partitionsByThroughput, serialElectionSeconds } from '../../../sizing/peers/guidance/partition-throughput.ts';
import { DAY_SECONDS, GB, GIB, MB, MIB, TB } from '../../../sizing/peers/peer.ts';
import { ciscoPoints, exactPoints, specSdmPoints } from '../queueing/scalability-data.ts';
import type { Vector } from './vector.ts';

const partitions = (target: number, producer: number, consumer: number) => partitionsByThroughput({ target, producer, consumer }).partitions;
const syalioune = (compressionRatio: number) =>
  syaliouneSizing({ recordsPerSecond: 100_000, recordBytes: 1024, compressionRatio, replicationFactor: 3, groups: 2, retentionSeconds: 7 * DAY_SECONDS, networkBytesPerSecond: 25e9 / 8, diskBytesPerSecond: 500 * MB, diskBytes: 15 * TB });
const fleet = { loadErlangs: 10, serviceSeconds: 180, withinSeconds: 20 };
const uniformOn20 = (keys: number, trials: number) => busiestPartition({ kind: 'uniform', keys }, { partitions: 20, trials, seed: 1 }).loadOverMean;

export const modelVectors: readonly Vector[] = [
  {
    kind: 'reproduced', number: 'F2', mark: 'P', source: 'Redpanda, sizing use cases',
    computed: () => {
      const flow = flowBytesPerSecond({ producedBytesPerSecond: 75 * MB, replicationFactor: 3, groups: 1 });
      return { replicated: flow.replicated / MB, written: flow.written / MB, read: flow.read / MB };
    },
    expected: { replicated: 150, written: 225, read: 225 },
  },
  {
    kind: 'reproduced', number: 'F7', mark: 'P', source: 'AKalculator',
    computed: () => ({ minutes: segmentRollSeconds({ segmentBytes: GIB, partitions: 1000, producedBytesPerSecond: 1024 * MIB }) / 60 }),
    expected: { minutes: 16.7 },
  },
  {
    kind: 'reproduced', number: 'F11', mark: 'P', source: 'Jun Rao 2015',
    computed: () => ({ seconds: serialElectionSeconds({ leaders: 1000, secondsEach: 0.005 }) }),
    expected: { seconds: 5 },
  },
  {
    kind: 'reproduced', number: '19', mark: 'P', source: 'Confluent, Cloudera, enggnotes',
    computed: () => ({ a: partitions(20, 5, 3), b: partitions(250, 50, 25), c: partitions(1000, 100, 50), d: partitions(10_000, 5000, 1000) }),
    expected: { a: 7, b: 10, c: 20, d: 10 },
  },
  {
    kind: 'reproduced', number: '23', mark: 'R', source: 'syalioune, README formulas',
    computed: () => ({ terabytes: syalioune(1).storageBytes / TB, brokers: syalioune(1).brokers, terabytesAt4: syalioune(4).storageBytes / TB, brokersAt4: syalioune(4).brokers }),
    expected: { terabytes: 250.8, brokers: 34, terabytesAt4: 62.7, brokersAt4: 9 },
  },
  {
    kind: 'reproduced', number: '26a', mark: 'P', source: 'purbon, TierStorageCalculator.ods',
    computed: () => ({ gigabytes: purbonHotSetBytes({ producedBytesPerSecond: 17 * MB, replicationFactor: 3, hotSeconds: 900 }) / GB }),
    expected: { gigabytes: 45.9 },
  },
  {
    kind: 'reproduced', number: '30', mark: 'P', source: 'smoeding/usl 480c97bf, tests',
    computed: () => {
      const { law, residualStandardError, standardErrors } = fitScalability(specSdmPoints);
      const [peak, optimum] = [peakOf(law), optimumOf(law)];
      return { single: law.single, contention: law.contention, coherency: law.coherency, residualStandardError: residualStandardError ?? Number.NaN, contentionError: standardErrors?.contention ?? Number.NaN, limit: limitOf(law), peakAt: peak.at, peak: peak.throughput, optimumAt: optimum.at, optimum: optimum.throughput };
    },
    expected: { single: { about: 90 }, contention: 0.02773, coherency: 1.044e-4, residualStandardError: 82.85, contentionError: 0.009122, limit: 3245.589, peakAt: 96.51956, peak: { about: 1884 }, optimumAt: 36.06401, optimum: { about: 1542 } },
    tolerance: 0.0005,
  },
  {
    kind: 'reproduced', number: '31', mark: 'P', source: 'smoeding/usl, tests/coef',
    computed: () => ({ ...fitScalability(exactPoints).law }),
    expected: { single: { about: 1 }, contention: 0.02, coherency: 0.02 },
  },
  {
    kind: 'reproduced', number: '33', mark: 'P', source: 'codahale/usl4j 15ef46d9',
    computed: () => {
      const { law } = fitScalability(ciscoPoints);
      return { contention: law.contention, coherency: law.coherency, single: law.single, peakAt: peakConcurrency(law), peak: peakOf(law).throughput, responseAt20: responseAt(law, 20) };
    },
    expected: { contention: 0.02671591, coherency: 7.690945e-4, single: 995.6486, peakAt: 35, peak: { about: 12_341 }, responseAt20: 0.00180772 },
    tolerance: 0.0002,
  },
  {
    kind: 'reproduced', number: '34', mark: 'P', source: 'rodrigo-arenas/pyworkforce',
    computed: () => ({ waiting: erlangC({ loadErlangs: 10, servers: 14 }), level: serviceLevel({ ...fleet, servers: 14 }), occupancy: 10 / 14 }),
    expected: { waiting: 0.17413193, level: 0.88835002, occupancy: 0.7142857 },
    tolerance: 1e-7,
  },
  {
    kind: 'reproduced', number: '34, 15 servers', mark: 'P', source: 'rodrigo-arenas/pyworkforce',
    computed: () => ({ waiting: erlangC({ loadErlangs: 10, servers: 15 }), level: serviceLevel({ ...fleet, servers: 15 }) }),
    expected: { waiting: 0.102, level: 0.941 },
  },
  {
    kind: 'reproduced', number: '35a', mark: 'P', source: 'rodrigo-arenas/pyworkforce',
    computed: () => ({ blocked: erlangB({ loadErlangs: 1, servers: 1 }) }),
    expected: { blocked: 0.5 },
    tolerance: 1e-12,
  },
  {
    kind: 'reproduced', number: 'F13', mark: 'R', source: 'the group\'s rate is that of its busiest member',
    computed: () => ({ p20n6: effectiveShare({ partitions: 20, members: 6 }), p20n12: effectiveShare({ partitions: 20, members: 12 }), p24: Math.min(...[6, 8, 12].map((members) => effectiveShare({ partitions: 24, members }))) }),
    expected: { p20n6: 0.833, p20n12: 0.833, p24: 1 },
  },
  {
    kind: 'reproduced', number: 'F14', mark: 'P', source: 'Apache Kafka documentation, OS settings',
    computed: () => ({ maps: memoryMaps({ partitionReplicas: 50_000 }) }),
    expected: { maps: 100_000 },
  },
  {
    kind: 'reproduced', number: 'F18', mark: 'R', source: 'memory over what is written',
    computed: () => ({ seconds: pageCacheSeconds({ cacheBytes: 32 * GIB, writtenBytesPerSecond: 50 * MIB }) }),
    expected: { seconds: { about: 655 } },
    remark: '32 GB and 50 MB/s are both in powers of 1,024',
  },
  {
    kind: 'reproduced', number: 'F21', mark: 'R', source: 're-replication',
    computed: () => ({ hours: reReplication({ brokerBytes: 19.44 * TB, spareDiskBytesPerSecond: 150 * MB, spareNetworkBytesPerSecond: GB, liveBytesPerSecond: 0 }).seconds / 3600 }),
    expected: { hours: 36 },
  },
  {
    kind: 'reproduced', number: 'F22', mark: 'R', source: 'catch-up',
    computed: () => ({ minutes: catchUpSeconds({ lag: lagAfterOutage({ outageSeconds: 1800, producedPerSecond: 100 * MB }), consumedPerSecond: 150 * MB, producedPerSecond: 100 * MB }) / 60 }),
    expected: { minutes: 60 },
  },
  {
    kind: 'reproduced', number: 'F26', mark: 'P', source: 'queueing theory',
    computed: () => ({
      half: mm1ResponseRatio(0.5), seventy: mm1ResponseRatio(0.7), eighty: mm1ResponseRatio(0.8), ninety: mm1ResponseRatio(0.9), p99: mm1PercentileRatio(0.99), constant: md1ResponseRatio(0.8),
      kingman: kingmanWaitSeconds({ utilization: 0.8, arrivalVariation: 1, serviceVariation: 1, serviceSeconds: 1 }),
      betaHalf: squareRootWaitProbability(0.5), betaOne: squareRootWaitProbability(1), betaOneHalf: squareRootWaitProbability(1.5), betaTwo: squareRootWaitProbability(2),
    }),
    expected: { half: 2, seventy: 3.33, eighty: { about: 5 }, ninety: { about: 10 }, p99: 4.605, constant: { about: 3 }, kingman: { about: 4 }, betaHalf: 0.5045, betaOne: 0.2234, betaOneHalf: 0.0847, betaTwo: 0.0269 },
  },
  {
    kind: 'reproduced', number: 'F27', mark: 'R', source: 'key skew',
    computed: () => ({
      zipf1: hottestKeyShare({ kind: 'zipf', keys: 100_000, exponent: 1 }), zipf12: hottestKeyShare({ kind: 'zipf', keys: 100_000, exponent: 1.2 }),
      uniform100: uniformOn20(100, 20_000), uniform1000: uniformOn20(1000, 3000), uniform10000: uniformOn20(10_000, 400),
    }),
    expected: { zipf1: 0.083, zipf12: 0.196, uniform100: 1.92, uniform1000: 1.27, uniform10000: 1.08 },
  },
  {
    kind: 'reproduced', number: 'F28', mark: 'P', source: 'Kafka Connect',
    computed: () => ({ working: workingTasks({ tasksMax: 20, partitions: 10 }) }),
    expected: { working: 10 },
  },
];
