/**
 * What a plan's own arithmetic and inputs say of a run of one of its topics: bytes, processor time, latencies, each with the interval that holds 90 % of
 * the draws of its inputs. The terms are those of the plan (cells/topic-cells.ts, cells/cluster-cells.ts), for one producer at the run's rate. Pure.
 */
import type { PlanQuantity } from '../../results/plan-record.ts';
import { quantileOfSorted } from '../../results/statistics/sample.ts';
import type { Expectation } from '../../results/verification/plan-verification.ts';
import { drawInput } from '../model/draws.ts';
import { consumerLinks, FETCH_ENDS, habitsOf, requestRates, type RequestShape } from '../request-rates.ts';
import { input, type SizedCluster, type SizedTopic } from '../sizing-inputs.ts';

export interface VerifiedShape {
  readonly topic: SizedTopic;
  readonly cluster: SizedCluster;
  readonly partitions: number;
  readonly brokers: number;
  /** Threads that make the load, each a producer of its own. */
  readonly producers: number;
  readonly ratePerSecond: number;
  /** Of all groups; they share them evenly. */
  readonly members: number;
}

const DRAWS = 2000;
const TAIL = 0.05;
/** A figure that is given without doubt is a round number, and records have framing that plans leave out. */
const CERTAIN_TOLERANCE = 0.05;
/** As `headroom bench --rate max` judges a rate, and a group that falls behind. */
const HELD_SHARE = 0.995;
const LAG_SECONDS_MAX = 0.5;
/** Of the processors, before queues have no end. */
const BUSY_SHARE = 0.85;
/** Load and consumers on the same machine, to the brokers' processor time: nothing is known of them without runs. */
const LOAD_TO_BROKERS = 1;
const ASSUMED_SERVICE = input('latency.service', 'what a write takes on an idle cluster', 0.002, 'seconds', { source: 'assumed', why: 'not measured', low: 0.001, high: 0.005 });
const ASSUMED_VARIATION = input('latency.variation', '(ca2 + cs2) / 2 of arrivals and service', 1, 'ratio', { source: 'assumed', why: 'Poisson arrivals, exponential service', low: 0.5, high: 2 });
const [MEDIAN_FACTOR, P99_FACTOR] = [Math.LN2, -Math.log(0.01)];

export const heldRate: Expectation = { value: 1, low: HELD_SHARE, high: 2 - HELD_SHARE };

/** Records read over records acknowledged: within half a second of load. */
export function heldConsumers(seconds: number): Expectation {
  return { value: 1, low: 1 - LAG_SECONDS_MAX / seconds, high: 1 + LAG_SECONDS_MAX / seconds };
}

export function wireBytesPerRecord({ topic }: VerifiedShape): Expectation {
  return interval([topic.recordBytes, topic.compressionRatio], ([record, ratio]) => (record as number) / (ratio as number));
}

/** Of one replica. A short run has no segment that waits for its deletion, which is part of the plan's overhead: the low end is the batches alone. */
export function diskBytesPerRecord({ topic, cluster }: VerifiedShape): Expectation {
  const kept = wireBytesPerRecord({ topic } as VerifiedShape);
  const stored = interval([topic.recordBytes, topic.compressionRatio, cluster.storageOverhead], ([record, ratio, overhead]) => ((record as number) / (ratio as number)) * (1 + (overhead as number)));
  return { ...stored, low: Math.min(stored.low, kept.low) };
}

/** CPU seconds of all brokers for a million records. */
export function brokerSecondsPerMillion(shape: VerifiedShape): Expectation {
  const { idleCores, unseen } = shape.cluster.processor;
  return interval([...costInputs(shape), idleCores, unseen], (values) => (costPerRecord(shape, values) + ((values.at(-2) as number) * shape.brokers) / shape.ratePerSecond) * (values.at(-1) as number) * 1e6);
}

/** Of a machine that brokers (where it has them), load and consumers share, from assumed prices: rough, and on the careful side. */
export function assumedMaximumPerSecond(shape: VerifiedShape, { cores, hasBrokers }: { readonly cores: number; readonly hasBrokers: boolean }): number {
  const inputs = costInputs(shape);
  const idle = hasBrokers ? shape.cluster.processor.idleCores.value * shape.brokers : 0;
  const busy = Math.max(0.1 * cores, BUSY_SHARE * cores - idle);
  return busy / (((hasBrokers ? 1 : 0) + LOAD_TO_BROKERS) * costPerRecord(shape, inputs.map(({ value }) => value)));
}

/** A wait for the batch (half of it in the middle), and an exponential response whose mean is Kingman's. */
export function assumedLatency({ topic, cluster }: VerifiedShape, { utilization, percentile }: { utilization: number; percentile: 'p50' | 'p99' }): Expectation {
  const { service = ASSUMED_SERVICE, variation = ASSUMED_VARIATION } = cluster.latency ?? {};
  const [waitShare, factor] = percentile === 'p50' ? [0.5, MEDIAN_FACTOR] : [1, P99_FACTOR];
  return interval([service, variation, topic.producer.linger], ([s, v, linger]) => waitShare * (linger as number) + factor * (s as number) * (1 + ((v as number) * utilization) / (1 - utilization)));
}

function costInputs({ topic, cluster }: VerifiedShape): readonly PlanQuantity[] {
  const { secondsPerWrittenByte, secondsPerReadByte, secondsPerBatch, secondsPerRequest, secondsPerFetch, coresPerLink } = cluster.processor;
  return [topic.recordBytes, topic.compressionRatio, secondsPerWrittenByte, secondsPerReadByte, secondsPerBatch, secondsPerRequest, secondsPerFetch, coresPerLink, cluster.requestsPerLinger, cluster.fullBatchesShare, cluster.fetchRound];
}

/** A batch is full by size, or by what comes within linger.ms for its partition. */
export function recordsPerBatch({ topic, partitions, producers, ratePerSecond }: VerifiedShape, recordBytes = topic.recordBytes.value): number {
  const { producer, keys } = topic;
  return Math.max(1, Math.min(producer.batchBytes.value / recordBytes, 1 + (ratePerSecond / producers / (keys.kind === 'none' ? 1 : partitions)) * producer.linger.value));
}

function costPerRecord(shape: VerifiedShape, values: readonly number[]): number {
  const [record, ratio, writePrice, readPrice, batchPrice, requestPrice, fetchPrice, linkPrice, requestsPerLinger, fullBatchesShare, fetchRoundSeconds] = values as [number, number, number, number, number, number, number, number, number, number, number];
  const { topic, cluster, ratePerSecond } = shape;
  const replicas = topic.replicationFactor.value;
  const readers = replicas - 1 + topic.groups.length;
  const wireBytesPerSecond = (ratePerSecond * record) / ratio;
  const batchesPerSecond = ratePerSecond / recordsPerBatch(shape, record);
  const { produce, consumerFetch, followerFetch } = requestRates(
    { ...requestShapeOf(shape), batchesPerSecond, fullBatchesPerSecond: (ratePerSecond * record) / topic.producer.batchBytes.value, wireBytesPerSecond },
    { ...habitsOf(cluster), requestsPerLinger, fullBatchesShare, fetchRoundSeconds },
  );
  const perSecond = wireBytesPerSecond * (replicas * writePrice + readers * readPrice) + batchesPerSecond * (replicas + readers) * batchPrice + produce * requestPrice + (consumerFetch + FETCH_ENDS * followerFetch) * fetchPrice + consumerLinks(requestShapeOf(shape)) * linkPrice;
  return perSecond / ratePerSecond;
}

function requestShapeOf({ topic, partitions, brokers, producers, members }: VerifiedShape): Pick<RequestShape, 'lingerSeconds' | 'producers' | 'partitions' | 'brokers' | 'replicationFactor' | 'groups'> {
  const groups = topic.groups.map(({ kind }) => ({ members: Math.max(1, members / topic.groups.length), isSink: kind === 'sink' || kind === 'connect' }));
  return { lingerSeconds: topic.producer.linger.value, producers, partitions, brokers, replicationFactor: topic.replicationFactor.value, groups };
}

/** At the inputs' values, and between the tails of their draws. */
function interval(inputs: readonly PlanQuantity[], of: (values: readonly number[]) => number): Expectation {
  const value = of(inputs.map((each) => each.value));
  const columns = inputs.map((each) => drawInput(each, { draws: DRAWS, seed: 1 }));
  const drawn = Float64Array.from({ length: DRAWS }, (_, at) => of(columns.map((column) => (typeof column === 'number' ? column : (column[at] as number))))).sort();
  return { value, low: Math.min(quantileOfSorted(drawn, TAIL), value / (1 + CERTAIN_TOLERANCE)), high: Math.max(quantileOfSorted(drawn, 1 - TAIL), value * (1 + CERTAIN_TOLERANCE)) };
}
