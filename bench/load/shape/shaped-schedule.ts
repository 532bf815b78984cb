/** Due times under a rate that changes: pure functions of the curve, the record's number and the seed, never of what was sent before. */
import { Xoshiro128 } from '../../workload/xoshiro128.ts';
import type { Schedule, ScheduleOptions } from '../schedule.ts';
import type { CurveCursor, RateCurve } from './rate-curve.ts';

export type ShapedScheduleOptions = Omit<ScheduleOptions, 'ratePerSecond'> & { readonly curve: RateCurve };

export function createShapedSchedule(options: ShapedScheduleOptions): Schedule {
  return options.arrivals === 'constant' ? new ConstantShapedSchedule(options) : new PoissonShapedSchedule(options);
}

/** Record n of the whole is due when the curve's integral reaches n; worker w sends records w, w + workerCount, ... */
class ConstantShapedSchedule implements Schedule {
  dueUs: number;
  readonly #cursor: CurveCursor;
  readonly #step: number;
  #position: number;

  constructor({ curve, worker, workerCount }: ShapedScheduleOptions) {
    this.#cursor = curve.cursor();
    this.#step = workerCount;
    this.#position = worker;
    this.dueUs = this.#cursor.secondsOf(this.#position) * 1e6;
  }

  advance(): void {
    this.#position += this.#step;
    this.dueUs = this.#cursor.secondsOf(this.#position) * 1e6;
  }
}

/** A Poisson process of the curve's rate: unit exponentials, stretched by the integral. Those of all workers together have the whole rate. */
class PoissonShapedSchedule implements Schedule {
  dueUs = 0;
  readonly #cursor: CurveCursor;
  readonly #workerCount: number;
  readonly #random: Xoshiro128;
  #records = 0;

  constructor({ curve, worker, workerCount, seed }: ShapedScheduleOptions) {
    this.#cursor = curve.cursor();
    this.#workerCount = workerCount;
    this.#random = new Xoshiro128(seed + 7919 * (worker + 1));
    this.advance();
  }

  advance(): void {
    this.#records -= Math.log(1 - this.#random.nextFloat()) * this.#workerCount;
    this.dueUs = this.#cursor.secondsOf(this.#records) * 1e6;
  }
}
