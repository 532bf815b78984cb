import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planText } from '../../results/render/plan-text.ts';
import { readSizingConfig } from '../../sizing/config-file.ts';
import { brokersFor, egressBytesPerSecond, partitionsFor, retainedBytes, wireBytesPerSecond } from '../../sizing/formulas.ts';
import { planFor } from '../../sizing/plan.ts';
import { sizingInputsFromRun, planRun } from '../../sizing/plan-run.ts';
import { closedLoopRun, externalRun, faultRun, runWithoutRecords, sampleRun } from '../results/sample-run.ts';

const example = readFileSync(new URL('../../examples/clickstream-size.yaml', import.meta.url), 'utf8');

function valueOf(text: string, id: string): string {
  return planFor(readSizingConfig(text)).decisions.find((row) => row.id === id)?.value ?? 'none';
}

test('the example gives the decision table of a clickstream at 100,000 events/s', () => {
  const values = Object.fromEntries(planFor(readSizingConfig(example)).decisions.map(({ id, value }) => [id, value]));
  expect(values).toMatchObject({
    partitions: '20',
    'replication.factor': '3',
    'min.insync.replicas': '2',
    'partition.key': 'session_id',
    acks: 'all',
    'enable.idempotence': 'on',
    'compression.type': 'zstd',
    'linger.ms': '10 ms',
    'batch.size': '64 KiB',
    'retention.ms': '7 d',
  });
});

// Published figures; see each source.
test.each([
  ['Rao: 20 MB/s over 3 MB/s a consumer', partitionsFor(20, 3), 7],
  ['Cloudera: 250 over 25', partitionsFor(250, 25), 10],
  ['Cloudera: 1000 over 50', partitionsFor(1000, 50), 20],
  ['10,000 messages/s over 1,000', partitionsFor(10_000, 1000), 10],
  ['exactly 100,000 over 5,000', partitionsFor(100_000, 5000), 20],
  ['Red Hat AMQ: 20 MB/s for 7 days, 3 replicas, GB', retainedBytes(20e6, 7 * 86_400, 3, 0) / 1e9, 36_288],
  ['Redpanda: 75 MB/s, 3 replicas, 1 consumer: MB/s out of the cluster', egressBytesPerSecond(75, 1, 3, 1), 225],
  ['raw 100,000 x 1,024 B, MB/s', wireBytesPerSecond(100_000, 1024, 1) / 1e6, 102.4],
  ['450 of 100 each, one to lose', brokersFor(450, 100, 1), 6],
])('%s', (_source, computed, published) => expect(computed).toBeCloseTo(published, 6));

test('a range of what a consumer takes becomes a range of partitions', () => {
  expect(valueOf(example.replace('enrichment: 5k/s', 'enrichment: { value: 5k/s, low: 4k/s, high: 10k/s }'), 'partitions')).toBe('20 (10 - 25)');
});

test('more rate, larger records, longer retention never need fewer partitions or brokers', () => {
  const inputs = readSizingConfig(example);
  const scaled = (from: typeof inputs.rate, factor: number): typeof inputs.rate => ({ ...from, value: from.value * factor, low: from.low * factor, high: from.high * factor });
  const countsOf = ([rate, size, retention]: readonly [number, number, number]): number[] => {
    const { decisions } = planFor({ ...inputs, rate: scaled(inputs.rate, rate), recordBytes: scaled(inputs.recordBytes, size), retentionSeconds: scaled(inputs.retentionSeconds, retention) });
    return ['partitions', 'brokers'].map((id) => Number.parseInt(decisions.find((row) => row.id === id)?.value.replaceAll(',', '') ?? '', 10));
  };
  const factor = fc.double({ min: 1, max: 8, noNaN: true });
  const [partitions, brokers] = countsOf([1, 1, 1]) as [number, number];
  fc.assert(fc.property(fc.tuple(factor, factor, factor), (factors) => {
    const [more, moreBrokers] = countsOf(factors) as [number, number];
    expect(more).toBeGreaterThanOrEqual(partitions);
    expect(moreBrokers).toBeGreaterThanOrEqual(brokers);
  }));
});

test('whatever the quantities are, every figure of a plan is finite and no constraint is broken', () => {
  const inputs = readSizingConfig(example);
  const quantity = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  fc.assert(fc.property(quantity(1, 1e8), quantity(1, 1e6), quantity(0.5, 100), quantity(60, 1e8), (rate, size, ratio, retention) => {
    const certain = (from: typeof inputs.rate, value: number): typeof inputs.rate => ({ ...from, value, low: value, high: value });
    const plan = planFor({ ...inputs, rate: certain(inputs.rate, rate), recordBytes: certain(inputs.recordBytes, size), compressionRatio: certain(inputs.compressionRatio, ratio), retentionSeconds: certain(inputs.retentionSeconds, retention) });
    for (const { slack, demand, capacity } of plan.constraints) {
      expect(Number.isFinite(demand) && Number.isFinite(capacity)).toBe(true);
      expect(slack).toBeGreaterThanOrEqual(-1e-6);
    }
    expect(JSON.stringify(plan)).not.toMatch(/null,"high"|NaN|Infinity/);
  }));
});

test.each([
  ['an unknown setting', 'workload:\n  rate: 1k/s\n  recordSzie: 1 B\n', 3, 3, /unknown setting in workload; there are name, rate/],
  ['a size without its unit', 'workload:\n  rate: 1k/s\n  recordSize: 220\n', 3, 3, /"220" is no size: write it as 220 B/],
  ['a rate in the wrong unit', 'workload:\n  rate: 5 MB/s\n  recordSize: 1 B\n', 2, 3, /"5 MB\/s" is no rate/],
  ['a missing rate', 'workload:\n  recordSize: 1 B\n', 2, 3, /rate is missing/],
  ['broken YAML', 'workload: [1\n', 2, 1, /./],
  ['more in-sync replicas than replicas', 'workload:\n  rate: 1k/s\n  recordSize: 1 B\ndurability:\n  replicationFactor: 2\n  minInsyncReplicas: 3\n', 6, 3, /no write would ever be accepted/],
  ['a range that does not rise', 'workload:\n  rate: { value: 1k/s, low: 2k/s, high: 3k/s }\n  recordSize: 1 B\n', 2, 9, /must rise/],
])('%s is refused with its place', (_what, text, line, column, message) => {
  try {
    readSizingConfig(text);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ name: 'SizingConfigError', line, column, message: expect.stringMatching(message) as string });
  }
});

test('a plan from a run takes rate, size and compression from it and says so', () => {
  const inputs = sizingInputsFromRun(sampleRun());
  expect(inputs?.recordBytes.source).toBe('measured');
  expect(inputs?.compressionRatio.source).toBe('measured');
  expect(inputs?.rate).toMatchObject({ value: 100_000, source: 'given' });
  expect(sizingInputsFromRun(closedLoopRun())?.rate.source).toBe('measured');
});

test('what the user says about a consumer goes before what is assumed', () => {
  const plan = planRun(sampleRun(), { consumerRate: 8000 });
  expect(plan?.decisions[0]).toMatchObject({ id: 'partitions', value: '13' });
});

test('a run that acknowledged nothing gives no plan', () => {
  expect(planRun(runWithoutRecords())).toBeNull();
});

test.each([80, 100, 120])('at width %i no line of a plan is wider, and nothing in it is undefined', (width) => {
  for (const run of [sampleRun(), closedLoopRun(), externalRun(), faultRun()]) {
    const plan = planRun(run);
    if (plan === null) throw new Error('there is a plan');
    const text = planText(plan, { width, isColored: false });
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
  }
});
