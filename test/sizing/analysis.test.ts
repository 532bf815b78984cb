/** What a plan says beside its counts: conflicts, warnings, growth, doubt, and that each of them is true of the plan. */
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Plan } from '../../results/plan-record.ts';
import { explainText } from '../../results/render/explain-text.ts';
import { fullPlanText } from '../../results/render/plan-text.ts';
import { readSizingConfig } from '../../sizing/config-file.ts';
import { planFor } from '../../sizing/plan.ts';
import { busiestShare, harmonic, hottestShare } from '../../sizing/queueing/key-load.ts';
import { busiestPartition, hottestKeyShare, type KeyDistribution } from '../../sizing/queueing/key-skew.ts';
import { evenCount } from '../../sizing/queueing/divisibility.ts';
import { overridden } from '../../sizing/sizing-inputs.ts';

const TODAY = Date.UTC(2026, 10, 28);
const topic = (lines: string, rest = ''): string => `topics:\n  t:\n${lines.split('\n').map((line) => `    ${line}`).join('\n')}\n${rest}`;
const least = 'rate: 10k/s\nrecordSize: 100 B';
const planOf = (text: string, draws = 500): Plan => planFor(readSizingConfig(text, { todayMs: TODAY }), { draws });
const example = (name: string): string => readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8');

test.each([
  ['more in-sync replicas than replicas', topic(`${least}\nreplicationFactor: 2\nminInsyncReplicas: 3`), 'min-isr-above-replicas', /min\.insync\.replicas 1/],
  ['more replicas than brokers', topic(least, 'hardware: { brokers: 2 }\n'), 'replicas-above-brokers', /3 brokers, or replication factor 2/],
  ['a retention beyond the disks that there are', topic('rate: 100k/s\nrecordSize: 1 kB\nretention: 30 d', 'hardware: { brokers: 3, disk: 4 TB }\n'), 'disk.capacity', /\d+ brokers, or retention of/],
  ['a hot key beyond one consumer', topic(`${least}\nkey: { name: id, hottest: 80 % }\ngroups: { g: 5k/s }`), 't.key.hot', /2 buckets/],
  ['one order over more than one partition takes', topic('rate: 10k/s\nrecordSize: 100 B\nordering: total\ngroups: { g: 5k/s }'), 't.ordering.total', /2 times the speed/],
  ['an objective below the floor', topic(least, 'latency: { objective: 5 ms, service: 2 ms }\n'), 'latency.floor', /an objective of [\d.]+ ms, with 3 brokers/],
  ['an objective below the measured floor', topic(least, 'latency: { objective: 5 ms, curve: [{ utilization: 10 %, latency: 8 ms }, { utilization: 50 %, latency: 20 ms }] }\n'), 'latency.floor', /an objective of 8 ms, with 3 brokers/],
  ['consumers that exist and are too few', topic(`${least}\ngroups: { g: { rate: 1k/s, consumers: 4 } }`), 't.g.consumers.busiest', /consumers/],
  ['a tier shorter than a segment', topic('rate: 100/s\nrecordSize: 100 B\nretention: { time: 30 d, local: 1 h }'), 't.tiered.local', /smaller segments/],
  ['a zone that takes all but one replica', topic(`${least}\nreplicationFactor: 2\nminInsyncReplicas: 2`, 'availability: { zones: 2, survive: [zone] }\n'), 't.failure.zone.min-isr', /replication factor/],
])('%s is a conflict with the nearest way out', (_what, text, code, nearest) => {
  const found = planOf(text).conflicts.find((each) => each.code === code);
  expect(found?.nearest).toMatch(nearest);
});

const tooMuch = (rest: string, lines = ''): string => topic(`rate: 100k/s\nrecordSize: 1 kB\nkey: id\n${lines}`, rest);
const hotKey = (key: string, lines: string, rest = ''): string => topic(`rate: 100k/s\nrecordSize: 100 B\nkey: { name: id, ${key} }\n${lines}`, rest);

// Each way out that a conflict names, put into the file: the conflict must be gone.
test.each<[what: string, text: string, code: string, way: RegExp, changed: (...found: string[]) => string]>([
  ['more brokers', tooMuch('hardware: { brokers: 3, disk: 4 TB }\n'), 'disk.capacity', /^([\d,]+) brokers/, (count) => tooMuch(`hardware: { brokers: ${count}, disk: 4 TB }\n`)],
  ['a shorter retention', tooMuch('hardware: { brokers: 3, disk: 4 TB }\n'), 'disk.capacity', /retention of (?:(\d+) d)? ?(?:(\d+) h)?/, (days = '0', hours = '0') => tooMuch('hardware: { brokers: 3, disk: 4 TB }\n', `retention: ${Number(days) * 24 + Number(hours)} h`)],
  ['larger disks', tooMuch('hardware: { brokers: 3, disk: 4 TB }\n'), 'disk.capacity', /disks ([\d.]+) times/, (times) => tooMuch(`hardware: { brokers: 3, disk: ${Number(times) * 4} TB }\n`)],
  ['brokers for the replicas, with all that they must hold', tooMuch('hardware: { brokers: 2 }\n', 'replicationFactor: 5'), 'replicas-above-brokers', /^([\d,]+) brokers/, (count) => tooMuch(`hardware: { brokers: ${count} }\n`, 'replicationFactor: 5')],
  ['company for an only broker', tooMuch('hardware: { brokers: 1 }\n', 'replicationFactor: 1'), 'brokers.none-left', /^([\d,]+) brokers/, (count) => tooMuch(`hardware: { brokers: ${count} }\navailability: { rollingRestart: false, survive: [] }\n`, 'replicationFactor: 1')],
  ['a higher limit of memory maps', tooMuch('hardware: { brokers: 3, disk: 64 TB }\n', 'retention: 30 d'), 'memory.maps', /vm\.max_map_count of ([\d,]+)/, (count) => tooMuch(`hardware: { brokers: 3, disk: 640 TB, maxMemoryMaps: ${count}, maxOpenFiles: 100M }\n`, 'retention: 30 d')],
  ['fewer in-sync replicas', topic(`${least}\nreplicationFactor: 2\nminInsyncReplicas: 3`), 'min-isr-above-replicas', /min\.insync\.replicas (\d)/, (count) => topic(`${least}\nreplicationFactor: 2\nminInsyncReplicas: ${count}`)],
  ['replicas that outlast a zone', topic(least, 'availability: { zones: 2, survive: [zone] }\n'), 't.failure.zone.min-isr', /replication factor (\d) with min\.insync\.replicas (\d)/, (replicas, minIsr) => topic(`${least}\nreplicationFactor: ${replicas}\nminInsyncReplicas: ${minIsr}`, 'availability: { zones: 2, survive: [zone] }\n')],
  ['a later objective', topic(least, 'latency: { objective: 1 ms }\n'), 'latency.floor', /an objective of ([\d.]+ ms)/, (objective) => topic(least, `latency: { objective: ${objective} }\n`)],
  ['a later objective for the brokers that there are', tooMuch('latency: { objective: 16 ms }\nhardware: { brokers: 6, diskThroughput: 150 MB/s }\n'), 'latency.utilization', /an objective of ([\d.]+ ms)/, (objective) => tooMuch(`latency: { objective: ${objective} }\nhardware: { brokers: 6, diskThroughput: 150 MB/s }\n`)],
  ['brokers for the objective', tooMuch('latency: { objective: 16 ms }\nhardware: { brokers: 6, diskThroughput: 150 MB/s }\n'), 'latency.utilization', /([\d,]+) brokers, or an/, (count) => tooMuch(`latency: { objective: 16 ms }\nhardware: { brokers: ${count}, diskThroughput: 150 MB/s }\n`)],
  ['more partitions, where a rate is not certain', topic(`${least}\npartitions: 3\ngroups: { g: { value: 4k/s, low: 2k/s, high: 5k/s } }`), 't.partitions.consume.g', /^([\d,]+) partitions/, (count) => topic(`${least}\npartitions: ${count}\ngroups: { g: { value: 4k/s, low: 2k/s, high: 5k/s } }`)],
  ['faster consumers, where a rate is not certain', topic(`${least}\npartitions: 3\ngroups: { g: { value: 4k/s, low: 2k/s, high: 5k/s } }`), 't.partitions.consume.g', /([\d.]+) times the speed/, (times) => topic(`${least}\npartitions: 4\ngroups: { g: { value: ${4 * Number(times)}k/s, low: ${2 * Number(times)}k/s, high: ${5 * Number(times)}k/s } }`)],
  ['more consumers', topic(`${least}\ngroups: { g: { rate: 1k/s, consumers: 4 } }`), 't.g.consumers.busiest', /([\d,]+) consumers/, (count) => topic(`${least}\ngroups: { g: { rate: 1k/s, consumers: ${count} } }`)],
  ['faster tasks of a connector with few', topic(`${least}\ngroups: { g: { kind: connect, rate: 1k/s, connectorTasksMax: 2 } }`), 't.g.consumers.busiest', /higher connectorTasksMax, or consumers ([\d.]+) times as fast over the same (\d+)/, (times, partitions) => topic(`${least}\npartitions: ${partitions}\ngroups: { g: { kind: connect, rate: ${times}k/s, connectorTasksMax: 2 } }`)],
  ['a hot key in buckets', hotKey('hottest: 30 %', 'groups: { g: 5k/s }'), 't.key.hot', /over ([\d,]+) buckets/, (buckets) => hotKey(`hottest: ${30 / Number(buckets)} %`, 'groups: { g: 5k/s }')],
  ['a hot key in buckets, over partitions that exist', hotKey('hottest: 30 %', 'partitions: 60\ngroups: { g: 5k/s }'), 't.key.hot', /over ([\d,]+) buckets/, (buckets) => hotKey(`hottest: ${30 / Number(buckets)} %`, 'partitions: 60\ngroups: { g: 5k/s }')],
  ['a fast consumer for a hot key', hotKey('hottest: 30 %', 'groups: { g: 5k/s }'), 't.key.hot', /what handles it ([\d.]+) times/, (times) => hotKey('hottest: 30 %', `groups: { g: ${5 * Number(times)}k/s }`)],
  ['a fast consumer for the hottest of many keys', hotKey('count: 100k, zipf: 1.2', 'groups: { g: 5k/s }'), 't.key.hot', /what handles it ([\d.]+) times/, (times) => hotKey('count: 100k, zipf: 1.2', `groups: { g: ${5 * Number(times)}k/s }`)],
  ['a longer time on the brokers', topic('rate: 100/s\nrecordSize: 100 B\nretention: { time: 4 y, local: 1 h }'), 't.tiered.local', /local retention of (\d+) d/, (days) => topic(`rate: 100/s\nrecordSize: 100 B\nretention: { time: 4 y, local: ${Number(days) + 1} d }`)],
  ['fewer commits', topic(`${least}\ntransactions: { commits: 10k/s, partitions: 8 }`), 't.transactions.markers', /transactions ([\d.]+) times/, (times) => topic(`${least}\ntransactions: { commits: ${10_000 / Number(times)}/s, partitions: 8 }`)],
])('%s: the change that a conflict names resolves it', (_what, text, code, way, changed) => {
  const nearest = planOf(text, 2000).conflicts.find((each) => each.code === code)?.nearest;
  expect(nearest).toMatch(way);
  const found = way.exec(nearest as string)?.slice(1).map((each) => each?.replaceAll(',', '')) as string[];
  const left = planOf(changed(...found), 2000).conflicts.filter((each) => each.code === code || each.code.startsWith(code.replace(/\.[\w-]+$/, '.')));
  expect(left, nearest).toEqual([]);
});

test('brokers that a conflict names are as few as will do', () => {
  const nearest = planOf(tooMuch('hardware: { brokers: 3, disk: 4 TB }\n')).conflicts.find(({ code }) => code === 'disk.capacity')?.nearest;
  const brokers = Number(/^([\d,]+) brokers/.exec(nearest ?? '')?.[1]?.replaceAll(',', ''));
  expect(planOf(tooMuch(`hardware: { brokers: ${brokers}, disk: 4 TB }\n`)).conflicts).toEqual([]);
  expect(planOf(tooMuch(`hardware: { brokers: ${brokers - 1}, disk: 4 TB }\n`)).conflicts).not.toEqual([]);
});

test('constraints that hold often enough one by one, and not together, are a conflict', () => {
  const rate = '{ value: 5k/s, low: 4k/s, high: 8k/s }';
  const text = (partitions: number): string => topic(`rate: 100k/s\nrecordSize: 100 B\npartitions: ${partitions}\ngroups: { a: ${rate}, b: ${rate}, c: ${rate}, d: ${rate} }`);
  const plan = planOf(text(23), 2000);
  const choice = plan.choices.find(({ id }) => id === 't.partitions');
  expect(plan.constraints.filter((each) => each.choiceId === 't.partitions').every(({ heldShare }) => heldShare >= 0.9)).toBe(true);
  expect(choice?.heldShare).toBeLessThan(0.9);
  const conflict = plan.conflicts.find(({ code }) => code.startsWith('t.partitions.consume.'));
  const enough = Number(/^(\d+) partitions/.exec(conflict?.nearest ?? '')?.[1]);
  expect(planOf(text(enough), 2000).conflicts).toEqual([]);
});

test('no way out is a factor below 1, and no side of it is infinite', () => {
  for (const text of [tooMuch('hardware: { brokers: 1 }\n'), tooMuch('hardware: { brokers: 2, disk: 1 TB, cores: 1, network: 1 Gbit/s }\n'), hotKey('hottest: 30 %', 'partitions: 6\ngroups: { g: { value: 8k/s, low: 2k/s, high: 60k/s } }')]) {
    const { conflicts } = planOf(text);
    expect(conflicts.length).toBeGreaterThan(0);
    for (const { what, nearest } of conflicts) {
      expect(`${what} ${nearest}`).not.toMatch(/∞|Infinity|NaN/);
      for (const [, times] of nearest.matchAll(/([\d.,]+) times/g)) expect(Number(times?.replaceAll(',', '')), nearest).toBeGreaterThanOrEqual(1);
    }
  }
});

test.each([
  ['durability.min-isr-1', `${least}\nminInsyncReplicas: 1`],
  ['durability.one-copy', `${least}\nreplicationFactor: 1`],
  ['durability.unclean-election', `${least}\nuncleanElection: true`],
  ['durability.acks-1', `${least}\nledger: true\nproducer: { acks: 1 }`],
  ['durability.acks-0', `${least}\nproducer: { acks: 0 }`],
  ['producer.retries-without-idempotence', `${least}\nproducer: { idempotence: false }`],
  ['producer.small-batches', `${least}\nkey: id`],
  ['availability.min-isr-all', `${least}\nminInsyncReplicas: 3`],
  ['key.compaction-without-key', `${least}\ncleanup: compact\nliveKeys: 1M`],
  ['key.skew-unknown', `${least}\nkey: id\ngroups: { g: 5k/s }`],
  ['key.hot', 'rate: 10k/s\nrecordSize: 100 B\nkey: { name: id, hottest: 30 % }\ngroups: { g: 1k/s, h: 4k/s }'],
  ['consumers.idle', `${least}\npartitions: 6\ngroups: { g: { rate: 5k/s, consumers: 8 } }`],
  ['units.partitions-or-replicas', `${least}\npartitions: 30\ngroups: { g: 1k/s }`],
  ['units.retention-bytes', `${least}\nretention: { time: 1 d, bytesPerPartition: 500 GB }`],
])('%s is warned of', (code, lines) => {
  expect(planOf(topic(lines)).warnings.map((each) => each.code)).toContain(code);
});

test('the guide is not warned of what it does right', () => {
  const codes = planOf(example('ingest-layer-size.yaml')).warnings.map(({ code }) => code);
  expect(codes.filter((code) => /^(?:durability|key\.hot|units|producer\.retries)/.test(code))).toEqual([]);
});

test("the guide's worked example: 20 partitions by 100k / 5k, replication 3 and 2, and growth that argues for 2 to 3 times as many", () => {
  const plan = planOf(example('ingest-layer-size.yaml'));
  const row = (id: string): Plan['decisions'][number] | undefined => plan.decisions.find((each) => each.id === id);
  expect(row('clickstream.partitions')).toMatchObject({ value: '20', why: '100,000/s / 5,000/s per consumer of fraud (given)' });
  expect(row('clickstream.partitions.horizon')?.why).toMatch(/2\.10x at the horizon \(the usual advice: 2 to 3x\)/);
  expect(plan.shape.topics[0]).toMatchObject({
    partitions: 20,
    replicationFactor: 3,
    key: 'session_id',
    properties: { 'min.insync.replicas': '2', 'retention.ms': '604800000' },
    producerProperties: { acks: 'all', 'enable.idempotence': 'true', 'compression.type': 'zstd', 'linger.ms': '10', 'batch.size': '65536' },
    groups: [{ name: 'fraud', consumers: 20 }, { name: 'dashboards', consumers: 20 }, { name: 'warehouse', kind: 'sink', consumers: 10 }],
  });
  expect(plan.shape.brokers).toBe(3);
  expect(plan.conflicts).toEqual([]);
});

test.each(['clickstream-size.yaml', 'ingest-layer-size.yaml', 'shop-size.yaml'])('%s gives a plan without conflict, whose text fits any width', (name) => {
  const plan = planOf(example(name), 200);
  expect(plan.conflicts).toEqual([]);
  for (const width of [80, 120]) {
    const text = fullPlanText(plan, { width, isColored: false, isWhole: true });
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
  }
  for (const id of [...plan.constraints.map((each) => each.id), ...plan.choices.map((each) => each.id)]) expect(explainText(plan, id, { width: 100, isColored: false }), id).not.toMatch(/NaN|undefined|Infinity/);
});

test('growth uses up a capacity on the day that its own law says', () => {
  const { growth } = planOf(topic('rate: 80k/s\nrecordSize: 100 B\nkey: id\npartitions: 20\ngroups: { g: { rate: 5k/s } }', 'growth: { perYear: 25 %, horizon: 3 y, lead: 90 d, sizeFor: today }\n'));
  const outlook = growth?.exhaustions.find(({ choiceId }) => choiceId === 't.partitions');
  // 100,000 / 80,000 = 1.25: one year.
  expect(outlook?.years).toBeCloseTo(1, 3);
  expect(outlook).toMatchObject({ date: '2027-11-28', constraintId: 't.partitions.consume.g' });
  expect(outlook?.orderBy).toBe('2027-08-30');
});

test('a plan at the flip of an input breaks a little beyond it and not before', () => {
  const inputs = readSizingConfig(example('clickstream-size.yaml'));
  const plan = planFor(inputs, { draws: 50 });
  const flips = plan.sensitivities.filter(({ choiceId, breaksAt }) => choiceId === 'clickstream.partitions' && breaksAt !== null);
  expect(flips.length).toBeGreaterThan(2);
  for (const { inputId, breaksAt, atValue } of flips) {
    const at = plan.inputs.find(({ id }) => id === inputId)?.value ?? 0;
    const outward = (breaksAt as number) > at ? 1.001 : 0.999;
    const needed = (value: number): number => {
      const certain = overridden(inputs, new Map(plan.inputs.map((each) => [each.id, { value: each.id === inputId ? value : each.value }])));
      return planFor(certain, { draws: 1, isBrief: true }).choices.find(({ id }) => id === 'clickstream.partitions')?.p90 ?? 0;
    };
    expect(needed((breaksAt as number) * outward), inputId).toBeGreaterThan(atValue as number);
    expect(needed((breaksAt as number) / outward), inputId).toBeLessThanOrEqual(atValue as number);
  }
});

test('the units in which a workload is written never change the answer', () => {
  const answer = (text: string): unknown => planOf(text, 100).choices.map(({ id, value }) => [id, Number(value.toPrecision(9))]);
  fc.assert(fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 50, max: 5000 }), fc.integer({ min: 1, max: 60 }), (kilo, bytes, days) => {
    const one = topic(`rate: ${kilo}k/s\nrecordSize: ${bytes} B\nretention: ${days} d\nkey: id\ngroups: { g: 5k/s }`, 'hardware: { disk: 4 TB, network: 10 Gbit/s, diskThroughput: 250 MB/s, memory: 32 GiB }\n');
    const other = topic(`rate: ${kilo * 1000}/s\nrecordSize: ${bytes / 1000} kB\nretention: ${days * 24} h\nkey: id\ngroups: { g: { serviceTime: 0.2 ms } }`, 'hardware: { disk: 4000 GB, network: 1.25 GB/s, diskThroughput: 0.25 GB/s, memory: 32768 MiB }\n');
    expect(answer(other)).toEqual(answer(one));
  }), { numRuns: 15 });
});

test.each<KeyDistribution>([
  { kind: 'uniform', keys: 1000 },
  { kind: 'uniform', keys: 10_000 },
  { kind: 'zipf', keys: 10_000, exponent: 0.5 },
  { kind: 'zipf', keys: 10_000, exponent: 0.8 },
  { kind: 'zipf', keys: 10_000, exponent: 1 },
  { kind: 'zipf', keys: 10_000, exponent: 1.2 },
])('the closed form of the busiest partition is within a sixth of the simulation: %j', (distribution) => {
  const law = { keys: distribution.keys, exponent: distribution.kind === 'zipf' ? distribution.exponent : 0 };
  expect(hottestShare(law)).toBeCloseTo(hottestKeyShare(distribution), 6);
  for (const partitions of [6, 20, 60]) {
    const simulated = busiestPartition(distribution, { partitions, trials: 60, seed: 7 }).loadOverMean / partitions;
    expect(Math.abs(busiestShare({ partitions, ...law }) / simulated - 1), `${partitions} partitions: ${busiestShare({ partitions, ...law })} for ${simulated}`).toBeLessThan(1 / 6);
  }
});

test('the sum of the harmonic law is exact to a millionth', () => {
  for (const [n, s] of [[10, 1], [1000, 0.5], [100_000, 1], [5000, 1.7], [777, 2.4]] as const) {
    let sum = 0;
    for (let k = n; k >= 1; k--) sum += k ** -s;
    expect(harmonic(n, s) / sum).toBeCloseTo(1, 6);
  }
});

test('counts are rounded to divisible ones by a tenth at most, and never fall', () => {
  let before = 0;
  for (let count = 1; count < 3000; count++) {
    const even = evenCount(count);
    expect(even).toBeGreaterThanOrEqual(Math.max(count, before));
    expect(even).toBeLessThanOrEqual(count * 1.1);
    before = even;
  }
});

test("at the user's prices 30 MB/s with 3 replicas and 3 groups cross zones as published: 140 MB/s, $0.0028 a second", () => {
  const plan = planOf(topic('rate: 30k/s\nrecordSize: 1 kB\ncompression: none\ngroups: { a: 5k/s, b: 5k/s, c: 5k/s }', 'availability: { zones: 3 }\nprice: { currency: USD, date: 2026-11-01, brokerPerHour: 0.5, crossZonePerGB: 0.01 }\n'));
  const value = (id: string): number => plan.values.find((each) => each.id === id)?.value ?? 0;
  expect(value('t.crossing')).toBeCloseTo(140e6, 0);
  expect(value('cost.zones') / (730 * 3600)).toBeCloseTo(0.0028, 9);
  expect(value('cost.brokers')).toBeCloseTo(plan.shape.brokers * 365, 9);
  expect(plan.decisions.find(({ id }) => id === 'cost')?.why).toMatch(/your prices of 2026-11-01/);
});

test('of several topics a terminal shows the cluster and one row a topic; every setting and input stands under --all', () => {
  const plan = planFor(readSizingConfig(example('shop-size.yaml'), { todayMs: TODAY }), { draws: 500 });
  const of = (isWhole: boolean, width = 120): string => fullPlanText(plan, { width, isColored: false, isWhole });
  expect(of(false)).toMatch(/clicks +\d+ +3 +2 +30 d \(12 h local\) +[\d.]+ TB +recommendations \d+, lake \d+/);
  expect(of(false)).toMatch(/profiles +3 +3 +2 +compacted +[\d.]+ GB +search 3/);
  expect(of(false)).toMatch(/linger\.ms closes batches .*the same, with figures of their own, of orders,\s+profiles/s);
  expect(of(false)).not.toMatch(/Idempotence|Not chosen|share of a disk/);
  expect(of(false).split('\n').length).toBeLessThan(of(true).split('\n').length / 3);
  expect(of(true)).toMatch(/Idempotence of orders[\s\S]*Not chosen[\s\S]*share of a disk/);
  for (const line of of(false, 80).split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
});

test('of many topics those with the most bytes are asked what would change the plan, numbers are drawn less often, and both is said', () => {
  const many = Array.from({ length: 40 }, (_, at) => `  t${at}: { rate: ${100 + at}/s, recordSize: 1 kB, groups: { g: { value: 60/s, low: 50/s, high: 80/s } } }\n`).join('');
  const plan = planFor(readSizingConfig(`topics:\n${many}`), {});
  const asked = new Set(plan.sensitivities.map(({ choiceId }) => choiceId));
  expect(asked).toContain('t39.partitions');
  expect(asked).not.toContain('t0.partitions');
  expect(plan.certainty.draws).toBeLessThan(10_000);
  expect(plan.notes.join(' ')).toMatch(/the 8 topics that bring the most bytes, not of 32 others/);
  expect(plan.notes.join(' ')).toMatch(/40 topics make [\d,]+ numbers: each is drawn [\d,]+ times/);
});

test('a limit on connections is that of a managed machine; others have what their open files allow', () => {
  expect(planOf(topic(`${least}\nproducer: { instances: 5k }`)).conflicts).toEqual([]);
  expect(planOf(topic(`${least}\nproducer: { instances: 5k }`, 'hardware: m7g.large\n')).conflicts.map(({ code }) => code)).toContain('connections');
});

test('records beyond what Kafka takes by default are warned of, and the topic and its producers are planned with room for them', () => {
  const large = planOf(topic('rate: 1/s\nrecordSize: { value: 200 kB, high: 3 MB }'));
  expect(large.warnings.find(({ code }) => code === 'records.large')?.remedy).toContain('3,145,728');
  expect(large.shape.topics[0]).toMatchObject({ properties: { 'max.message.bytes': '3145728' }, producerProperties: { 'max.request.size': '3145728' } });
  const small = planOf(topic('rate: 1/s\nrecordSize: 900 kB'));
  expect(small.warnings.map(({ code }) => code)).not.toContain('records.large');
  expect(small.shape.topics[0]?.properties).not.toHaveProperty('max.message.bytes');
});
