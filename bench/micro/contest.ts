/**
 * One contest: contenders that do the same work in different ways, and the limit that none can beat. They run in rounds, each round every
 * one of them in a newly drawn order, so that a ratio compares moments that lie side by side and nobody always pays for the same
 * neighbour's garbage. tinybench does the timing within a round.
 */
import { setImmediate } from 'node:timers/promises';
import { Xoshiro128 } from '../workload/xoshiro128.ts';
import { workOf, type Contender } from './contender.ts';
import { estimate, geometricEstimate, type Estimate } from './estimate.ts';
import { planRounds, timeRound, type RoundPlan, type RoundSummary } from './timing.ts';

export interface OpenContest {
  readonly contenders: readonly Contender[];
  /** What the machine can do at best on the same bytes; undefined where there is no such thing, or each contender names its own. */
  readonly limit?: Contender;
  close?(): void | Promise<void>;
}

export interface Contest {
  readonly title: string;
  /** Makes what the contenders need; nothing is made for a contest that is not held. */
  open(): OpenContest | Promise<OpenContest>;
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
  /** Why there is no limit, where one could be: `C library not measured: ...`; otherwise null. */
  readonly limitMissingReason: string | null;
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

interface Entry {
  readonly contender: Contender;
  readonly plan: RoundPlan;
  readonly summaries: RoundSummary[];
}

/** Throws the signal's reason between two timings. Lets the event loop turn there, or no signal would ever arrive. */
export async function holdContest(contest: Contest, rounds: Rounds, signal?: AbortSignal): Promise<ContestRow[]> {
  const opened = await contest.open();
  try {
    const entries: Entry[] = [];
    for (const contender of entrantsOf(opened)) {
      await setImmediate();
      signal?.throwIfAborted();
      entries.push({ contender, plan: await planRounds(contender, rounds.timeMs), summaries: [] });
    }
    const random = new Xoshiro128(rounds.count);
    for (let round = 0; round < rounds.count; round++) {
      for (const { contender, plan, summaries } of shuffled(entries, random)) {
        await setImmediate();
        signal?.throwIfAborted();
        summaries.push(await timeRound(contender, plan));
      }
    }
    const limits = new Set(opened.contenders.map((contender) => limitOf(contender, opened)));
    return entries.map((entry) => {
      const isLimit = limits.has(entry.contender);
      const limit = isLimit ? undefined : entries.find(({ contender }) => contender === limitOf(entry.contender, opened));
      return rowOf(contest.title, entry, { isLimit, limit });
    });
  } finally {
    await opened.close?.();
  }
}

/** Each limit before the first contender that is compared with it. */
function entrantsOf(opened: OpenContest): Set<Contender> {
  const all = opened.contenders.flatMap((contender) => [limitOf(contender, opened), contender]);
  return new Set(all.filter((each) => each !== undefined));
}

function limitOf(contender: Contender, { limit }: OpenContest): Contender | undefined {
  return contender.limit ?? limit;
}

function rowOf(contest: string, entry: Entry, { isLimit, limit }: { isLimit: boolean; limit: Entry | undefined }): ContestRow {
  const { contender, plan, summaries } = entry;
  const work = workOf(contender);
  const nsPerOperation = estimate(summaries.map(({ meanNs }) => meanNs));
  const operationsPerSecond = 1e9 / nsPerOperation.mean;
  // A limit works on the same bytes, whatever both count as an operation.
  const runNs = (round: RoundSummary | undefined, of: Contender): number => (round as RoundSummary).meanNs * workOf(of).count;
  const shares = limit?.summaries.map((round, at) => runNs(round, limit.contender) / runNs(summaries[at], contender));
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
    limit: limit === undefined ? null : limit.contender.name,
    limitMissingReason: contender.limitMissingReason ?? null,
    shareOfLimit: shares === undefined ? null : geometricEstimate(shares),
    runsPerTiming: plan.runs,
    rounds: summaries,
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
