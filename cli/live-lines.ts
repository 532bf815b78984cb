/**
 * A few lines at the bottom of a terminal that are rewritten in place, and lines that stay above them. Where the output is no terminal (also
 * a CI's, or a dumb one) only what stays is written. The cursor is never hidden and no mode is changed: whatever ends the process, the terminal is as it was.
 */

export interface LineStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR = '\r\u001b[2K';
const UP_AND_CLEAR = '\u001b[1A\u001b[2K';
const WIDTH_DEFAULT = 80;
const WIDTH_MIN = 20;

export class LiveLines {
  readonly isLive: boolean;
  readonly #stream: LineStream;
  #shown: readonly string[] = [];

  constructor(stream: LineStream, environment: NodeJS.ProcessEnv = process.env) {
    this.#stream = stream;
    const isCi = environment['CI'] !== undefined && environment['CI'] !== '' && environment['CI'] !== 'false';
    this.isLive = stream.isTTY === true && !isCi && environment['TERM'] !== 'dumb';
  }

  /** Instead of those that are shown. */
  show(lines: readonly string[]): void {
    if (!this.isLive) return;
    // A line that wraps would be two, and the next rewrite would miss one of them.
    const width = Math.max(WIDTH_MIN, this.#stream.columns ?? WIDTH_DEFAULT) - 1;
    const cut = lines.map((line) => [...line].slice(0, width).join(''));
    this.#stream.write(`${this.#clear()}${cut.join('\n')}`);
    this.#shown = cut;
  }

  /** Stays, above the live lines. */
  print(line: string): void {
    if (!this.isLive) this.#stream.write(`${line}\n`);
    else this.#stream.write(`${this.#clear()}${line}\n${this.#shown.join('\n')}`);
  }

  /** Leaves the line empty for what comes next. */
  end(): void {
    if (this.isLive && this.#shown.length > 0) this.#stream.write(this.#clear());
    this.#shown = [];
  }

  #clear(): string {
    return this.#shown.length === 0 ? '' : `${CLEAR}${UP_AND_CLEAR.repeat(this.#shown.length - 1)}`;
  }
}
