/**
 * One round of one contender, timed by tinybench: how often, how long, and the figures of its timings.
 * Synchronous runs are timed without a promise between clock and work.
 */
import { Bench } from 'tinybench';
import { workOf, type AsynchronousContender, type Contender, type ExternalContender, type SynchronousContender } from './contender.ts';

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

export interface RoundPlan {
  /** Runs that are timed as one. */
  readonly runs: number;
  readonly timeMs: number;
  /** Timings, also when they take longer than `timeMs`. */
  readonly timingCountMin: number;
}

/** Reading the clock twice costs some 50 ns: below 1 % of a timing this long. */
export const TIMING_NS_MIN = 10_000;
const RUNS_PER_TIMING_MAX = 256;
const WARM_UP_SHARE = 0.2;
const TIMING_COUNT_MIN = 5;
/** Of runs that are longer than a round: a mean needs an interval. */
const LONG_TIMING_COUNT_MIN = 2;

/** By the median of a round before the first, which also lets V8 compile. */
export async function planRounds(contender: Contender, timeMs: number): Promise<RoundPlan> {
  const { medianNs } = await timeRound(contender, { runs: 1, timeMs, timingCountMin: LONG_TIMING_COUNT_MIN });
  const runNs = Math.max(1, medianNs * workOf(contender).count);
  const timingCountMin = Math.min(TIMING_COUNT_MIN, Math.max(LONG_TIMING_COUNT_MIN, Math.ceil((timeMs * 1e6) / runNs)));
  return { runs: Math.min(RUNS_PER_TIMING_MAX, Math.ceil(TIMING_NS_MIN / runNs)), timeMs, timingCountMin };
}

export async function timeRound(contender: Contender, plan: RoundPlan): Promise<RoundSummary> {
  const task = await timedTask(contender, plan);
  if (task?.result.state !== 'completed') throw new Error(`${contender.name}: the timing ended as ${task?.result.state ?? 'nothing'}`);
  const { samplesCount, mean, p50, p99, min, max, rme } = task.result.latency;
  const nsPerOperation = 1e6 / (plan.runs * workOf(contender).count);
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

type TimedTask = Bench['tasks'][number] | undefined;

function timedTask(contender: Contender, plan: RoundPlan): Promise<TimedTask> | TimedTask {
  switch (contender.kind) {
    case 'asynchronous':
      return timeAsynchronous(contender, plan);
    case 'external':
      return timeExternal(contender, plan);
    default:
      return timeSynchronous(contender, plan);
  }
}

function timeSynchronous(contender: SynchronousContender, plan: RoundPlan): TimedTask {
  const { runs } = plan;
  const timed = runs === 1 ? (): void => contender.run() : (): void => { for (let run = 0; run < runs; run++) contender.run(); };
  const hooks = contender.prepare === undefined ? {} : { beforeEach: () => contender.prepare?.(runs) };
  return benchOf(plan).add(contender.name, timed, { ...hooks, async: false }).runSync()[0];
}

async function timeAsynchronous(contender: AsynchronousContender, plan: RoundPlan): Promise<TimedTask> {
  const { runs } = plan;
  const timed = runs === 1 ? (): Promise<void> => contender.run() : async (): Promise<void> => { for (let run = 0; run < runs; run++) await contender.run(); };
  return (await benchOf(plan).add(contender.name, timed, { async: true }).run())[0];
}

/** The same figures of timings that were taken elsewhere. */
async function timeExternal(contender: ExternalContender, { runs, timeMs }: RoundPlan): Promise<TimedTask> {
  const timings = await contender.time({ runs, timeMs });
  let at = 0;
  const bench = new Bench({ time: 0, iterations: timings.length, warmup: false, throws: true });
  return bench.add(contender.name, () => ({ overriddenDuration: (timings[at++] as number) / 1e6 }), { async: false }).runSync()[0];
}

function benchOf({ timeMs, timingCountMin }: RoundPlan): Bench {
  return new Bench({ time: timeMs, warmupTime: timeMs * WARM_UP_SHARE, warmupIterations: timingCountMin - 1, iterations: timingCountMin, throws: true });
}
