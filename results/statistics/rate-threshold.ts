/**
 * The highest rate that is held, from trials that each held or did not. The chance to hold falls with the logarithm of the rate as a normal
 * distribution function: threshold theta (half of the runs hold), spread sigma, and a share of trials that a disturbance decided. Posterior on a
 * grid, next trial where the posterior is expected to narrow most: Kontsevich and Tyler 1999 (the psi method), after Watson and Pelli 1983.
 */
import { normalCdf, normalQuantile } from './distributions.ts';

export interface Trial {
  readonly rate: number;
  readonly held: boolean;
}

export interface ThresholdOptions {
  /** Rates between which the threshold lies; trials stay between them. */
  readonly low: number;
  readonly high: number;
  /** Where it is thought to lie before any trial, and how vague that is (standard deviation of its natural logarithm). */
  readonly guess: number;
  readonly guessSpread: number;
}

export interface RateEstimate {
  /** The rate that `probability` of the runs hold: posterior median and 95 % credible interval. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  /** Share of the posterior in the lowest and the highest hundredth of the range: near 1, the range was wrong. */
  readonly massAtLow: number;
  readonly massAtHigh: number;
}

const THETA_COUNT = 241;
const SIGMAS = [0.01, 0.02, 0.04, 0.08, 0.16];
const LAPSE = 0.02;
/** Of the prior: however sure the guess, every rate of the range stays possible. */
const UNIFORM_SHARE = 0.15;
const CANDIDATE_STEP = 3;

export class RateThreshold {
  readonly #thetas: readonly number[];
  /** Row by row: theta, then sigma. Sums to 1. */
  #weights: Float64Array;

  constructor({ low, high, guess, guessSpread }: ThresholdOptions) {
    if (!(low > 0 && high > low && guess > 0 && guessSpread > 0)) throw new RangeError(`rates must ascend from above 0: ${low} to ${high}, guess ${guess} with spread ${guessSpread}`);
    const step = Math.log(high / low) / (THETA_COUNT - 1);
    this.#thetas = Array.from({ length: THETA_COUNT }, (_, at) => Math.log(low) + at * step);
    const bells = this.#thetas.map((theta) => Math.exp(-(((theta - Math.log(guess)) / guessSpread) ** 2) / 2));
    const bellSum = bells.reduce((sum, bell) => sum + bell, 0);
    const prior = bells.map((bell) => UNIFORM_SHARE / THETA_COUNT + (bellSum > 0 ? ((1 - UNIFORM_SHARE) * bell) / bellSum : 0));
    this.#weights = normalised(Float64Array.from({ length: THETA_COUNT * SIGMAS.length }, (_, at) => prior[Math.floor(at / SIGMAS.length)] as number));
  }

  add({ rate, held }: Trial): void {
    const outcomes = this.#outcomes(Math.log(rate));
    this.#weights = normalised(held ? outcomes.held : outcomes.failed);
  }

  /** `probability` in (0, 1): 0.9 asks for the rate that nine of ten runs hold. */
  estimate(probability: number): RateEstimate {
    const rows = Array.from(this.#logRatesHeldBy(probability), (value, at) => ({ value, weight: this.#weights[at] as number })).toSorted((a, b) => a.value - b.value);
    const cumulated = (share: number): number => {
      let sum = 0;
      const row = rows.find(({ weight }) => (sum += weight) >= share);
      return Math.exp((row ?? rows.at(-1) as (typeof rows)[number]).value);
    };
    const edge = Math.ceil(THETA_COUNT / 100);
    const massWithin = (from: number, to: number): number => sumOf(this.#weights.subarray(from * SIGMAS.length, to * SIGMAS.length));
    return { rate: cumulated(0.5), low: cumulated(0.025), high: cumulated(0.975), massAtLow: massWithin(0, edge), massAtHigh: massWithin(THETA_COUNT - edge, THETA_COUNT) };
  }

  /** The rate of the trial after which the variance of the estimate (of its logarithm) is expected to be the least. */
  nextRate(probability: number): number {
    const values = this.#logRatesHeldBy(probability);
    let best = { variance: Number.POSITIVE_INFINITY, x: this.#thetas[0] as number };
    for (let at = 0; at < THETA_COUNT; at += CANDIDATE_STEP) {
      const x = this.#thetas[at] as number;
      const { held, failed } = this.#outcomes(x);
      const variance = spreadOf(values, held) + spreadOf(values, failed);
      if (variance < best.variance - 1e-12) best = { variance, x };
    }
    return Math.exp(best.x);
  }

  /** What a trial at x would leave: weights not yet normalised, whose sums are the chances of the two outcomes. */
  #outcomes(x: number): { held: Float64Array; failed: Float64Array } {
    const held = this.#weights.map((weight, at) => weight * chanceToHold(x, this.#thetas[Math.floor(at / SIGMAS.length)] as number, SIGMAS[at % SIGMAS.length] as number));
    return { held, failed: this.#weights.map((weight, at) => weight - (held[at] as number)) };
  }

  /** Logarithm of the rate that this share of runs holds, for each theta and sigma in the order of the weights. */
  #logRatesHeldBy(probability: number): Float64Array {
    const z = normalQuantile(probability);
    return this.#weights.map((_, at) => (this.#thetas[Math.floor(at / SIGMAS.length)] as number) - z * (SIGMAS[at % SIGMAS.length] as number));
  }
}

function chanceToHold(x: number, theta: number, sigma: number): number {
  return LAPSE / 2 + (1 - LAPSE) * normalCdf((theta - x) / sigma);
}

function normalised(weights: Float64Array): Float64Array {
  const sum = sumOf(weights);
  return weights.map((weight) => weight / sum);
}

function sumOf(weights: Float64Array): number {
  let sum = 0;
  for (const weight of weights) sum += weight;
  return sum;
}

/** The variance of the values under these weights, times the weights' sum. */
function spreadOf(values: Float64Array, weights: Float64Array): number {
  let [sum, first, second] = [0, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const [value, weight] = [values[at] as number, weights[at] as number];
    sum += weight;
    first += weight * value;
    second += weight * value * value;
  }
  return second - (first * first) / sum;
}
