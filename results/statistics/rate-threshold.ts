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
    this.#weights = this.#after(Math.log(rate), held).weights;
  }

  /** `probability` in (0, 1): 0.9 asks for the rate that nine of ten runs hold. */
  estimate(probability: number): RateEstimate {
    const { values, weights } = this.#ratesHeldBy(probability);
    const cumulated = (share: number): number => {
      let sum = 0;
      for (const [at, weight] of weights.entries()) {
        sum += weight;
        if (sum >= share) return Math.exp(values[at] as number);
      }
      return Math.exp(values.at(-1) as number);
    };
    const edge = Math.ceil(THETA_COUNT / 100);
    const massWithin = (from: number, to: number): number => this.#weights.subarray(from * SIGMAS.length, to * SIGMAS.length).reduce((sum, weight) => sum + weight, 0);
    return { rate: cumulated(0.5), low: cumulated(0.025), high: cumulated(0.975), massAtLow: massWithin(0, edge), massAtHigh: massWithin(THETA_COUNT - edge, THETA_COUNT) };
  }

  /** The rate of the trial after which the variance of the estimate (of its logarithm) is expected to be the least. */
  nextRate(probability: number): number {
    let best = { variance: Number.POSITIVE_INFINITY, x: this.#thetas[0] as number };
    for (let at = 0; at < THETA_COUNT; at += CANDIDATE_STEP) {
      const x = this.#thetas[at] as number;
      const [held, failed] = [this.#after(x, true), this.#after(x, false)];
      const variance = held.chance * varianceOf(this.#ratesHeldBy(probability, held.weights)) + failed.chance * varianceOf(this.#ratesHeldBy(probability, failed.weights));
      if (variance < best.variance - 1e-12) best = { variance, x };
    }
    return Math.exp(best.x);
  }

  #after(x: number, held: boolean): { weights: Float64Array; chance: number } {
    const weights = Float64Array.from(this.#weights, (weight, at) => {
      const chance = chanceToHold(x, this.#thetas[Math.floor(at / SIGMAS.length)] as number, SIGMAS[at % SIGMAS.length] as number);
      return weight * (held ? chance : 1 - chance);
    });
    const chance = weights.reduce((sum, weight) => sum + weight, 0);
    return { weights: normalised(weights), chance };
  }

  /** Logarithms of the rates that this share of runs holds, ascending, each with its weight. */
  #ratesHeldBy(probability: number, weights: Float64Array = this.#weights): { values: number[]; weights: number[] } {
    const z = normalQuantile(probability);
    const rows = Array.from(weights, (weight, at) => ({ weight, value: (this.#thetas[Math.floor(at / SIGMAS.length)] as number) - z * (SIGMAS[at % SIGMAS.length] as number) }));
    rows.sort((a, b) => a.value - b.value);
    return { values: rows.map(({ value }) => value), weights: rows.map(({ weight }) => weight) };
  }
}

function chanceToHold(x: number, theta: number, sigma: number): number {
  return LAPSE / 2 + (1 - LAPSE) * normalCdf((theta - x) / sigma);
}

function normalised(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function varianceOf({ values, weights }: { values: readonly number[]; weights: readonly number[] }): number {
  let [mean, squares] = [0, 0];
  for (const [at, value] of values.entries()) {
    const weight = weights[at] as number;
    mean += weight * value;
    squares += weight * value * value;
  }
  return squares - mean * mean;
}
