/**
 * The search for the highest sustainable rate. A closed loop first, for the range; then open-loop runs, each where it tells most, until the
 * interval is narrow; then fresh, longer runs at the rate and at nine tenths of it, which alone give its latency; then the curve below it in a
 * random order. Runs are independent: every one has brokers and a topic of its own. What it needs of the world is `measure`.
 */
import type { Threshold } from '../experiment/thresholds.ts';
import type { HoldFailure, SearchEnd, SearchPhase, SearchPoint, SearchResult, SustainedRate } from '../../results/search/search-result.ts';
import { kneeOf } from '../../results/statistics/knee.ts';
import { RateThreshold, type RateEstimate } from '../../results/statistics/rate-threshold.ts';
import { SeededRandom } from '../../results/statistics/seeded-random.ts';
import type { Run } from '../../results/run.ts';
import { conditionsInWords, holdFailures } from './hold-conditions.ts';

export interface RateRequest {
  readonly phase: SearchPhase;
  /** Undefined: a closed loop. */
  readonly ratePerSecond: number | undefined;
  readonly durationSeconds: number;
}

export interface SustainableRateOptions {
  readonly objectives: readonly Threshold[];
  /** Of the search's runs; confirmations take three times as long. */
  readonly durationSeconds: number;
  /** The search ends when the interval is within this share of the rate to both sides. */
  readonly precision: number;
  /** For all runs together: the search leaves time for the confirmations, the curve has what they leave. */
  readonly budgetSeconds: number;
  readonly seed: number;
  readonly nowSeconds: () => number;
  /** One run, stored; undefined when it was interrupted before anything was measured. */
  readonly measure: (request: RateRequest) => Promise<Run | undefined>;
  readonly signal: AbortSignal;
  readonly onPoint: (point: SearchPoint, estimate: RateEstimate | undefined) => void;
}

export type SearchOutcome = Pick<SearchResult, 'conditions' | 'probability' | 'precision' | 'ceilingPerSecond' | 'sustained' | 'knee' | 'points' | 'end' | 'limits'>;

const PROBABILITY = 0.9;
const TRIALS_MIN = 6;
const TRIALS_MAX = 20;
const CONFIRMATION_LENGTH = 3;
const CONFIRMATIONS_MAX = 3;
const SAFE_SHARE = 0.9;
const CURVE_POINTS_KEPT = 2;
const CURVE_SHARES = [0.1, 0.3, 0.5, 0.7, 0.8];
/** Of the closed loop's rate: an open loop holds less, by experience a half to all of it. */
const GUESS_SHARE = 0.7;
const GUESS_SPREAD = 0.35;
const RANGE = { low: 1 / 64, high: 1.3 };
/** Of the posterior at the range's lower end: no rate holds. */
const NOWHERE_MASS = 0.5;

/** What a search of the fewest trials takes, given what a run takes besides its measured window. */
export function leastBudgetSeconds({ durationSeconds, overheadSeconds }: { durationSeconds: number; overheadSeconds: number }): number {
  return (1 + TRIALS_MIN) * (durationSeconds + overheadSeconds) + 2 * (CONFIRMATION_LENGTH * durationSeconds + overheadSeconds);
}

export async function searchSustainableRate(options: SustainableRateOptions): Promise<SearchOutcome> {
  return new Search(options).run();
}

class Search {
  readonly #options: SustainableRateOptions;
  readonly #points: SearchPoint[] = [];
  readonly #startSeconds: number;
  #threshold: RateThreshold | undefined;
  #longestRunSeconds = 0;

  constructor(options: SustainableRateOptions) {
    this.#options = options;
    this.#startSeconds = options.nowSeconds();
  }

  async run(): Promise<SearchOutcome> {
    const ceiling = await this.#point({ phase: 'ceiling', ratePerSecond: undefined, durationSeconds: this.#options.durationSeconds });
    if (ceiling === undefined) return this.#outcome({ end: { kind: 'interrupted' }, ceilingPerSecond: null, sustained: null });
    const ceilingPerSecond = ceiling.achievedPerSecond;
    if (!(ceilingPerSecond > 0)) {
      const reason = ceiling.failures[0]?.words ?? 'the closed loop got no record acknowledged';
      return this.#outcome({ end: { kind: 'ceilingFailed', reason }, ceilingPerSecond: null, sustained: null });
    }
    const threshold = new RateThreshold({ low: ceilingPerSecond * RANGE.low, high: ceilingPerSecond * RANGE.high, guess: ceilingPerSecond * GUESS_SHARE, guessSpread: GUESS_SPREAD });
    this.#threshold = threshold;
    const end = await this.#search(threshold);
    const sustained = end.kind === 'precise' || end.kind === 'budget' ? await this.#confirm(threshold) : null;
    if (sustained !== null) await this.#curve(sustained.ratePerSecond);
    return this.#outcome({ end: this.#options.signal.aborted ? { kind: 'interrupted' } : end, ceilingPerSecond, sustained });
  }

  async #search(threshold: RateThreshold): Promise<SearchEnd> {
    const { precision, durationSeconds } = this.#options;
    for (let trial = 0; ; trial++) {
      const estimate = threshold.estimate(PROBABILITY);
      const lowestTried = Math.min(...this.#points.flatMap(({ offeredPerSecond }) => offeredPerSecond ?? []));
      if (estimate.massAtLow > NOWHERE_MASS) return { kind: 'noRateHolds', lowestTried };
      if (trial >= TRIALS_MIN && Math.sqrt(estimate.high / estimate.low) <= 1 + precision) return { kind: 'precise' };
      // The first trials need only a rate that can be confirmed; later ones leave room for a refuted rate and a curve too.
      const kept = trial < TRIALS_MIN ? 2 * this.#confirmationSeconds() : 3 * this.#confirmationSeconds() + CURVE_POINTS_KEPT * this.#longestRunSeconds;
      if (trial >= TRIALS_MAX || !this.#hasTimeFor(this.#longestRunSeconds + kept)) {
        return this.#points.some(({ phase, held }) => phase === 'search' && held) ? { kind: 'budget', seconds: this.#spentSeconds() } : { kind: 'noRateHolds', lowestTried };
      }
      const point = await this.#trial({ phase: 'search', ratePerSecond: roundedRate(threshold.nextRate(PROBABILITY)), durationSeconds });
      if (point === undefined) return { kind: 'interrupted' };
    }
  }

  /** A rate that is refuted tells the estimate so, and the next one is tried. */
  async #confirm(threshold: RateThreshold): Promise<SustainedRate | null> {
    const durationSeconds = this.#options.durationSeconds * CONFIRMATION_LENGTH;
    for (let refutedBy = 0; ; ) {
      const ratePerSecond = roundedRate(threshold.estimate(PROBABILITY).rate);
      const point = await this.#trial({ phase: 'confirmation', ratePerSecond, durationSeconds });
      if (point === undefined) return null;
      if (point.held) {
        if (this.#hasTimeFor(this.#confirmationSeconds())) await this.#trial({ phase: 'confirmation', ratePerSecond: roundedRate(ratePerSecond * SAFE_SHARE), durationSeconds });
        return sustainedRate(ratePerSecond, threshold, { confirmedBy: 1, refutedBy });
      }
      refutedBy++;
      const isLast = refutedBy >= CONFIRMATIONS_MAX || !this.#hasTimeFor(this.#confirmationSeconds());
      if (isLast) return sustainedRate(roundedRate(threshold.estimate(PROBABILITY).rate), threshold, { confirmedBy: 0, refutedBy });
    }
  }

  async #curve(ratePerSecond: number): Promise<void> {
    const random = new SeededRandom(this.#options.seed);
    const shares = CURVE_SHARES.map((share) => ({ share, place: random.float() })).toSorted((a, b) => a.place - b.place);
    for (const { share } of shares) {
      if (!this.#hasTimeFor(this.#longestRunSeconds)) return;
      const point = await this.#trial({ phase: 'curve', ratePerSecond: roundedRate(ratePerSecond * share), durationSeconds: this.#options.durationSeconds });
      if (point === undefined) return;
    }
  }

  /** A run at a rate. Runs of the curve are chosen by share, below the rate: they tell the estimate nothing. */
  async #trial(request: RateRequest & { ratePerSecond: number }): Promise<SearchPoint | undefined> {
    const point = await this.#point(request);
    if (point !== undefined && request.phase !== 'curve') this.#threshold?.add({ rate: request.ratePerSecond, held: point.held });
    if (point !== undefined) this.#options.onPoint(point, this.#threshold?.estimate(PROBABILITY));
    return point;
  }

  async #point(request: RateRequest): Promise<SearchPoint | undefined> {
    const { measure, objectives, nowSeconds, signal } = this.#options;
    if (signal.aborted) return undefined;
    const before = nowSeconds();
    const run = await measure(request);
    if (run === undefined || signal.aborted) return undefined;
    const seconds = nowSeconds() - before;
    if (request.phase !== 'confirmation') this.#longestRunSeconds = Math.max(this.#longestRunSeconds, seconds);
    const point = pointOf(run, request, request.ratePerSecond === undefined ? ceilingFailures(run) : holdFailures(run, objectives));
    this.#points.push(point);
    if (request.ratePerSecond === undefined) this.#options.onPoint(point, undefined);
    return point;
  }

  #confirmationSeconds(): number {
    return this.#longestRunSeconds + (CONFIRMATION_LENGTH - 1) * this.#options.durationSeconds;
  }

  #hasTimeFor(seconds: number): boolean {
    return this.#spentSeconds() + seconds <= this.#options.budgetSeconds;
  }

  #spentSeconds(): number {
    return this.#options.nowSeconds() - this.#startSeconds;
  }

  #outcome({ end, ceilingPerSecond, sustained }: { end: SearchEnd; ceilingPerSecond: number | null; sustained: SustainedRate | null }): SearchOutcome {
    const { objectives, precision } = this.#options;
    const points = this.#points;
    return { conditions: conditionsInWords(objectives), probability: PROBABILITY, precision, ceilingPerSecond, sustained, knee: kneeIn(points), points, end, limits: limitsIn(points) };
  }
}

function pointOf(run: Run, { phase, ratePerSecond }: RateRequest, failures: readonly HoldFailure[]): SearchPoint {
  const { throughput, latency, generator } = run.measured;
  const { p50Us, p99Us, p999Us } = ratePerSecond === undefined ? { p50Us: null, p99Us: null, p999Us: null } : latency.publish.summary;
  const busiest = generator.workers.filter(({ name }) => name.startsWith('load')).map(({ utilization }) => utilization);
  return {
    runId: run.id,
    phase,
    offeredPerSecond: ratePerSecond ?? null,
    achievedPerSecond: throughput.achievedPerSecond,
    p50Us,
    p99Us,
    p999Us,
    generatorUtilization: busiest.length === 0 ? null : Math.max(...busiest),
    held: failures.length === 0,
    failures,
  };
}

/** The rate that was run; the interval as it is after all that was learned at it. */
function sustainedRate(ratePerSecond: number, threshold: RateThreshold, counts: Pick<SustainedRate, 'confirmedBy' | 'refutedBy'>): SustainedRate {
  const { low, high } = threshold.estimate(PROBABILITY);
  return { ratePerSecond, low: Math.min(low, ratePerSecond), high: Math.max(high, ratePerSecond), ...counts };
}

/** In a closed loop there is neither a rate nor a latency to hold. */
function ceilingFailures(run: Run): HoldFailure[] {
  return run.status.kind === 'complete' ? [] : [{ condition: 'completed', words: `${run.status.kind}: ${run.status.reason}` }];
}

/** On the logarithm of p99, of all runs whose rate was reached: beyond that latency is the length of the run. */
function kneeIn(points: readonly SearchPoint[]): SearchResult['knee'] {
  const reached = points.filter(({ failures }) => !failures.some(({ condition }) => condition !== 'objective' && condition !== 'lag'));
  const knee = kneeOf(reached.flatMap(({ offeredPerSecond, p99Us }) => (offeredPerSecond === null || p99Us === null ? [] : [{ x: offeredPerSecond, y: Math.log(p99Us) }])));
  return knee === undefined ? null : { ratePerSecond: knee.x, p99Us: Math.exp(knee.y) };
}

function limitsIn(points: readonly SearchPoint[]): SearchResult['limits'] {
  const conditions = points.filter(({ phase }) => phase !== 'ceiling').flatMap(({ failures }) => failures.map(({ condition }) => condition));
  return [...Map.groupBy(conditions, (condition) => condition)].map(([condition, all]) => ({ condition, count: all.length })).toSorted((a, b) => b.count - a.count);
}

/** To three digits, downwards: what is printed is what is run. */
function roundedRate(ratePerSecond: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(ratePerSecond)) - 2);
  return Math.max(1, Math.floor(ratePerSecond / unit) * unit);
}
