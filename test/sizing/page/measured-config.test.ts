/** What runs and samples measured, in the file that a page offers: read again it gives the same inputs, and says which it cannot hold. */
import { describe, expect, it } from 'vitest';
import type { PlanQuantity } from '../../../results/plan-record.ts';
import { readSizingConfig, type MeasuredInputs } from '../../../sizing/config-file.ts';
import { measuredRecords, withMeasurements } from '../../../sizing/measured/measured-inputs.ts';
import { measurementsOf, type Measurements } from '../../../sizing/measured/measurements.ts';
import { configText } from '../../../sizing/page/config-text.ts';
import { changedInputs, type Changes } from '../../../sizing/page/controls.ts';
import { givenText } from '../../../sizing/page/given-text.ts';
import { wholeConfig } from '../../../sizing/page/whole-config.ts';
import { planFor } from '../../../sizing/plan.ts';
import { input, type SizingInputs } from '../../../sizing/sizing-inputs.ts';
import { parseQuantity } from '../../../sizing/units.ts';
import { pricedRun, variedRuns } from '../measured/priced-runs.ts';

const CONFIG = `topics:
  clicks:
    rate: { average: 40k/s, peak: 100k/s }
    key: session
    groups: { reader-0: {}, reader-1: { value: 2k/s, source: assumed }, reader-2: { serviceTime: 1 ms }, reader-3: 7k/s }
latency: { objective: 50 ms }
hardware: measured
`;

const WORKED = new Map([0, 1, 2, 3].map((at) => [`reader-${at}`, { value: 4321.0987, low: 4000 + 1 / 3, high: 5000, runCount: 2, runId: '20260805-120001-aaaaaa', method: 'busy time of its members' }]));

function measured(): Measurements {
  const loadCurve = measurementsOf([[20_000, 12_000], [60_000, 13_000], [120_000, 40_000]].map(([rate = 0, p99Us = 0], at) => pricedRun(`20260805-12000${at}-aaaaaa`, { rate, p99Us })));
  const runs = measurementsOf([...variedRuns([0.2, -0.2, 0.1, -0.1, 0.2, -0.2, 0.1, -0.1, 0.15, -0.15]), pricedRun('20260805-120020-aaaaaa', { rate: 50_000, partitions: 1, load: 'closed' })]);
  if (runs === null || loadCurve === null) throw new Error('these runs measure something');
  return { ...runs, latency: loadCurve.latency, consumerRates: WORKED };
}

function quantitiesOf(node: unknown): PlanQuantity[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('id' in node && 'unit' in node) return [node as PlanQuantity];
  return Object.values(node).flatMap(quantitiesOf);
}

/** Of what differs, the ids: values and ranges to nine digits, and where they come from. */
function differing(a: SizingInputs, b: SizingInputs): string[] {
  const [left, right] = [quantitiesOf(a), new Map(quantitiesOf(b).map((each) => [each.id, each]))];
  const near = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-9 * Math.abs(one);
  return left.filter((each) => {
    const other = right.get(each.id);
    return other === undefined || !near(each.value, other.value) || !near(each.low, other.low) || !near(each.high, other.high) || each.source !== other.source || (each.source === 'measured' && (each.why !== other.why || each.runId !== other.runId || each.date !== other.date));
  }).map(({ id }) => id);
}

function filledBy(measurements: Measurements, text = CONFIG): SizingInputs {
  return withMeasurements(readSizingConfig(text, { measured: measuredRecords(measurements) }), measurements);
}

const withText = (inputs: SizingInputs, { changes = new Map(), text = CONFIG }: { changes?: Changes; text?: string } = {}): string => configText(wholeConfig(text), inputs, changes);

describe('the file of a plan that rests on runs', () => {
  const measurements = measured();
  const inputs = filledBy(measurements);
  const written = withText(inputs);

  it('gives, read alone, every measured input that has a setting, with its range, reason, run and date', () => {
    const measuredIds = quantitiesOf(inputs).filter(({ source }) => source === 'measured').map(({ id }) => id);
    expect(measuredIds).toEqual(expect.arrayContaining(['clicks.record.size', 'clicks.compression', 'clicks.partition.rate', 'clicks.reader-0.consumer.rate', 'clicks.reader-1.consumer.rate', 'cpu.write', 'cpu.read', 'cpu.request']));
    const read = readSizingConfig(written);
    expect(differing(inputs, read).toSorted()).toEqual(['cpu.batch', 'cpu.fetch', 'cpu.idle', 'cpu.link', 'cpu.unseen', ...(measurements.fetchRound === null ? [] : ['fetch.round'])]);
    expect(read.cluster.latency?.curve).toHaveLength(3);
    for (const [at, { utilization, seconds }] of (inputs.cluster.latency?.curve ?? []).entries()) {
      expect(read.cluster.latency?.curve?.[at]?.utilization).toBeCloseTo(utilization, 10);
      expect(read.cluster.latency?.curve?.[at]?.seconds).toBeCloseTo(seconds, 10);
    }
  });

  it('keeps what the file gave', () => {
    const read = readSizingConfig(written);
    expect(read.topics[0]?.groups.map(({ consumerRate }) => [consumerRate.source, consumerRate.value])).toEqual([['measured', 4321.0987], ['measured', 4321.0987], ['given', 1000], ['given', 7000]]);
  });

  it('names in its first lines what has no setting, and that the runs must be named again for it', () => {
    const remarks = written.split('\n').filter((line) => line.startsWith('#'));
    expect(written.startsWith('# What was measured and has a setting is written below.')).toBe(true);
    expect(remarks).toEqual(expect.arrayContaining(['#   processor time for a batch, each time it is appended or read', '#   processor time for a fetch, at one end', '#   processors busy without load', expect.stringContaining('how far the runs went')]));
    expect(remarks.at(-1)).toContain('headroom size FILE --from RUNS');
  });

  it('gives the same inputs and the same plan with the runs named again', () => {
    const read = filledBy(measurements, written);
    expect(differing(inputs, read)).toEqual([]);
    expect(read.measuredMost).toEqual(inputs.measuredMost);
    const decisions = (of: SizingInputs) => planFor(of, { draws: 200, isBrief: true }).decisions.map(({ id, value }) => [id, value]);
    expect(decisions(read)).toEqual(decisions(inputs));
  });

  it('has what was asked in the place of what was measured', () => {
    const changes = new Map([['clicks.reader-0.consumer.rate', '9k/s'], ['clicks.partition.rate', '20 MB/s'], ['clicks.compression', '2.5'], ['clicks.record.size', '300 B'], ['broker.cores', '16']]);
    const read = filledBy(measurements, withText(inputs, { changes }));
    expect(differing(changedInputs(inputs, changes), read)).toEqual([]);
    expect(read.cluster.cores.value).toBe(16);
  });

  it('gives the rate that the plan was made for where a throughput after compression was given', () => {
    const text = 'topics: { clicks: { throughput: 30 MB/s, throughputIs: after compression, recordSize: 240 B } }\n';
    const of = filledBy(measurements, text);
    expect(readSizingConfig(withText(of, { text })).topics[0]?.peakRate.value).toBeCloseTo(of.topics[0]?.peakRate.value ?? 0, 4);
  });

  it('says what was seen of a partition that reached no limit', () => {
    const seen = measurementsOf([pricedRun('20260805-120000-aaaaaa', { rate: 800_000, partitions: 1 })]) as Measurements;
    const of = filledBy(seen);
    const { partitionBytesPerSecond } = readSizingConfig(withText(of)).topics[0] as SizingInputs['topics'][number];
    expect(partitionBytesPerSecond).toEqual(of.topics[0]?.partitionBytesPerSecond);
    expect(partitionBytesPerSecond).toMatchObject({ source: 'assumed', value: 48e6, why: expect.stringContaining('which is no limit') });
  });

  it('has no remark, no price and no partition rate where nothing was measured', () => {
    const text = CONFIG.replace('hardware: measured\n', '').replace('key: session', 'recordSize: 240 B');
    expect(withText(readSizingConfig(text), { text })).not.toMatch(/#|cpuPer|partitionRate|hardware/);
  });
});

it('the file of a plan that rests on a sample holds its keys, whose skew can be changed', () => {
  const quantity = (id: string, value: number, unit: 'count' | 'ratio', range: { low?: number; high?: number } = {}) => input(id, id === 'key.count' ? 'keys' : 'Zipf exponent of the keys', value, unit, { source: 'measured', why: 'over 1,000 records: "some" of them', ...range });
  const sampled: MeasuredInputs = { topic: { recordBytes: input('record.size', 'record size', 230.25, 'bytes', { source: 'measured', why: 'mean' }), keys: { kind: 'law', name: 'user', count: quantity('key.count', 123_457, 'count'), exponent: quantity('key.zipf', 0.8123, 'ratio', { low: 0, high: 1.2 }) } } };
  const text = 'topics: { clicks: { rate: 1k/s, key: session } }\n';
  const inputs = readSizingConfig(text, { measured: sampled });
  expect(differing(inputs, readSizingConfig(withText(inputs, { text })))).toEqual([]);
  expect(readSizingConfig(withText(inputs, { text })).topics[0]?.keys).toMatchObject({ kind: 'law', name: 'session' });
  const changes = new Map([['clicks.key.zipf', '0.4']]);
  expect(differing(changedInputs(inputs, changes), readSizingConfig(withText(inputs, { text, changes })))).toEqual([]);
  expect(withText(inputs, { text })).not.toContain('#');
  const named = text.replace('key: session', 'key: session, sample: events.jsonl');
  const kept = withText(readSizingConfig(named, { measured: sampled }), { text: named });
  expect(kept).toMatch(/^# A sample is found from where this file lies: .*, whose figures are below\.\n/);
  expect(kept).toContain('    sample: events.jsonl\n');
  // The figures below stand without it.
  expect(differing(inputs, readSizingConfig(kept.replace(/ +sample: .*\n/, '')))).toEqual([]);
});

it.each([[3.2e-10], [4.567e-8], [0.000_35], [0.025], [0]])('%f seconds of processor time are written so that they are read back', (seconds) => {
  const text = givenText(seconds, 'seconds');
  expect(Math.abs(parseQuantity(text, 'seconds') - seconds)).toBeLessThanOrEqual(1e-9 * seconds);
});
