import { HistogramLogReader } from 'hdr-histogram-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramLog } from '../../../results/export/histogram-log.ts';
import { ombJson } from '../../../results/export/omb-json.ts';
import { secondsCsv } from '../../../results/export/seconds-csv.ts';
import { decodeHistogram, histogramRecords } from '../../../results/export/stored-histograms.ts';
import { LatencyHistogram } from '../../../results/histogram.ts';
import { closedLoopRun, runWithoutRecords, sampleRun } from '../sample-run.ts';

/** RFC 4180, as a reader would. */
function csvRows(text: string): string[][] {
  return text.trimEnd().split('\r\n').map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, -1).map(([, cell = '']) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)));
}

describe('secondsCsv', () => {
  it('has one line a second with the values as they are stored', () => {
    const run = sampleRun();
    const [head = [], ...rows] = csvRows(secondsCsv(run));
    expect(rows).toHaveLength(run.measured.seconds.length);
    for (const [at, row] of rows.entries()) {
      const cell = Object.fromEntries(head.map((name, column) => [name, row[column]]));
      const second = run.measured.seconds[at];
      expect(cell['second']).toBe(String(second?.second));
      expect(cell['acknowledgedRecords']).toBe(String(second?.acknowledgedRecords));
      expect(cell['p99Us']).toBe(second?.p99Us === null ? '' : String(second?.p99Us));
      expect(cell['lagRecords.realtime']).toBe(String(second?.lagRecordsByGroup['realtime']));
    }
    const measuredCount = rows.filter((row) => row[1] === '1').length;
    expect(measuredCount).toBe(run.measured.measureEndSecond - run.measured.measureStartSecond);
  });

  it('keeps a group called with commas and quotes in one field', () => {
    const run = sampleRun();
    const name = 'a,"b"';
    const seconds = run.measured.seconds.map((second) => ({ ...second, lagRecordsByGroup: { [name]: 1 }, consumedRecordsByGroup: { [name]: 2 } }));
    const [head = []] = csvRows(secondsCsv({ ...run, configuration: { ...run.configuration, groups: [] }, measured: { ...run.measured, seconds } }));
    expect(head).toContain(`lagRecords.${name}`);
  });
});

describe('a histogram as percentile text', () => {
  it('has the columns of HdrHistogram, rising values and percentiles, and the counts', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 200 }), (latenciesUs) => {
        const histogram = new LatencyHistogram();
        for (const latencyUs of latenciesUs) histogram.record(latencyUs);
        const lines = histogram.toHgrm().split('\n');
        expect(lines[0]?.trim().split(/\s+/)).toEqual(['Value', 'Percentile', 'TotalCount', '1/(1-Percentile)']);
        const rows = lines.filter((line) => /^\s*[\d.]+\s+[\d.]+\s+\d+/.test(line)).map((line) => line.trim().split(/\s+/).map(Number));
        for (const [at, [value = 0, percentile = 0, count = 0]] of rows.entries()) {
          const [before = 0, percentileBefore = 0, countBefore = 0] = rows[at - 1] ?? [];
          expect(value).toBeGreaterThanOrEqual(before);
          expect(percentile).toBeGreaterThanOrEqual(percentileBefore);
          expect(count).toBeGreaterThanOrEqual(countBefore);
        }
        expect(rows.at(-1)?.[2]).toBe(latenciesUs.length);
        const largest = Math.max(...latenciesUs) / 1000;
        expect(Math.abs((rows.at(-1)?.[0] as number) - largest) / largest).toBeLessThan(0.002);
        expect(lines.some((line) => line.startsWith('#[Mean'))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('is there for every latency of a run, by the name that its flag takes', () => {
    expect([...histogramRecords(sampleRun()).keys()]).toEqual(['publish', 'schedule-delay', 'batching', 'request', 'end-to-end:realtime', 'end-to-end:sink']);
  });

  it('says that a histogram is damaged instead of drawing it', () => {
    const { publish } = sampleRun().measured.latency;
    expect(decodeHistogram({ ...publish, hdrBase64: `${publish.hdrBase64.slice(0, 40)}AAAA` })).toMatchObject({ kind: 'damaged' });
    expect(decodeHistogram({ ...publish, summary: { ...publish.summary, count: 7 } })).toMatchObject({ kind: 'damaged', reason: expect.stringContaining('its summary says 7') });
  });
});

describe('ombJson', () => {
  it('has OMB’s names, rates by second of the measured window, and latencies in milliseconds', () => {
    const run = sampleRun();
    const result = JSON.parse(ombJson(run)) as Record<string, unknown>;
    const { summary } = run.measured.latency.publish;
    expect(result['aggregatedPublishLatency99pct']).toBe((summary.p99Us as number) / 1000);
    expect(result['aggregatedPublishLatencyAvg']).toBe((summary.meanUs as number) / 1000);
    const windowSeconds = run.measured.measureEndSecond - run.measured.measureStartSecond;
    for (const name of ['publishRate', 'consumeRate', 'backlog', 'publishLatency99pct']) expect(result[name]).toHaveLength(windowSeconds);
    const quantiles = result['aggregatedPublishLatencyQuantiles'] as Record<string, number>;
    expect(Object.keys(quantiles)).toContain('99.9');
    expect(quantiles['99.9']).toBeCloseTo((summary.p999Us as number) / 1000, 1);
    expect(result).not.toHaveProperty('publishLatency75pct');
  });

  it('keeps publish delay in microseconds, as OMB does, and end-to-end latency in milliseconds', () => {
    const run = sampleRun();
    const result = JSON.parse(ombJson(run)) as Record<string, unknown>;
    const [delay, endToEnd] = [run.measured.latency.scheduleDelay.summary, run.measured.groups[0]?.endToEnd.summary];
    expect(result).toMatchObject({ aggregatedPublishDelayLatency99pct: delay.p99Us, aggregatedPublishDelayLatencyAvg: delay.meanUs, aggregatedEndToEndLatency99pct: (endToEnd?.p99Us as number) / 1000 });
    expect((result['aggregatedPublishDelayLatencyQuantiles'] as Record<string, number>)['100']).toBe(delay.maxUs);
  });

  it('has every aggregate of OMB for each of the three latencies', () => {
    const names = Object.keys(JSON.parse(ombJson(sampleRun())) as object);
    for (const latency of ['PublishLatency', 'PublishDelayLatency', 'EndToEndLatency']) {
      for (const statistic of ['Avg', '50pct', '75pct', '95pct', '99pct', '999pct', '9999pct', 'Max', 'Quantiles']) expect(names).toContain(`aggregated${latency}${statistic}`);
    }
    expect(names).toEqual(expect.arrayContaining(['workload', 'driver', 'messageSize', 'topics', 'partitions', 'producersPerTopic', 'consumersPerTopic', 'publishRate', 'publishErrorRate', 'consumeRate', 'backlog']));
  });

  it('leaves out what was not measured', () => {
    expect(JSON.parse(ombJson(closedLoopRun()))).not.toHaveProperty('backlog');
    expect(JSON.parse(ombJson(runWithoutRecords()))).not.toHaveProperty('aggregatedPublishLatency99pct');
  });
});

describe('histogramLog', () => {
  it('is read by HdrHistogram\'s own reader, one tagged histogram a stage', () => {
    const run = sampleRun();
    const reader = new HistogramLogReader(histogramLog(run));
    const seen: [string, number, number][] = [];
    for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram()) seen.push([next.tag, next.totalCount, next.getValueAtPercentile(99)]);
    expect(seen.map(([tag]) => tag)).toEqual(['publish', 'schedule-delay', 'batching', 'request', 'end-to-end:realtime', 'end-to-end:sink']);
    const { summary } = run.measured.latency.publish;
    expect(seen[0]?.[1]).toBe(summary.count);
    expect(Math.abs((seen[0]?.[2] as number) / (summary.p99Us as number) - 1)).toBeLessThan(0.002);
  });

  it('names what it leaves out, and no name in it ends a line or a field', () => {
    const run = sampleRun();
    const { publish } = run.measured.latency;
    const [group] = run.measured.groups;
    if (group === undefined) throw new Error('no group');
    const measured = { ...run.measured, latency: { ...run.measured.latency, publish: { ...publish, hdrBase64: 'AAAA' } }, groups: [{ ...group, name: 'a, b' }] };
    const lines = histogramLog({ ...run, measured, configuration: { ...run.configuration, name: 'x]\ny' } }).trimEnd().split('\n');
    expect(lines.find((line) => line.startsWith('#[publish is left out'))).toBeDefined();
    expect(lines.filter((line) => !line.startsWith('#') && !line.startsWith('"')).map((line) => line.split(',')[0])).toEqual(['Tag=schedule-delay', 'Tag=batching', 'Tag=request', 'Tag=end-to-end:a_b']);
    expect(lines[1]).toContain('x y;');
  });
});
