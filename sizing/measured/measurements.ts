/** What a set of stored runs says about a plan's inputs. Pure; a figure that they do not tell is null or absent, never guessed. */
import type { Run } from '../../results/run.ts';
import { median } from '../../results/statistics/sample.ts';
import { bootstrapScalability } from '../queueing/scalability-intervals.ts';
import { fitScalability } from '../queueing/scalability-fit.ts';
import { peakOf } from '../queueing/scalability-law.ts';
import { clusterDefaults } from '../input-defaults.ts';
import { brokerPrices, countedRequests, expectedRequests, writtenBytes, type BrokerPrices } from './broker-prices.ts';
import { followerNews, followerPairs } from '../request-rates.ts';
import type { MeasuredMost } from '../sizing-inputs.ts';
import { runAmounts, type RunAmounts } from './run-amounts.ts';

export interface Measurements {
  readonly runs: readonly RunAmounts[];
  /** Of the runs that were given, those that cannot be used. */
  readonly leftOut: number;
  readonly date: string;
  readonly prices: BrokerPrices | null;
  /** What a follower's fetch takes beside its wait for news. Null where no run wrote fast enough to tell. */
  readonly fetchRound: MeasuredFigure | null;
  /** Null where the runs' records differ by more than 5 %. */
  readonly recordBytes: MeasuredFigure | null;
  readonly compressionByCodec: ReadonlyMap<string, MeasuredFigure>;
  readonly partitionRate: PartitionRate;
  /** Of groups that worked on their records. */
  readonly consumerRates: ReadonlyMap<string, MeasuredFigure & { readonly method: string }>;
  readonly latency: LatencyCurve | null;
  readonly scalability: readonly ScalabilityFinding[];
  readonly largest: MeasuredMost;
}

export interface MeasuredFigure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly runCount: number;
  /** The newest of them. */
  readonly runId: string;
}

/**
 * Compressed bytes/s that a partition took from producers. limit: of closed loops over one partition, which sent as fast as it was taken ·
 * at least: seen at an offered rate, or where a closed loop shared what the brokers take over many partitions; one may take far more.
 */
export type PartitionRate = { readonly kind: 'limit'; readonly figure: MeasuredFigure } | { readonly kind: 'at least'; readonly bytesPerSecond: number; readonly partitions: number; readonly isClosedLoop: boolean };

export interface LatencyCurve {
  /** Rising in utilization and in latency. */
  readonly points: readonly { readonly utilization: number; readonly p50Seconds: number; readonly p99Seconds: number; readonly runId: string }[];
  /** Utilization is the share of the machine's processors that was busy, or of the highest rate where the brokers cannot be seen. */
  readonly of: 'processors' | 'highest rate';
}

export interface ScalabilityFinding {
  readonly by: 'partitions' | 'members' | 'brokers';
  readonly pointCount: number;
  readonly peakAt: { readonly value: number; readonly low: number; readonly high: number };
  readonly measuredMost: number;
}

const SCALABILITY_POINTS_MIN = 6;
const CURVE_POINTS_MIN = 3;
const SAME_SIZE = 0.05;
const NEWS_MIN = 250;
const ROUNDS_MIN = 3;

/** Null: none of the runs measured anything that a plan could rest on. */
export function measurementsOf(stored: readonly Run[]): Measurements | null {
  const pairs = stored.flatMap((run) => {
    const amounts = runAmounts(run);
    return amounts === null ? [] : [{ run, amounts }];
  });
  const runs = pairs.map(({ amounts }) => amounts);
  if (runs.length === 0) return null;
  const { processor } = clusterDefaults;
  const assumed = [processor.secondsPerWrittenByte, processor.secondsPerReadByte, processor.secondsPerBatch, processor.secondsPerRequest, processor.secondsPerFetch, processor.coresPerLink, processor.idleCores].map(({ value }) => value);
  return {
    runs,
    leftOut: stored.length - runs.length,
    date: runs.map(({ date }) => date).toSorted().at(-1) as string,
    prices: brokerPrices(runs, assumed),
    fetchRound: fetchRoundOf(runs),
    recordBytes: recordBytesOf(runs),
    compressionByCodec: compressionOf(runs),
    partitionRate: partitionRateOf(runs),
    consumerRates: consumerRatesOf(pairs),
    latency: latencyCurveOf(runs),
    scalability: scalabilityOf(runs),
    largest: {
      writtenPerBroker: Math.max(...runs.map((run) => writtenBytes(run) / run.seconds / Math.max(1, run.brokers))),
      requestsPerBroker: Math.max(...runs.map((run) => requestsPerBroker(run))),
      partitions: Math.max(...runs.map(({ partitions }) => partitions)),
      members: Math.max(...runs.map(({ members }) => members)),
    },
  };
}

function requestsPerBroker(run: RunAmounts): number {
  const { produce, consumerFetch, followerFetch } = countedRequests(run) ?? expectedRequests(run);
  return (produce + consumerFetch + followerFetch) / run.seconds / Math.max(1, run.brokers);
}

/** News comes every 1/n s, fetches follow each other every 1/f s: the difference is the round. Below NEWS_MIN a second it drowns in the wait. */
function fetchRoundOf(runs: readonly RunAmounts[]): MeasuredFigure | null {
  const told = runs.flatMap((run) => {
    const [pairs, requests] = [followerPairs(run), countedRequests(run)];
    if (requests === null || pairs === 0 || requests.followerFetch === 0) return [];
    const news = followerNews({ ...run, produce: requests.produce / run.seconds, batchesPerSecond: run.batches / run.seconds }) / pairs;
    const round = (pairs * run.seconds) / requests.followerFetch - 1 / news;
    return news < NEWS_MIN || round <= 0 ? [] : [{ run, round }];
  });
  return told.length < ROUNDS_MIN ? null : figureOf(told.map(({ round }) => round), told.map(({ run }) => run));
}

function figureOf(values: readonly number[], runs: readonly RunAmounts[]): MeasuredFigure {
  return { value: median(values), low: Math.min(...values), high: Math.max(...values), runCount: values.length, runId: newest(runs) };
}

function newest(runs: readonly RunAmounts[]): string {
  return runs.map(({ runId }) => runId).toSorted().at(-1) as string;
}

function recordBytesOf(runs: readonly RunAmounts[]): MeasuredFigure | null {
  const figure = figureOf(runs.map(({ uncompressedBytes, records }) => uncompressedBytes / records), runs);
  return figure.high - figure.low > SAME_SIZE * figure.value ? null : figure;
}

function compressionOf(runs: readonly RunAmounts[]): Map<string, MeasuredFigure> {
  const byCodec = Map.groupBy(runs, ({ codec }) => codec);
  return new Map([...byCodec].map(([codec, own]) => [codec, figureOf(own.map(({ uncompressedBytes, wireBytes }) => uncompressedBytes / wireBytes), own)]));
}

function partitionRateOf(runs: readonly RunAmounts[]): PartitionRate {
  const rates = runs.map((run) => ({ run, rate: run.wireBytes / run.seconds / run.partitions })).toSorted((a, b) => b.rate - a.rate);
  const alone = rates.filter(({ run }) => run.isClosedLoop && run.partitions === 1);
  const [best, most] = [rates[0] as (typeof rates)[number], alone[0]];
  if (most === undefined) return { kind: 'at least', bytesPerSecond: best.rate, partitions: best.run.partitions, isClosedLoop: best.run.isClosedLoop };
  const alike = alone.filter(({ rate }) => rate > most.rate / 2).map(({ rate }) => rate);
  // What another run put through a partition is no less possible for the loops that found their limit below it.
  return { kind: 'limit', figure: { value: best.rate, low: Math.min(...alike), high: best.rate, runCount: alike.length, runId: best.run.runId } };
}

function consumerRatesOf(pairs: readonly { run: Run; amounts: RunAmounts }[]): Map<string, MeasuredFigure & { method: string }> {
  const found = pairs.flatMap(({ run, amounts }) =>
    run.measured.groups.flatMap(({ name, serviceRatePerMember }) => {
      const works = (run.configuration.groups.find((each) => each.name === name)?.serviceTimeUs ?? 0) > 0;
      return works && serviceRatePerMember !== null ? [{ name, amounts, ...serviceRatePerMember }] : [];
    }),
  );
  return new Map([...Map.groupBy(found, ({ name }) => name)].map(([name, own]) => [name, { ...figureOf(own.map(({ perSecond }) => perSecond), own.map(({ amounts }) => amounts)), method: own[0]?.method ?? '' }]));
}

/** Of the runs that differ in nothing but their rate, the most; rates at which the load was not held do not count. */
function latencyCurveOf(runs: readonly RunAmounts[]): LatencyCurve | null {
  const open = runs.filter(({ isClosedLoop, publishP99Seconds }) => !isClosedLoop && publishP99Seconds !== null);
  const [longest = []] = [...Map.groupBy(open, (run) => shapeKey(run)).values()].toSorted((a, b) => distinctRates(b) - distinctRates(a));
  if (distinctRates(longest) < CURVE_POINTS_MIN) return null;
  const isSeen = longest.every(({ brokerCpu }) => brokerCpu !== null);
  const highestRate = Math.max(...longest.map(rateOf));
  const points = longest
    .map((run) => ({ utilization: isSeen ? ((run.brokerCpu as number) + run.loadCpu + run.groupCpu) / (run.seconds * run.cores) : rateOf(run) / highestRate, p50Seconds: run.publishP50Seconds ?? 0, p99Seconds: run.publishP99Seconds as number, runId: run.runId }))
    .toSorted((a, b) => a.utilization - b.utilization);
  let [p50, p99] = [0, 0];
  return { of: isSeen ? 'processors' : 'highest rate', points: points.map((point) => ({ ...point, p50Seconds: (p50 = Math.max(p50, point.p50Seconds)), p99Seconds: (p99 = Math.max(p99, point.p99Seconds)) })) };
}

function rateOf({ records, seconds }: RunAmounts): number {
  return records / seconds;
}

function distinctRates(runs: readonly RunAmounts[]): number {
  return new Set(runs.map((run) => Math.round(Math.log(rateOf(run)) * 20))).size;
}

type ScaledBy = ScalabilityFinding['by'];

/** Everything but the rate, and but what `without` names. */
function shapeKey(run: RunAmounts, without?: ScaledBy): string {
  const { codec, replicationFactor, isAckedByAll, lingerSeconds, batchBytes, isKeyed, workers } = run;
  const counts = { partitions: run.partitions, members: run.members, brokers: run.brokers };
  if (without !== undefined) counts[without] = 0;
  return JSON.stringify([codec, replicationFactor, isAckedByAll, lingerSeconds, batchBytes, isKeyed, workers, Math.round(Math.log(run.uncompressedBytes / run.records) / SAME_SIZE), counts]);
}

/** The scalability law over closed loops that differ in one count only. */
function scalabilityOf(runs: readonly RunAmounts[]): ScalabilityFinding[] {
  const closed = runs.filter(({ isClosedLoop }) => isClosedLoop);
  return (['partitions', 'members', 'brokers'] as const).flatMap((by): ScalabilityFinding[] => {
    const [longest = []] = [...Map.groupBy(closed, (run) => shapeKey(run, by)).values()].toSorted((a, b) => b.length - a.length);
    const points = longest.filter((run) => run[by] >= 1).map((run) => ({ n: run[by], throughput: rateOf(run) }));
    if (new Set(points.map(({ n }) => n)).size < SCALABILITY_POINTS_MIN) return [];
    const { peakAt } = bootstrapScalability(points, { seed: 1 });
    return [{ by, pointCount: points.length, peakAt: { value: peakOf(fitScalability(points).law).at, ...peakAt }, measuredMost: Math.max(...points.map(({ n }) => n)) }];
  });
}
