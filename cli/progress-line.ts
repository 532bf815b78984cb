/** What a run tells while it goes on: lines that are rewritten on a terminal, a line every few seconds elsewhere. Goes to stderr. */
import type { RunPhase, RunProgress } from '../bench/run-progress.ts';
import { countText, durationText, rateText } from '../results/render/number-text.ts';
import { LiveLines, type LineStream } from './live-lines.ts';

const PHASES: Readonly<Record<RunPhase, string>> = {
  calibrating: 'calibrating the machine',
  starting: 'starting',
  creatingTopic: 'creating the topic',
  joining: 'joining',
  warmingUp: 'warming up',
  measuring: 'measuring',
  draining: 'draining',
  verifying: 'reading back and verifying',
  closing: 'closing',
};
const PLAIN_INTERVAL_SECONDS = 5;
const BAR_WIDTH = 16;

export interface ProgressLineOptions {
  /** A broker's own lines are for the one who looks for something. */
  readonly showsBrokerLines: boolean;
  /** A line above the run's, read at each rewrite: of what the run is a part. */
  readonly above?: () => string;
  readonly environment?: NodeJS.ProcessEnv;
}

export class ProgressLine {
  readonly lines: LiveLines;
  readonly #showsBrokerLines: boolean;
  readonly #above: (() => string) | undefined;
  #printedAtSecond = Number.NEGATIVE_INFINITY;

  constructor(stream: LineStream, { showsBrokerLines, above, environment }: ProgressLineOptions) {
    this.lines = new LiveLines(stream, environment);
    this.#showsBrokerLines = showsBrokerLines;
    this.#above = above;
  }

  readonly show = (progress: RunProgress): void => {
    if (progress.kind === 'event') {
      if (this.#showsBrokerLines || !/^broker \d+: /.test(progress.sentence)) this.lines.print(progress.sentence);
    } else if (progress.kind === 'phase') {
      // The next run's seconds begin anew.
      if (progress.phase === 'starting') this.#printedAtSecond = Number.NEGATIVE_INFINITY;
      const text = `${PHASES[progress.phase]}${progress.detail === '' ? '' : `: ${progress.detail}`}`;
      if (this.lines.isLive) this.#rewrite(text);
      else if (progress.phase !== 'closing') this.lines.print(text);
    } else {
      this.#showLoad(progress);
    }
  };

  /** Leaves the line empty for what comes next. */
  end(): void {
    this.lines.end();
  }

  #showLoad(load: Extract<RunProgress, { kind: 'load' }>): void {
    const { phase, elapsedSeconds, totalSeconds } = load;
    const lags = Object.entries(load.lagRecordsByGroup).map(([group, lag]) => `${group} ${countText(lag)} behind`);
    const figures = [
      `sent ${rateText(load.sentPerSecond)}/s`,
      `acknowledged ${rateText(load.acknowledgedPerSecond)}/s`,
      ...(load.publishP99Us === undefined ? [] : [`p99 ${(load.publishP99Us / 1000).toFixed(1)} ms`]),
      ...(load.failedRecords > 0 ? [`${countText(load.failedRecords)} given up`] : []),
      ...lags,
    ].join(' · ');
    const seconds = `${elapsedSeconds.toFixed(0)}/${totalSeconds.toFixed(0)} s`;
    if (this.lines.isLive) {
      const left = Math.max(0, Math.round(totalSeconds - elapsedSeconds));
      this.#rewrite(`${barText(elapsedSeconds / totalSeconds)} ${PHASES[phase]} ${seconds}${left > 0 ? `, ${durationText(left)} left` : ''} · ${figures}`);
    } else if (elapsedSeconds - this.#printedAtSecond >= PLAIN_INTERVAL_SECONDS) {
      this.#printedAtSecond = elapsedSeconds;
      this.lines.print(`${PHASES[phase]} ${seconds} · ${figures}`);
    }
  }

  #rewrite(text: string): void {
    this.lines.show([...(this.#above === undefined ? [] : [this.#above()]), text]);
  }
}

/** `████████▌·······`: the share of the load's time that is over. */
export function barText(share: number): string {
  const halves = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * BAR_WIDTH * 2);
  const full = '█'.repeat(Math.floor(halves / 2));
  return `${full}${halves % 2 === 1 ? '▌' : ''}`.padEnd(BAR_WIDTH, '·');
}
