/** Who takes part in a contest: what one run does and how it is timed. */

/** What one run does: so many operations, each of them a `unit`. */
export interface Work {
  readonly count: number;
  readonly unit: string;
}

interface Entrant {
  readonly name: string;
  /** Bytes that one run works on; undefined where their number says nothing. */
  readonly bytes: number | undefined;
  /** Default: the run is the operation. */
  readonly work?: Work;
  /** What headroom uses. */
  readonly isChosen?: boolean;
  readonly remark?: string;
  /** What it is compared with, where that is not the contest's limit: on the same bytes, whatever both count as an operation. */
  readonly limit?: Contender;
  /** Why there is nothing to compare it with. */
  readonly limitMissingReason?: string;
}

export interface SynchronousContender extends Entrant {
  readonly kind?: 'synchronous';
  /** Before `runs` runs, outside their time. */
  prepare?(runs: number): void;
  run(): void;
}

/** A timing ends when its last run has, one after the other. */
export interface AsynchronousContender extends Entrant {
  readonly kind: 'asynchronous';
  run(): Promise<void>;
}

/** Runs in another process, which reads the clock itself. */
export interface ExternalContender extends Entrant {
  readonly kind: 'external';
  /** Nanoseconds of each timing of `runs` runs, for about `timeMs` after a warm-up; at least one. */
  time(options: { runs: number; timeMs: number }): Promise<number[]>;
}

export type Contender = SynchronousContender | AsynchronousContender | ExternalContender;

const RUN: Work = { count: 1, unit: 'run' };

export function workOf(contender: Contender): Work {
  return contender.work ?? RUN;
}
