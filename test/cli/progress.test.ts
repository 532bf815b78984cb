/** What a terminal shows of a run and an experiment, by a terminal of one's own that knows the sequences in use; and what a log gets instead. */
import { describe, expect, it } from 'vitest';
import type { RunProgress } from '../../bench/run-progress.ts';
import { ExperimentProgressText } from '../../cli/experiment-progress.ts';
import type { LineStream } from '../../cli/live-lines.ts';
import { barText, ProgressLine } from '../../cli/progress-line.ts';
import { sampleRun } from '../results/sample-run.ts';

class Terminal implements LineStream {
  readonly isTTY: boolean;
  readonly columns = 100;
  readonly #rows = [''];
  #row = 0;
  raw = '';

  constructor(isTTY = true) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.raw += text;
    for (const [token] of text.matchAll(/\u001b\[2K|\u001b\[1A|\r|\n|[^\u001b\r\n]+/g)) {
      if (token === '\n') this.#rows[++this.#row] ??= '';
      else if (token === '\u001b[1A') this.#row--;
      else if (token === '\u001b[2K') this.#rows[this.#row] = '';
      else if (token !== '\r') this.#rows[this.#row] = `${this.#rows[this.#row]}${token}`;
    }
  }

  get screen(): string[] {
    return this.#rows.filter((row, at) => row !== '' || at < this.#row);
  }
}

function load(elapsedSeconds: number, changes: Partial<Extract<RunProgress, { kind: 'load' }>> = {}): RunProgress {
  return { kind: 'load', phase: 'measuring', elapsedSeconds, totalSeconds: 20, sentPerSecond: 50_010, acknowledgedPerSecond: 49_990, publishP99Us: 12_345, failedRecords: 0, lagRecordsByGroup: { sink: 1200 }, ...changes };
}

const ENDED = { kind: 'runEnded', run: { ...sampleRun(), repeat: { experimentId: 'e', experiment: 'acks', variant: 'acks=all', block: 1, position: 1 } } } as const;

function starts(runNumber: number, variant: string): Parameters<ExperimentProgressText['show']>[0] {
  return { kind: 'runStarts', repeat: { experimentId: 'e', experiment: 'acks', variant, block: 1, position: runNumber }, runNumber, runCount: 6, blockCount: 3, remainingSeconds: 95 };
}

describe('a run on a terminal', () => {
  it('is one line with its bar, phase, time, rates, p99, errors and lag, always the same one', () => {
    const terminal = new Terminal();
    const progress = new ProgressLine(terminal, { showsBrokerLines: false, environment: {} });
    progress.show({ kind: 'phase', phase: 'measuring', detail: '' });
    progress.show(load(5));
    progress.show(load(10, { failedRecords: 7 }));
    expect(terminal.screen).toEqual(['████████········ measuring 10/20 s, 10 s left · sent 50,010/s · acknowledged 49,990/s · p99 12.3 ms']);
  });

  it('lets events stand above it, and leaves nothing of itself behind', () => {
    const terminal = new Terminal();
    const progress = new ProgressLine(terminal, { showsBrokerLines: false, environment: {} });
    progress.show(load(5));
    progress.show({ kind: 'event', sentence: 'broker 2 is killed' });
    progress.show({ kind: 'event', sentence: 'broker 2: a line of its own' });
    expect(terminal.screen[0]).toBe('broker 2 is killed');
    expect(terminal.screen).toHaveLength(2);
    progress.end();
    expect(terminal.screen).toEqual(['broker 2 is killed']);
    expect(terminal.raw).not.toMatch(/\u001b\[\?/);
  });
});

describe('an experiment on a terminal', () => {
  it('has a line of the whole above the run under way: run, block, variant, time left, the run before', () => {
    const terminal = new Terminal();
    const progress = new ExperimentProgressText(terminal, { showsBrokerLines: false, environment: {} });
    progress.show(starts(1, 'acks=all'));
    progress.showRun(load(5));
    progress.show(ENDED);
    progress.show(starts(2, 'acks=1'));
    progress.showRun(load(10));
    const [above, run] = terminal.screen.slice(-2);
    expect(above).toMatch(/^run 2 of 6 · block 1 of 3 · acks=1 · about 1 min 3[45] s left · last: acks=all 100,000 records\/s/);
    expect(run).toMatch(/^████████········ measuring 10\/20 s/);
    progress.end();
    expect(terminal.screen).toEqual([expect.stringContaining('run 1 of 6: acks=all'), expect.stringMatching(/^ {4}100,000 records/), expect.stringContaining('run 2 of 6: acks=1')]);
  });
});

describe('elsewhere than on a terminal', () => {
  it.each<[string, Terminal, NodeJS.ProcessEnv]>([
    ['a pipe', new Terminal(false), {}],
    ['a CI', new Terminal(), { CI: 'true' }],
    ['a dumb terminal', new Terminal(), { TERM: 'dumb' }],
  ])('%s gets plain lines, at most one in five seconds of load', (_what, terminal, environment) => {
    const progress = new ProgressLine(terminal, { showsBrokerLines: false, environment });
    for (let second = 1; second <= 20; second++) progress.show(load(second));
    progress.end();
    expect(terminal.raw).not.toContain('\u001b');
    expect(terminal.raw.trimEnd().split('\n')).toHaveLength(4);
  });

  it('an experiment is two lines a run', () => {
    const terminal = new Terminal(false);
    const progress = new ExperimentProgressText(terminal, { showsBrokerLines: false, environment: {} });
    progress.show(starts(1, 'acks=all'));
    for (let second = 1; second <= 20; second++) progress.showRun(load(second));
    progress.show(ENDED);
    progress.end();
    expect(terminal.raw.trimEnd().split('\n')).toHaveLength(2);
  });
});

it('the bar has one length whatever the share, a broken one included', () => {
  for (const share of [0, 0.03, 0.5, 1, 7, -1, Number.NaN]) expect([...barText(share)]).toHaveLength(16);
  expect(barText(0.53)).toBe('████████▌·······');
});
