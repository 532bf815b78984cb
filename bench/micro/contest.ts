/**
 * One contest: contenders that do the same work in different ways, and the limit that none can beat. They run in rounds, each round every
 * one of them in another order, so that a ratio compares moments that lie side by side. tinybench does the timing within a round.
 */
import { Bench } from 'tinybench';

export interface Contender {
  readonly name: string;
  /** Bytes that one run works on; undefined where their number says nothing. */
  readonly bytes: number | undefined;
  /** What headroom uses. */
  readonly isChosen?: boolean;
  readonly remark?: string;
  /** Before each run, outside its time. */
  prepare?(): void;
  run(): void;
}

export interface Contest {
  readonly title: string;
  readonly contenders: readonly Contender[];
  /** What the machine can do at best on the same bytes; undefined where there is no such thing. */
  readonly limit: Contender | undefined;
  close?(): void;
}

/** Mean with its two-sided 95 % interval over the rounds; null after one round. */
export interface Estimate {
  readonly mean: number;
  readonly interval: { readonly low: number; readonly high: number } | null;
}

export interface ContestRow {
  readonly contest: string;
  readonly name: string;
  readonly isChosen: boolean;
  readonly isLimit: boolean;
  readonly remark: string;
  readonly bytes: number | null;
  readonly nsPerRun: Estimate;
  /** Speed as a share of the limit's in the same round; null without a limit, and for the limit itself. */
  readonly shareOfLimit: Estimate | null;
}

export interface Rounds {
  readonly count: number;
  /** Of one contender in one round. */
  readonly timeMs: number;
}

/** Two-sided 95 % quantiles of Student's t by degrees of freedom, from 1. */
const STUDENT_T_95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093];

export function holdContest(contest: Contest, rounds: Rounds): ContestRow[] {
  const all = contest.limit === undefined ? contest.contenders : [contest.limit, ...contest.contenders];
  const times = new Map<Contender, number[]>(all.map((contender) => [contender, []]));
  for (let round = 0; round < rounds.count; round++) {
    for (let at = 0; at < all.length; at++) {
      const contender = all[(at + round) % all.length] as Contender;
      times.get(contender)?.push(meanNs(contender, rounds.timeMs));
    }
  }
  const limitTimes = contest.limit === undefined ? undefined : times.get(contest.limit);
  return all.map((contender) => {
    const own = times.get(contender) ?? [];
    const isLimit = contender === contest.limit;
    const shares = limitTimes?.map((limitNs, round) => limitNs / (own[round] as number));
    return {
      contest: contest.title,
      name: contender.name,
      isChosen: contender.isChosen === true,
      isLimit,
      remark: contender.remark ?? '',
      bytes: contender.bytes ?? null,
      nsPerRun: estimate(own),
      shareOfLimit: isLimit || shares === undefined ? null : estimate(shares),
    };
  });
}

function meanNs(contender: Contender, timeMs: number): number {
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 5, warmupIterations: 5, iterations: 5, throws: true });
  bench.add(contender.name, () => contender.run(), contender.prepare === undefined ? {} : { beforeEach: () => contender.prepare?.() });
  const [task] = bench.runSync();
  if (task?.result.state !== 'completed') throw new Error(`${contender.name}: the timing ended as ${task?.result.state ?? 'nothing'}`);
  return task.result.latency.mean * 1e6;
}

export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, interval: null };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const margin = (STUDENT_T_95[Math.min(count - 1, STUDENT_T_95.length) - 1] as number) * Math.sqrt(variance / count);
  return { mean, interval: { low: mean - margin, high: mean + margin } };
}
