/**
 * One contest: contenders that do the same work in different ways, and the limit that none can beat. They run in rounds, each round every
 * one of them in a newly drawn order, so that a ratio compares moments that lie side by side and nobody always pays for the same
 * neighbour's garbage. tinybench does the timing within a round.
 */
import { setImmediate } from 'node:timers/promises';
import { Bench } from 'tinybench';
import { Xoshiro128 } from '../workload/xoshiro128.ts';
import { estimate, geometricEstimate, type Estimate } from './estimate.ts';

/** What one run does: so many operations, each of them a `unit`. */
export interface Work {
  readonly count: number;
  readonly unit: string;
}

export interface Contender {
  readonly name: string;
  /** Bytes that one run works on; undefined where their number says nothing. */
  readonly bytes: number | undefined;
  /** Default: the run is the operation. */
  readonly work?: Work;
  /** What headroom uses. */
  readonly isChosen?: boolean;
  readonly remark?: string;
  /** Before `runs` runs, outside their time. */
  prepare?(runs: number): void;
  run(): void;
}

export interface OpenContest {
  readonly contenders: readonly Contender[];
  /** What the machine can do at best on the same bytes; undefined where there is no such thing. */
  readonly limit?: Contender;
  close?(): void;
}

export interface Contest {
  readonly title: string;
  /** Makes what the contenders need; nothing is made for a contest that is not held. */
  open(): OpenContest;
}

/** One round of one contender as tinybench saw it: nanoseconds of one operation. */
export interface RoundSummary {
  readonly timingCount: number;
  readonly meanNs: number;
  readonly medianNs: number;
  readonly p99Ns: number;
  readonly minNs: number;
  readonly maxNs: number;
  /** Half of the 95 % interval within the round, as a share of the mean. */
  readonly marginOfError: number;
}

export interface ContestRow {
  readonly contest: string;
  readonly name: string;
  readonly isChosen: boolean;
  readonly isLimit: boolean;
  readonly remark: string;
  /** What is counted and timed. */
  readonly unit: string;
  readonly nsPerOperation: Estimate;
  /** Median over the rounds of each round's 99th percentile. */
  readonly p99NsPerOperation: number;
  readonly operationsPerSecond: number;
  /** Null where the number of bytes says nothing. */
  readonly bytesPerSecond: number | null;
  /** Name of what it is compared with; null without a limit, and for the limit itself. */
  readonly limit: string | null;
  /** Speed as a share of the limit's in the same round, geometric mean; null without a limit, and for the limit itself. */
  readonly shareOfLimit: Estimate | null;
  /** Runs that are timed as one, because a single one is too short for the clock. A timing's percentiles are of their mean. */
  readonly runsPerTiming: number;
  readonly rounds: readonly RoundSummary[];
}

export interface Rounds {
  readonly count: number;
  /** Of one contender in one round. */
  readonly timeMs: number;
}

/** Reading the clock twice costs some 50 ns: below 1 % of a timing this long. */
export const TIMING_NS_MIN = 10_000;
const RUNS_PER_TIMING_MAX = 256;
const WARM_UP_SHARE = 0.2;
const RUN: Work = { count: 1, unit: 'run' };

/** Throws the signal's reason between two timings. Lets the event loop turn there, or no signal would ever arrive. */
export async function holdContest(contest: Contest, rounds: Rounds, signal?: AbortSignal): Promise<ContestRow[]> {
  const opened = contest.open();
  try {
    const { limit, contenders } = opened;
    const entries = [...(limit === undefined ? [] : [limit]), ...contenders].map((contender) => ({
      contender,
      runsPerTiming: runsPerTiming(contender, rounds.timeMs),
      summaries: [] as RoundSummary[],
    }));
    const random = new Xoshiro128(rounds.count);
    for (let round = 0; round < rounds.count; round++) {
      for (const { contender, runsPerTiming: runs, summaries } of shuffled(entries, random)) {
        await setImmediate();
        signal?.throwIfAborted();
        summaries.push(timeRound(contender, { runs, timeMs: rounds.timeMs }));
      }
    }
    const limitRounds = entries.find(({ contender }) => contender === limit)?.summaries;
    return entries.map((entry) => rowOf(contest.title, entry, { limit, limitRounds }));
  } finally {
    opened.close?.();
  }
}

function rowOf(
  contest: string,
  entry: { contender: Contender; runsPerTiming: number; summaries: readonly RoundSummary[] },
  { limit, limitRounds }: { limit: Contender | undefined; limitRounds: readonly RoundSummary[] | undefined },
): ContestRow {
  const { contender, summaries } = entry;
  const work = contender.work ?? RUN;
  const nsPerOperation = estimate(summaries.map(({ meanNs }) => meanNs));
  const operationsPerSecond = 1e9 / nsPerOperation.mean;
  const isLimit = contender === limit;
  // A limit works on the same bytes, whatever both count as an operation.
  const runNs = (round: RoundSummary, of: Contender): number => round.meanNs * (of.work ?? RUN).count;
  const shares = limit === undefined || isLimit ? undefined : limitRounds?.map((round, at) => runNs(round, limit) / runNs(summaries[at] as RoundSummary, contender));
  return {
    contest,
    name: contender.name,
    isChosen: contender.isChosen === true,
    isLimit,
    remark: contender.remark ?? '',
    unit: work.unit,
    nsPerOperation,
    p99NsPerOperation: median(summaries.map(({ p99Ns }) => p99Ns)),
    operationsPerSecond,
    bytesPerSecond: contender.bytes === undefined ? null : (contender.bytes / work.count) * operationsPerSecond,
    limit: limit === undefined || isLimit ? null : limit.name,
    shareOfLimit: shares === undefined ? null : geometricEstimate(shares),
    runsPerTiming: entry.runsPerTiming,
    rounds: summaries,
  };
}

/** So many that a timing is long enough for the clock, by the median of a round before the first, which also lets V8 compile. */
function runsPerTiming(contender: Contender, timeMs: number): number {
  const { medianNs } = timeRound(contender, { runs: 1, timeMs });
  const runNs = Math.max(1, medianNs * (contender.work ?? RUN).count);
  return Math.min(RUNS_PER_TIMING_MAX, Math.ceil(TIMING_NS_MIN / runNs));
}

function timeRound(contender: Contender, { runs, timeMs }: { runs: number; timeMs: number }): RoundSummary {
  const bench = new Bench({ time: timeMs, warmupTime: timeMs * WARM_UP_SHARE, warmupIterations: 5, iterations: 5, throws: true });
  const timed = runs === 1 ? (): void => contender.run() : (): void => { for (let run = 0; run < runs; run++) contender.run(); };
  bench.add(contender.name, timed, contender.prepare === undefined ? {} : { beforeEach: () => contender.prepare?.(runs) });
  const [task] = bench.runSync();
  if (task?.result.state !== 'completed') throw new Error(`${contender.name}: the timing ended as ${task?.result.state ?? 'nothing'}`);
  const { samplesCount, mean, p50, p99, min, max, rme } = task.result.latency;
  const nsPerOperation = 1e6 / (runs * (contender.work ?? RUN).count);
  return {
    timingCount: samplesCount,
    meanNs: mean * nsPerOperation,
    medianNs: p50 * nsPerOperation,
    p99Ns: p99 * nsPerOperation,
    minNs: min * nsPerOperation,
    maxNs: max * nsPerOperation,
    marginOfError: rme / 100,
  };
}

function shuffled<Item>(items: readonly Item[], random: Xoshiro128): Item[] {
  const order = [...items];
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.nextInt(at + 1);
    [order[at], order[other]] = [order[other] as Item, order[at] as Item];
  }
  return order;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] as number) + (sorted[Math.ceil((sorted.length - 1) / 2)] as number)) / 2;
}
