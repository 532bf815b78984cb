import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { visibleWidth } from '../../../results/render/page.ts';
import { runListText } from '../../../results/render/run-list-text.ts';
import { runText } from '../../../results/render/run-text.ts';
import type { Run } from '../../../results/run.ts';
import { closedLoopRun, damagedLogRun, externalRun, faultRun, histogramOf, latencies, runWithoutRecords, sampleRun } from '../sample-run.ts';

const RUNS: Readonly<Record<string, () => Run>> = {
  complete: sampleRun,
  'without records': runWithoutRecords,
  'closed loop': closedLoopRun,
  'external target': externalRun,
  fault: faultRun,
  'damaged log': damagedLogRun,
  'huge numbers': hugeRun,
};

const names = Object.keys(RUNS);

function textOf(run: Run, width = 100): string {
  return runText(run, { width, isColored: false });
}

/** Without line breaks and columns. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

/** The words on the line that begins with `label`. */
function lineOf(text: string, label: string): string {
  const line = text.split('\n').find((candidate) => candidate.trim().startsWith(label));
  return (line ?? `no line begins with ${label}`).trim().replaceAll(/\s+/g, ' ');
}

describe('runText', () => {
  it.each(names)('%s: no line is wider than the width, with or without colours', (name) => {
    const run = (RUNS[name] as () => Run)();
    for (const width of [80, 100, 120]) {
      for (const isColored of [false, true]) {
        const wide = runText(run, { width, isColored }).split('\n').filter((line) => visibleWidth(line) > width);
        expect(wide, `width ${width}`).toEqual([]);
      }
    }
  });

  it.each(names)('%s: shows no NaN, undefined, Infinity or null', (name) => {
    expect(textOf((RUNS[name] as () => Run)())).not.toMatch(/NaN|undefined|Infinity|null|\[object/);
  });

  it.each(names)('%s: colours add nothing to the text', (name) => {
    const run = (RUNS[name] as () => Run)();
    const colored = runText(run, { width: 100, isColored: true });
    expect(stripVTControlCharacters(colored)).toBe(textOf(run));
  });

  it('says what was offered, achieved and sent', () => {
    const text = textOf(sampleRun());
    expect(lineOf(text, 'offered')).toBe('offered 100,000 records/s');
    expect(lineOf(text, 'achieved')).toBe('achieved 100,000 records/s 100 % of the offered rate');
    expect(lineOf(text, 'on the wire')).toBe('on the wire 71.3 MB 3.57 MB/s');
    expect(lineOf(text, 'compression ratio')).toContain('6.12');
    expect(lineOf(text, 'records per batch')).toBe('records per batch 64.0 records');
  });

  it('says loudly that the offered rate was not sustained', () => {
    const run = sampleRun();
    const text = textOf({ ...run, measured: { ...run.measured, throughput: { ...run.measured.throughput, achievedPerSecond: 91_000 } } });
    expect(lineOf(text, 'achieved')).toBe('achieved 91,000 records/s 91 % of the offered rate: not sustained');
  });

  it('says at the top and at the bottom that a run is partial or failed', () => {
    for (const [run, words] of [[runWithoutRecords(), 'PARTIAL RUN: interrupted by SIGINT'], [damagedLogRun(), 'FAILED RUN: broker 2 ended with exit code 1. The']] as const) {
      const lines = textOf(run).trimEnd().split('\n');
      expect(lines.slice(0, 5).join('\n')).toContain(words);
      expect(lines.slice(-4).join('\n')).toContain(words);
    }
    expect(textOf(sampleRun())).not.toMatch(/PARTIAL|FAILED/);
  });

  it('shows what was not measured as a dash', () => {
    const text = textOf(runWithoutRecords());
    expect(lineOf(text, 'publish  ')).toBe('publish – – – – – 0');
    expect(lineOf(text, 'compression ratio')).toContain('–');
  });

  it('shows samples above the histogram\'s range as such', () => {
    const run = sampleRun();
    const publish = histogramOf([...latencies({ seed: 3, count: 50, medianUs: 1000, sigma: 0.1 }), ...Array.from({ length: 50 }, () => 5e9)]);
    const text = textOf({ ...run, measured: { ...run.measured, latency: { ...run.measured.latency, publish } } });
    expect(lineOf(text, 'publish  ')).toMatch(/^publish 1\.\d+ ms >4,295 s >4,295 s >4,295 s >4,295 s 100$/);
    expect(lineOf(text, 'above 4,295 s')).toMatch(/50 100\.000 %$/);
    expect(text).toContain('50 of 100 samples lie above 4,295 s');
  });

  it('draws every sample of the histogram once, and says which percentile lies where', () => {
    const run = sampleRun();
    const samples = [...Array.from({ length: 900 }, () => 1500), ...Array.from({ length: 99 }, () => 40_000), 900_000];
    const text = textOf({ ...run, measured: { ...run.measured, groups: [], latency: { ...run.measured.latency, publish: histogramOf(samples) } } });
    const rows = text.split('\n').filter((line) => / – .*%/.test(line)).map((line) => line.trim().replaceAll(/[█▏▎▍▌▋▊▉]+/g, '').split(/ {2,}/));
    expect(rows.filter(([, count]) => count !== '0')).toEqual([
      ['1 ms – 2 ms', '900', '90.000 %', 'p50 p90'],
      ['20 ms – 50 ms', '99', '99.900 %', 'p99 p99.9'],
      ['500 ms – 1 s', '1', '100.000 %'],
    ]);
  });

  it('says that a stored histogram is damaged, and prints the rest', () => {
    const run = sampleRun();
    const { publish } = run.measured.latency;
    for (const hdrBase64 of ['garbage!', publish.hdrBase64.slice(0, 40), histogramOf([1, 2, 3]).hdrBase64]) {
      const text = textOf({ ...run, measured: { ...run.measured, latency: { ...run.measured.latency, publish: { ...publish, hdrBase64 } } } });
      expect(text).toContain('The stored histogram is damaged: hdrBase64');
      expect(text).toContain('Verification  PASSED');
    }
  });

  it('shows the dip and the marks of a killed broker in the second in which they fell', () => {
    const lines = textOf(faultRun()).split('\n');
    const strip = (label: string): string => (lines.find((line) => line.startsWith(`  ${label}`)) ?? '').slice(18);
    expect(strip('records/s').slice(0, 26)).toBe('██████████▁██████████████▁');
    expect(strip('events').indexOf('K')).toBe(10);
    expect(strip('events').indexOf('R')).toBe(15);
    expect(strip('second').indexOf('10')).toBe(10);
    expect(lines.join(' ')).toMatch(/lowest rate 12,345 records\/s in second 10, highest p99 812 ms in second 10/);
  });

  it('keeps a dip of one second visible when a column holds many seconds', () => {
    const run = sampleRun();
    const [second] = run.measured.seconds;
    const seconds = Array.from({ length: 3600 }, (_, at) => ({ ...(second as NonNullable<typeof second>), second: at, acknowledgedRecords: at === 1234 ? 0 : 100_000 }));
    const text = textOf({ ...run, measured: { ...run.measured, seconds, measureEndSecond: 3600 } });
    expect(text).toMatch(/ {2}records\/s {7}█+_█+ /);
    expect(text).toContain('lowest rate 0 records/s in second 1234');
  });

  it('tells a fault as moments: the kill, new leaders, in-sync sets, the return', () => {
    const text = flat(textOf(faultRun(), 120));
    expect(text).toContain('10.00 +0.00 s broker 2 killed with SIGKILL; it led 7 partitions (1, 4, 7, 10, 13, 16, 19)');
    expect(text).toContain('10.41–10.43 +0.41 s broker 3 leads 7 partitions (1, 4, 7, 10, 13, 16, 19) of clickstream');
    expect(text).toContain('in-sync replicas {1, 3} for 20 partitions (0-19) of clickstream');
    expect(text).toContain('Longest wait for an acknowledgement: 659 ms (partition 19, from 10.00 s to 10.66 s');
  });

  it('tells what a fault did to clients, replicas and groups', () => {
    const text = flat(textOf(faultRun(), 140));
    expect(text).toContain('1. kill -9 of the leading broker, restarted 5 s later: broker 2, 10.00 s to 15.78 s');
    expect(text).toContain('none of the topic for 120 ms, none of partition 19 for 659 ms, while records waited');
    expect(text).toContain('21 ms before, 640 ms during, 22 ms after; back at its level before after 2 s');
    expect(text).toContain('NOT_LEADER_OR_FOLLOWER 33, NETWORK_EXCEPTION 8; no record given up');
    expect(text).toContain('7 leader changes; 20 in-sync sets shrank, the first after 430 ms; all whole again after 6.94 s');
    expect(text).toContain('43,210 caught up in 1 s (142,000 records/s read against 99,000 written; lag / (read - written): 1.01 s by what it took in its first whole second); publish p99 meanwhile 24 ms');
    expect(text).toContain('lag 21,000 before, at most 22,000 records; it did not fall behind');
  });

  it('says how many partitions never got their replica back', () => {
    const run = faultRun();
    const [record] = run.measured.faults ?? [];
    const faults = [{ ...record, isr: { shrunkPartitions: 20, shrunkAfterMs: 430, wholeAfterMs: null, shortPartitionsAtEnd: 3 } }] as NonNullable<typeof run.measured.faults>;
    expect(flat(textOf({ ...run, measured: { ...run.measured, faults } }, 140))).toContain('3 partitions still lacked a replica at the end');
  });

  it('shows a failed verification with the first anomalies, their partition and offset', () => {
    const text = textOf(damagedLogRun());
    expect(lineOf(text, 'Verification')).toBe('Verification FAILED');
    expect(lineOf(text, 'lost  ')).toBe('lost 123 records');
    expect(lineOf(text, 'confirmed')).toBe('confirmed 2,499,874 records 126 are not');
    expect(text).toMatch(/lost +7 +123,456 +123 +acknowledged and not in the log/);
    expect(text).toContain('and 15 more');
  });

  it('shows warnings with effect and remedy above the settings', () => {
    const text = textOf(externalRun());
    expect(text.indexOf('! generator-saturated')).toBeLessThan(text.indexOf('Throughput'));
    expect(lineOf(text, 'remedy')).toBe('remedy use --workers 2, or a machine with more cores, or a lower --rate');
  });

  it('lets no control character of a record reach the terminal', () => {
    expect(textOf(damagedLogRun()).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('runListText', () => {
  it('gives each run a line of its own, the damaged ones with their problem', () => {
    const stored = [
      { kind: 'run', path: 'results/runs/a.json', run: sampleRun() },
      { kind: 'damaged', path: 'results/runs/20260101-cut.json', problems: ['not JSON: Unexpected end of JSON input'] },
      { kind: 'run', path: 'results/runs/b.json', run: { ...runWithoutRecords(), id: '20250805-123456-bbbbbb' } },
    ] as const;
    for (const width of [80, 120]) {
      const lines = runListText(stored, { width, isColored: false }).trimEnd().split('\n');
      expect(lines.map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['run', '20260805-123456-k3x9qd', '20260101-cut', '20250805-123456-bbbbbb']);
      expect(lines.filter((line) => visibleWidth(line) > width)).toEqual([]);
      expect(lines[1]).toMatch(/clickstream +100,000 +18\.6 ms +passed +complete$/);
      expect(lines[3]).toMatch(/ – +no +partial$/);
    }
  });
});

/** Wider than any real run: the report may cut, but must not break its width. */
function hugeRun(): Run {
  const run = faultRun();
  const huge = Number.MAX_SAFE_INTEGER;
  return {
    ...run,
    configuration: { ...run.configuration, name: 'n'.repeat(300), groups: [{ name: 'g'.repeat(249), memberCount: huge, serviceTimeUs: 0, properties: {} }] },
    measured: {
      ...run.measured,
      throughput: { ...run.measured.throughput, acknowledgedRecords: huge, uncompressedBytes: huge, batches: huge, offeredPerSecond: huge, achievedPerSecond: huge },
      groups: run.measured.groups.map((group) => ({ ...group, name: 'g'.repeat(249), records: huge, lagRecordsMax: huge, lagRecordsFinal: huge, rebalances: huge })),
    },
  };
}
