/** What an experiment tells while it goes on, on stderr: a line as each run begins, its figures as it ends, and on a terminal the run's own progress between. */
import type { ExperimentProgress } from '../bench/experiment/experiment-runner.ts';
import type { RunProgress } from '../bench/run-progress.ts';
import { durationText, latencyText, rateText } from '../results/render/number-text.ts';
import type { Run } from '../results/run.ts';
import type { SearchPoint } from '../results/search/search-result.ts';
import type { RateEstimate } from '../results/statistics/rate-threshold.ts';
import type { LineStream } from './live-lines.ts';
import { ProgressLine } from './progress-line.ts';

export class ExperimentProgressText {
  readonly #line: ProgressLine;
  #begun: { readonly words: string; readonly remainingSeconds: number; readonly atMs: number } | undefined;
  #last = '';

  constructor(stream: LineStream, options: { showsBrokerLines: boolean; environment?: NodeJS.ProcessEnv }) {
    this.#line = new ProgressLine(stream, { ...options, above: () => this.#above() });
  }

  /** Elsewhere than on a terminal, phases of dozens of runs would be hundreds of lines. */
  readonly showRun = (progress: RunProgress): void => {
    if (this.#line.lines.isLive || progress.kind === 'event') this.#line.show(progress);
  };

  readonly show = (progress: ExperimentProgress): void => {
    if (progress.kind === 'runEnded') {
      this.#last = endText(progress.run);
      this.#line.lines.print(`    ${this.#last}`);
      this.#last = `${progress.run.repeat?.variant ?? ''} ${this.#last}`;
      return;
    }
    const { repeat, runNumber, runCount, blockCount, remainingSeconds } = progress;
    this.#begun = { words: `run ${runNumber} of ${runCount} · block ${repeat.block} of ${blockCount} · ${repeat.variant}`, remainingSeconds, atMs: performance.now() };
    this.#line.lines.print(`  block ${repeat.block} of ${blockCount}, run ${runNumber} of ${runCount}: ${repeat.variant} · about ${durationText(Math.round(remainingSeconds))} left`);
  };

  /** A run of a search begins. */
  note(sentence: string): void {
    this.#line.lines.print(`  ${sentence}`);
  }

  /** Of the whole, not of the run under way; empty in a search, whose end nobody knows. */
  #above(): string {
    if (this.#begun === undefined) return this.#last === '' ? '' : `last: ${this.#last}`;
    const { words, remainingSeconds, atMs } = this.#begun;
    const left = Math.max(0, Math.round(remainingSeconds - (performance.now() - atMs) / 1000));
    return `${words} · about ${durationText(left)} left${this.#last === '' ? '' : ` · last: ${this.#last}`}`;
  }

  /** A run of a search, and what it leaves open. */
  showPoint({ achievedPerSecond, p50Us, p99Us, held, failures, offeredPerSecond }: SearchPoint, estimate: RateEstimate | undefined): void {
    const latency = p50Us === null || p99Us === null ? [] : [`p50 ${latencyText(p50Us)}`, `p99 ${latencyText(p99Us)}`];
    const verdict = offeredPerSecond === null ? [] : held ? ['held'] : [`not held: ${failures.map(({ words }) => words).join('; ')}`];
    const found = estimate === undefined ? [] : [`now ${rateText(estimate.low)} - ${rateText(estimate.high)}/s`];
    this.#last = [`${rateText(achievedPerSecond)} records/s`, ...latency, ...verdict].join(' · ');
    this.note(`  ${[`${rateText(achievedPerSecond)} records/s`, ...latency, ...verdict, ...found].join(' · ')}`);
  }

  end(): void {
    this.#line.end();
  }
}

function endText({ status, measured, verification, warnings }: Run): string {
  if (status.kind !== 'complete') return `${status.kind}: ${status.reason}`;
  const { p50Us, p99Us } = measured.latency.publish.summary;
  const latency = p50Us === null || p99Us === null || measured.throughput.offeredPerSecond === null ? [] : [`p50 ${latencyText(p50Us)}`, `p99 ${latencyText(p99Us)}`];
  const check = verification.kind === 'done' && !verification.passed ? ['RECORDS LOST OR CHANGED'] : [];
  const codes = warnings.filter(({ code }) => code !== 'noted').map(({ code }) => code);
  return [`${rateText(measured.throughput.achievedPerSecond)} records/s`, ...latency, ...check, ...codes].join(' · ');
}
