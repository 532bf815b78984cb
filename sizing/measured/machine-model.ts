/**
 * How fast the embedded cluster goes on a machine that it shares with its load and its consumers, and how late: a model with few terms, fitted to
 * calibration runs alone. Two things end the climb: all processors are busy, or one load thread is; between the two the limits round off. The latency
 * at a share of that rate is what a batch waits to be sent, a service time, that of the replicas where they are waited for, and queues that grow as
 * x / (1 - x). Pure and seeded.
 */
import { expandedTail } from '../../results/statistics/bootstrap.ts';
import { quantileOfSorted } from '../../results/statistics/sample.ts';
import { SeededRandom } from '../../results/statistics/seeded-random.ts';
import { nonNegativeLeastSquares } from '../regression/non-negative-least-squares.ts';
import type { RunAmounts } from './run-amounts.ts';

/** What is to be predicted: a configuration, and what its records are, which a sample of them tells without a broker. */
export interface PlannedShape {
  readonly codec: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly isAckedByAll: boolean;
  readonly brokers: number;
  readonly members: number;
  readonly groups: number;
  readonly workers: number;
  readonly lingerSeconds: number;
  /** A record, before and after compression in full batches. */
  readonly recordBytes: number;
  readonly wireBytes: number;
  readonly recordsPerBatch: number;
}

export interface Predicted {
  readonly value: number;
  /** 90 % prediction interval. */
  readonly low: number;
  readonly high: number;
}

export interface MachineModel {
  maximumPerSecond(shape: PlannedShape): Predicted;
  /** Publish p99, seconds. Null without open-loop runs enough. */
  p99Seconds(shape: PlannedShape, ratePerSecond: number): Predicted | null;
  /** Likewise the median. */
  p50Seconds(shape: PlannedShape, ratePerSecond: number): Predicted | null;
  readonly runCount: number;
  /** Of the rate, left-out configurations, root mean square of the logarithm's difference. */
  readonly rateError: number;
  readonly latencyError: number | null;
}

const CLOSED_RUNS_MIN = 8;
const OPEN_RUNS_MIN = 6;
const RESAMPLES = 200;
const TAIL = 0.05;
/** How sharply one limit takes over from the other; 2, 4, 8 and 30 were tried on calibrations. */
const SHARPNESS = 4;
const BUSY_SHARES = [0.75, 0.8, 0.85, 0.9, 0.95];
const THREAD_SHARES = [0.8, 0.85, 0.9, 0.95, 1];

type Terms = (run: Amounts) => readonly number[];
/** What both a run and a shape have; a shape counts for one record. */
type Amounts = Pick<RunAmounts, 'records' | 'uncompressedBytes' | 'wireBytes' | 'batches' | 'produceRequests' | 'codec' | 'replicationFactor' | 'members' | 'readShare'>;

const followers = ({ replicationFactor }: Amounts): number => replicationFactor - 1;
const brokerTerms: Terms = (run) => [run.wireBytes * run.replicationFactor, run.wireBytes * followers(run), run.batches * (run.replicationFactor + followers(run) + run.readShare), run.produceRequests * (run.replicationFactor + run.members)];
const loadTerms: Terms = (run) => [run.records, run.uncompressedBytes, run.codec === 'zstd' ? run.uncompressedBytes : 0];
const groupTerms: Terms = (run) => [run.records * run.readShare, run.uncompressedBytes * run.readShare];

interface RateFit {
  readonly broker: readonly number[];
  readonly load: readonly number[];
  readonly thread: readonly number[];
  readonly group: readonly number[];
  readonly busyShare: number;
  readonly threadShare: number;
}

/** Null: too few closed loops with visible brokers. */
export function machineModel(runs: readonly RunAmounts[], { cores, seed }: { cores: number; seed: number }): MachineModel | null {
  const closed = runs.filter((run) => run.isClosedLoop && run.brokerCpu !== null);
  if (closed.length < CLOSED_RUNS_MIN) return null;
  const random = new SeededRandom(seed);
  const requestShare = batchesPerRequestShare(closed);
  const fit = fitRates(closed, cores);
  const leftOut = closed.map((run) => Math.log(run.records / run.seconds / rateOf(fitRates(closed.filter((other) => shapeOfRun(other) !== shapeOfRun(run)), cores), run, cores)));
  const resampled = Array.from({ length: RESAMPLES }, () => fitRates(closed.map(() => closed[random.below(closed.length)] as RunAmounts), cores));
  const level = expandedTail(TAIL, closed.length);
  const maximum = (shape: PlannedShape): Predicted => {
    const amounts = amountsOf(shape, requestShare);
    const draws = resampled.map((each) => rateOf(each, { ...amounts, workers: shape.workers }, cores) * Math.exp(leftOut[random.below(leftOut.length)] as number));
    return around(rateOf(fit, { ...amounts, workers: shape.workers }, cores), draws, level);
  };
  const open = runs.filter((run) => !run.isClosedLoop);
  const maximumOf = (run: RunAmounts): number => rateOf(fit, { ...amountsOf(shapeFrom(run), requestShare), workers: run.workers }, cores);
  const latency = latencyModel(open, { random, maximumOf, secondsOf: ({ publishP99Seconds }) => publishP99Seconds });
  // With chance of its own: one more prediction changes none of the others.
  const middle = latencyModel(open, { random: new SeededRandom(seed + 1), maximumOf, secondsOf: ({ publishP50Seconds }) => publishP50Seconds });
  return {
    maximumPerSecond: maximum,
    p99Seconds: (shape, ratePerSecond) => latency?.predict({ shape, ratePerSecond, load: ratePerSecond / maximum(shape).value }) ?? null,
    p50Seconds: (shape, ratePerSecond) => middle?.predict({ shape, ratePerSecond, load: ratePerSecond / maximum(shape).value }) ?? null,
    runCount: runs.length,
    rateError: rootMeanSquare(leftOut),
    latencyError: latency?.error ?? null,
  };
}

function fitRates(runs: readonly RunAmounts[], cores: number): RateFit {
  const reading = runs.filter(({ readShare, groupCpu }) => readShare > 0 && groupCpu > 0);
  const prices = {
    broker: pricesOf(runs, brokerTerms, ({ brokerCpu }) => brokerCpu ?? 0),
    load: pricesOf(runs, loadTerms, ({ loadCpu }) => loadCpu),
    thread: pricesOf(runs, loadTerms, ({ loadThreadCpu }) => loadThreadCpu),
    group: reading.length === 0 ? [0, 0] : pricesOf(reading, groupTerms, ({ groupCpu }) => groupCpu),
  };
  const shares = BUSY_SHARES.flatMap((busyShare) => THREAD_SHARES.map((threadShare) => ({ busyShare, threadShare })));
  const error = (each: { busyShare: number; threadShare: number }): number => runs.reduce((sum, run) => sum + Math.log(run.records / run.seconds / rateOf({ ...prices, ...each }, run, cores)) ** 2, 0);
  const [best] = shares.map((each) => ({ ...each, error: error(each) })).toSorted((a, b) => a.error - b.error);
  return { ...prices, ...(best as { busyShare: number; threadShare: number }) };
}

function pricesOf(runs: readonly RunAmounts[], terms: Terms, costOf: (run: RunAmounts) => number): number[] {
  const usable = runs.filter((run) => costOf(run) > 0);
  return nonNegativeLeastSquares(usable.map((run) => terms(run).map((term) => term / costOf(run))), usable.map(() => 1));
}

function rateOf(fit: RateFit, run: Amounts & Pick<RunAmounts, 'workers'>, cores: number): number {
  const spent = (prices: readonly number[], terms: Terms): number => terms(run).reduce((sum, term, at) => sum + term * (prices[at] as number), 0) / run.records;
  const total = spent(fit.broker, brokerTerms) + spent(fit.load, loadTerms) + spent(fit.group, groupTerms);
  const [allBusy, threadBusy] = [total / (fit.busyShare * cores), spent(fit.thread, loadTerms) / (fit.threadShare * run.workers)];
  return 1 / (allBusy ** SHARPNESS + threadBusy ** SHARPNESS) ** (1 / SHARPNESS);
}

/** A request carries the open batches of one broker's partitions; how many of them, from the runs. */
function batchesPerRequestShare(runs: readonly RunAmounts[]): number {
  const shares = runs.map((run) => run.batches / run.produceRequests / Math.max(1, run.partitions / Math.max(1, run.brokers)));
  return quantileOfSorted(Float64Array.from(shares).sort(), 0.5);
}

function amountsOf(shape: PlannedShape, requestShare: number): Amounts {
  const batches = 1 / shape.recordsPerBatch;
  const { codec, replicationFactor, members } = shape;
  return { records: 1, uncompressedBytes: shape.recordBytes, wireBytes: shape.wireBytes, batches, produceRequests: batches / Math.max(1, requestShare * (shape.partitions / shape.brokers)), codec, replicationFactor, members, readShare: shape.groups };
}

function shapeFrom(run: RunAmounts): PlannedShape {
  const recordBytes = run.uncompressedBytes / run.records;
  return { ...run, groups: run.readShare, recordBytes, wireBytes: run.wireBytes / run.records, recordsPerBatch: Math.max(1, run.batchBytes / recordBytes) };
}

function shapeOfRun(run: RunAmounts): string {
  return JSON.stringify([run.codec, run.partitions, run.replicationFactor, run.isAckedByAll, run.members, run.batchBytes, Math.round(Math.log(run.uncompressedBytes / run.records) * 10)]);
}

interface LatencyModel {
  readonly error: number;
  predict(at: { shape: PlannedShape; ratePerSecond: number; load: number }): Predicted;
}

interface LatencyFit {
  readonly random: SeededRandom;
  readonly maximumOf: (run: RunAmounts) => number;
  /** The percentile that is predicted. */
  readonly secondsOf: (run: RunAmounts) => number | null;
}

function latencyModel(runs: readonly RunAmounts[], { random, maximumOf, secondsOf }: LatencyFit): LatencyModel | null {
  const points = runs.flatMap((run) => {
    const [rate, seconds] = [run.records / run.seconds, secondsOf(run)];
    return seconds === null ? [] : [{ terms: latencyTerms(shapeFrom(run), rate, rate / maximumOf(run)), seconds }];
  });
  if (points.length < OPEN_RUNS_MIN) return null;
  type Point = (typeof points)[number];
  const fitted = (of: readonly Point[]): number[] => nonNegativeLeastSquares(of.map(({ terms, seconds }) => terms.map((term) => term / seconds)), of.map(() => 1));
  const at = (terms: readonly number[], prices: readonly number[]): number => Math.max(1e-6, terms.reduce((sum, term, index) => sum + term * (prices[index] as number), 0));
  const prices = fitted(points);
  const leftOut = points.map((point) => Math.log(point.seconds / at(point.terms, fitted(points.filter((other) => other !== point)))));
  const resampled = Array.from({ length: RESAMPLES }, () => fitted(points.map(() => points[random.below(points.length)] as Point)));
  const level = expandedTail(TAIL, points.length);
  return {
    error: rootMeanSquare(leftOut),
    predict: ({ shape, ratePerSecond, load }) => {
      const terms = latencyTerms(shape, ratePerSecond, load);
      return around(at(terms, prices), resampled.map((each) => at(terms, each) * Math.exp(leftOut[random.below(leftOut.length)] as number)), level);
    },
  };
}

/** What a record waits for its batch (until it is full, at most linger.ms), the leader, the followers where they are waited for, and the queue at each. */
function latencyTerms({ lingerSeconds, recordsPerBatch, partitions, replicationFactor, isAckedByAll }: PlannedShape, ratePerSecond: number, load: number): number[] {
  const x = Math.min(load, 0.95);
  const waits = isAckedByAll && replicationFactor > 1 ? 1 : 0;
  return [Math.min(lingerSeconds, (recordsPerBatch * partitions) / ratePerSecond), 0.001, 0.001 * waits, (0.001 * x) / (1 - x), (0.001 * waits * x) / (1 - x)];
}

function around(value: number, draws: readonly number[], level: number): Predicted {
  const sorted = Float64Array.from(draws).sort();
  return { value, low: Math.min(value, quantileOfSorted(sorted, level)), high: Math.max(value, quantileOfSorted(sorted, 1 - level)) };
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
