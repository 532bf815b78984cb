/** What a run tells while it goes on: one line that is rewritten on a terminal, a line every few seconds elsewhere. Goes to stderr. */
import type { RunPhase, RunProgress } from '../bench/run-progress.ts';
import { countText, rateText } from '../results/render/number-text.ts';

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
const CLEAR_LINE = '\r\u001b[2K';

export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #isTerminal: boolean;
  /** A broker's own lines are for the one who looks for something. */
  readonly #showsBrokerLines: boolean;
  #line = '';
  #printedAtSecond = Number.NEGATIVE_INFINITY;

  constructor(stream: NodeJS.WriteStream, options: { showsBrokerLines: boolean }) {
    this.#stream = stream;
    this.#isTerminal = stream.isTTY === true;
    this.#showsBrokerLines = options.showsBrokerLines;
  }

  readonly show = (progress: RunProgress): void => {
    if (progress.kind === 'event') {
      if (this.#showsBrokerLines || !/^broker \d+: /.test(progress.sentence)) this.#print(progress.sentence);
    } else if (progress.kind === 'phase') {
      const text = `${PHASES[progress.phase]}${progress.detail === '' ? '' : `: ${progress.detail}`}`;
      if (this.#isTerminal) this.#rewrite(text);
      else if (progress.phase !== 'closing') this.#print(text);
    } else {
      this.#showLoad(progress);
    }
  };

  /** Leaves the line empty for what comes next. */
  end(): void {
    if (this.#isTerminal && this.#line !== '') this.#stream.write(CLEAR_LINE);
    this.#line = '';
  }

  #showLoad(load: Extract<RunProgress, { kind: 'load' }>): void {
    const lags = Object.entries(load.lagRecordsByGroup).map(([group, lag]) => `${group} ${countText(lag)} behind`);
    const parts = [
      `${PHASES[load.phase]} ${load.elapsedSeconds.toFixed(0)}/${load.totalSeconds.toFixed(0)} s`,
      `sent ${rateText(load.sentPerSecond)}/s`,
      `acknowledged ${rateText(load.acknowledgedPerSecond)}/s`,
      ...(load.publishP99Us === undefined ? [] : [`p99 ${(load.publishP99Us / 1000).toFixed(1)} ms`]),
      ...(load.failedRecords > 0 ? [`${countText(load.failedRecords)} given up`] : []),
      ...lags,
    ];
    if (this.#isTerminal) this.#rewrite(parts.join(' · '));
    else if (load.elapsedSeconds - this.#printedAtSecond >= PLAIN_INTERVAL_SECONDS) {
      this.#printedAtSecond = load.elapsedSeconds;
      this.#print(parts.join(' · '));
    }
  }

  #rewrite(text: string): void {
    this.#line = text.slice(0, Math.max(20, (this.#stream.columns || 80) - 1));
    this.#stream.write(`${CLEAR_LINE}${this.#line}`);
  }

  #print(text: string): void {
    this.#stream.write(this.#isTerminal ? `${CLEAR_LINE}${text}\n${this.#line}` : `${text}\n`);
  }
}
