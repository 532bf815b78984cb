/**
 * When records are due: a pure function of the rate, the arrivals' kind and the record's number, never of what was sent before.
 * Microseconds since the start of the load. The due time is what latency counts from.
 */
import { Xoshiro128 } from '../workload/xoshiro128.ts';

export type Arrivals = 'constant' | 'poisson';

export interface ScheduleOptions {
  readonly arrivals: Arrivals;
  /** Records a second over all workers. */
  readonly ratePerSecond: number;
  readonly worker: number;
  readonly workerCount: number;
  readonly seed: number;
}

/** Gives the due times in order. `dueUs` is the next record's; `advance` goes on to the one after. */
export interface Schedule {
  readonly dueUs: number;
  advance(): void;
}

export function createSchedule(options: ScheduleOptions): Schedule {
  return options.arrivals === 'constant' ? new ConstantSchedule(options) : new PoissonSchedule(options);
}

/** Records of all workers interleave evenly: worker w sends records w, w + workerCount, ... of the whole. No error adds up. */
class ConstantSchedule implements Schedule {
  dueUs: number;
  readonly #intervalUs: number;
  readonly #step: number;
  #position: number;

  constructor(options: ScheduleOptions) {
    this.#intervalUs = 1e6 / options.ratePerSecond;
    this.#step = options.workerCount;
    this.#position = options.worker;
    this.dueUs = this.#position * this.#intervalUs;
  }

  advance(): void {
    this.#position += this.#step;
    this.dueUs = this.#position * this.#intervalUs;
  }
}

/** Independent exponential gaps of each worker; together they are a Poisson process of the whole rate. */
class PoissonSchedule implements Schedule {
  dueUs = 0;
  readonly #meanGapUs: number;
  readonly #random: Xoshiro128;

  constructor(options: ScheduleOptions) {
    this.#meanGapUs = (1e6 * options.workerCount) / options.ratePerSecond;
    this.#random = new Xoshiro128(options.seed + 7919 * (options.worker + 1));
    this.advance();
  }

  advance(): void {
    this.dueUs -= Math.log(1 - this.#random.nextFloat()) * this.#meanGapUs;
  }
}
