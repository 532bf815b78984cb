import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planText } from '../../results/render/plan-text.ts';
import { readSizingConfig } from '../../sizing/config-file.ts';
import { formula } from '../../sizing/model/formula.ts';
import { valueOf as valueOfCell } from '../../sizing/model/sheet.ts';
import { planFor } from '../../sizing/plan.ts';
import { sizingInputsFromRun, planRun } from '../../sizing/plan-run.ts';
import { overridden } from '../../sizing/sizing-inputs.ts';
import { closedLoopRun, externalRun, faultRun, runWithoutRecords, sampleRun } from '../results/sample-run.ts';

const example = readFileSync(new URL('../../examples/clickstream-size.yaml', import.meta.url), 'utf8');

function valueOf(text: string, id: string): string {
  return planFor(readSizingConfig(text)).decisions.find((row) => row.id === id)?.value ?? 'none';
}

test('the example gives the decision table of a clickstream at 100,000 events/s', () => {
  const values = Object.fromEntries(planFor(readSizingConfig(example)).decisions.map(({ id, value }) => [id, value]));
  expect(values).toMatchObject({
    'clickstream.partitions': '20',
    'clickstream.replication.factor': '3',
    'clickstream.min.insync.replicas': '2',
    'clickstream.key': 'session_id',
    'clickstream.enrichment.consumers': '20',
    'clickstream.warehouse.consumers': '10',
    'clickstream.acks': 'all',
    'clickstream.enable.idempotence': 'on',
    'clickstream.compression.type': 'zstd',
    'clickstream.linger.ms': '10 ms',
    'clickstream.batch.size': '64 KiB',
    'clickstream.retention': '7 d',
  });
});

// Published figures; see each source.
test.each([
  ['Rao: 20 MB/s over 3 MB/s a consumer', '20/s', '3/s', 7],
  ['Cloudera: 250 over 25', '250/s', '25/s', 10],
  ['Cloudera: 1000 over 50', '1000/s', '50/s', 20],
  ['10,000 messages/s over 1,000', '10k/s', '1k/s', 10],
  ['exactly 100,000 over 5,000', '100k/s', '5k/s', 20],
])('%s gives the published partitions', (_source, rate, consumerRate, partitions) => {
  const text = `workload: { name: t, rate: ${rate}, recordSize: 100 B, key: id }\nconsumers: { g: ${consumerRate} }\ndurability: { replicationFactor: 1 }\n`;
  expect(valueOf(text, 't.partitions')).toBe(String(partitions));
});

test('75 MB/s with 3 replicas and 1 consumer are 225 MB/s each way, as Redpanda states', () => {
  const plan = planFor(readSizingConfig('workload: { name: t, rate: 75k/s, recordSize: 1 kB, compressionRatio: 1x }\nconsumers: { g: 5k/s }\n'));
  const value = (id: string): number | undefined => plan.values.find((each) => each.id === id)?.value;
  expect(value('net.ingress.total')).toBeCloseTo(225e6, 3);
  expect(value('net.egress.total')).toBeCloseTo(225e6, 3);
});

test('20 MB/s for 7 days with 3 replicas are 36,288 GB, as Red Hat states', () => {
  const inputs = overridden(readSizingConfig('workload: { name: t, rate: 1k/s, recordSize: 20 kB, compressionRatio: 1x }\nretention: 7 d\n'), new Map([['storage.overhead', { value: 0 }], ['segment.seconds', { value: 0 }]]));
  expect(planFor(inputs).values.find(({ id }) => id === 'storage')?.value).toBeCloseTo(36_288e9, 0);
});

test('a partition keeps up to one segment beyond its retention: by time where little is written, by size where much is', () => {
  const kept = (rate: string): number => planFor(readSizingConfig(`topics:\n  t: { rate: ${rate}, recordSize: 1 kB, compression: none, retention: 1 h, partitions: 3 }\n`), { draws: 100 }).values.find(({ id }) => id === 't.kept.time')?.value ?? 0;
  expect(kept('1/s')).toBeCloseTo(1000 * (3600 + 7 * 86_400), 3);
  expect(kept('10k/s')).toBeCloseTo(1e7 * 3600 + 3 * 2 ** 30, 3);
});

test('a consumer rate that is not certain gives the count that is enough in nine draws of ten, and says what half of them need', () => {
  const plan = planFor(readSizingConfig(example.replace('enrichment: 5k/s', 'enrichment: { value: 5k/s, low: 4k/s, high: 10k/s }')));
  const choice = plan.choices.find(({ id }) => id === 'clickstream.partitions');
  expect(choice).toMatchObject({ value: 24, p50: 20, p90: 23, decidedBy: 'clickstream.partitions.consume.enrichment' });
  expect(choice?.heldShare).toBeGreaterThanOrEqual(0.9);
});

test('more rate, larger records, longer retention never need fewer partitions or brokers', () => {
  const inputs = readSizingConfig(example);
  const baseline = planFor(inputs, { draws: 1, isBrief: true });
  const scaled = (ids: readonly string[], factor: number): ReadonlyMap<string, { value: number }> => new Map(baseline.inputs.filter(({ id }) => ids.includes(id)).map(({ id, value }) => [id, { value: value * factor }]));
  const countsOf = ([rate, size, retention]: readonly [number, number, number]): number[] => {
    const changed = [scaled(['clickstream.rate.peak', 'clickstream.rate.average'], rate), scaled(['clickstream.record.size'], size), scaled(['clickstream.retention'], retention)].reduce(overridden, inputs);
    const { choices } = planFor(changed, { draws: 200, isBrief: true });
    // More brokers need smaller disks each: of disks the sum counts.
    const valueOfChoice = (id: string): number => choices.find((each) => each.id === id)?.value ?? 0;
    return [...choices.filter(({ id }) => id === 'brokers' || id.endsWith('.partitions')).map(({ value }) => value), valueOfChoice('brokers') * valueOfChoice('disk.perBroker')];
  };
  const factor = fc.double({ min: 1, max: 8, noNaN: true });
  const least = countsOf([1, 1, 1]);
  fc.assert(fc.property(fc.tuple(factor, factor, factor), (factors) => {
    for (const [at, count] of countsOf(factors).entries()) expect(count).toBeGreaterThanOrEqual((least[at] as number) / (1 + 1e-9));
  }), { numRuns: 40 });
});

test('more load needs no less of any topic: whatever its replicas, keys, groups, retention and objective are', () => {
  const shape = fc.record({
    replicas: fc.constantFrom(1, 2, 3),
    key: fc.constantFrom('', 'key: id', 'key: { name: id, count: 2k, zipf: 0.9 }', 'key: { name: id, count: 1M, zipf: 0.5 }', 'key: { name: id, hottest: 1 % }'),
    groups: fc.constantFrom('', 'groups: { g: 5k/s }', 'groups: { g: 5k/s, h: { value: 9k/s, low: 6k/s, high: 12k/s } }', 'groups: { g: { rate: 8k/s, recover: { outage: 1 h, within: 4 h } } }'),
    retention: fc.constantFrom('1 h', '7 d', '{ time: 30 d, local: 12 h }', '{ time: 7 d, bytesPerPartition: 10 GB }'),
    objective: fc.constantFrom('', 'latency: { objective: 100 ms }\n'),
    rate: fc.integer({ min: 1000, max: 40_000 }),
    factor: fc.double({ min: 1, max: 4, noNaN: true }),
  });
  const countsOf = ({ replicas, key, groups, retention, objective }: { replicas: number; key: string; groups: string; retention: string; objective: string }, rate: number): number[] => {
    const lines = [`rate: ${rate}/s`, 'recordSize: { value: 300 B, low: 200 B, high: 500 B }', `retention: ${retention}`, `replicationFactor: ${replicas}`, key, groups].filter((each) => each !== '');
    const { choices, conflicts } = planFor(readSizingConfig(`topics:\n  t:\n${lines.map((line) => `    ${line}\n`).join('')}${objective}`), { draws: 100, isBrief: true });
    // What no count is enough for has no smallest one.
    return conflicts.length > 0 ? [] : choices.filter(({ id }) => id === 'brokers' || id === 't.partitions').map(({ value }) => value);
  };
  fc.assert(fc.property(shape, ({ rate, factor, ...rest }) => {
    const [less, more] = [countsOf(rest, rate), countsOf(rest, Math.round(rate * factor))];
    if (less.length === more.length) for (const [at, count] of more.entries()) expect(count).toBeGreaterThanOrEqual(less[at] as number);
  }), { numRuns: 60 });
});

test('whatever the quantities are, every figure of a plan is finite and computes again from its trace', () => {
  const inputs = readSizingConfig(example);
  const quantity = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  fc.assert(fc.property(quantity(1, 1e8), quantity(1, 1e6), quantity(0.5, 100), quantity(60, 1e8), (rate, size, ratio, retention) => {
    const plan = planFor(overridden(inputs, new Map([['clickstream.rate.peak', { value: rate }], ['clickstream.rate.average', { value: rate }], ['clickstream.record.size', { value: size }], ['clickstream.compression', { value: ratio }], ['clickstream.retention', { value: retention }]])), { draws: 200, isBrief: true });
    const known = new Map([...plan.inputs, ...plan.choices].map(({ id, value }) => [id, value]));
    for (const { id, value, formula: text, arguments: terms } of plan.values) {
      expect(Number.isFinite(value), id).toBe(true);
      expect(valueOfCell({ formula: formula(text), arguments: terms }, known), id).toBe(value);
      known.set(id, value);
    }
    for (const { demandId, capacityId, demand, capacity } of plan.constraints) expect([known.get(demandId), known.get(capacityId)]).toEqual([demand, capacity]);
    expect(JSON.stringify(plan)).not.toMatch(/NaN|Infinity/);
  }), { numRuns: 40 });
});

test('a plan from a run takes rate, size and compression from it and says so', () => {
  const topic = sizingInputsFromRun(sampleRun())?.topics[0];
  expect(topic?.recordBytes.source).toBe('measured');
  expect(topic?.compressionRatio.source).toBe('measured');
  expect(topic?.peakRate).toMatchObject({ value: 100_000, source: 'given' });
  expect(sizingInputsFromRun(closedLoopRun())?.topics[0]?.peakRate.source).toBe('measured');
});

test('what the user says about a consumer goes before what is assumed', () => {
  const plan = planRun(sampleRun(), { consumerRate: 8000 });
  expect(plan?.decisions[0]).toMatchObject({ id: 'run.partitions', value: '13' });
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
