import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../results/plan-record.ts';
import { PlanTrace } from '../../results/plan-trace.ts';
import { CLUSTER_PARTS, groupId, groupPart, TOPIC_PARTS, topicId } from '../../results/plan-ids.ts';
import { explainText } from '../../results/render/explain-text.ts';
import { readSizingConfig } from '../../sizing/config-file.ts';
import { exportRequest } from '../../sizing/export/export-file.ts';
import { exportedFiles, exportFormats, type ExportFormat } from '../../sizing/export/export-formats.ts';
import { changedConfig } from '../../sizing/page/changed-config.ts';
import { wholeConfig } from '../../sizing/page/whole-config.ts';
import { planFor, pointValues, sheetOf } from '../../sizing/plan.ts';

/** Everything that a topic can have, under the name and groups given; beside what a cluster can have. */
function everything(topics: Readonly<Record<string, readonly string[]>>): string {
  const group = 'rate: 2k/s, recover: { outage: 10 min, within: 1 h }, state: { keys: 1M, bytesPerKey: 100 B }, connectorTasksMax: 40, kind: connect';
  const texts = Object.entries(topics).map(([name, groups], at) => `  "${name}":
    rate: { average: ${1000 + at}/s, peak: ${2000 + at}/s }
    recordSize: { value: 1 kB, high: 2 MB }
    key: { name: k, count: 1M, zipf: 0.2 }
    retention: { time: 3 d, local: 1 d, bytesPerPartition: 20 GB }
    cleanup: compact,delete
    liveKeys: 1M
    transactions: { commits: 1/s, partitions: 2 }
    groups: { ${groups.map((each) => `"${each}": { ${group} }`).join(', ')} }
`);
  return `topics:\n${texts.join('')}growth: { perYear: 30 % }
latency: { objective: 100 ms }
availability: { zones: 3, survive: [broker, zone], rollingRestart: true, rebuildWithin: 1 d, throttle: 100 MB/s }
price: { currency: EUR, date: 2026-11-01, brokerPerHour: 1, diskPerGBMonth: 0.1, crossZonePerGB: 0.01 }
schemaRegistry: { schemas: 100 }
`;
}

const planOf = (text: string): Plan => planFor(readSizingConfig(text), { draws: 100 });

const NASTY = { recovery: ['time', 'produce'], fetch: ['partitions', 'kept'], t: ['x', 'x.catchup', 'topic', 'group:x'], 't.x': ['produce', 'y:z', 'y.z'], 'topic.recovery': ['a'], failure: ['failure', 'consumers'] };

describe('ids made of names', () => {
  it('are the names where these are ordinary', () => {
    expect([topicId('orders'), topicId('user_clicks-2'), groupPart('ledger'), groupId('orders', 'ledger')]).toEqual(['orders', 'user_clicks-2', 'ledger', 'orders.ledger']);
    expect([topicId('orders.v1'), topicId('recovery'), groupPart('produce'), groupPart('a.b')]).toEqual(['orders:v1', 'topic:recovery', 'group:produce', 'a:b']);
  });

  it('are different for different names', () => {
    const names = ['recovery', 'topic:recovery', 'topic.recovery', 'topic..recovery', 'topic::recovery', 'topic%3Arecovery', 'a.b', 'a:b', 'a%3Ab', 'a%253Ab', 'produce', 'group:produce', 'group.produce', 'topic', 'group'];
    for (const idOf of [topicId, groupPart]) expect(new Set(names.map(idOf)).size).toBe(names.length);
    expect(names.map(topicId).filter((id) => id.includes('.') || CLUSTER_PARTS.includes(id))).toEqual([]);
  });

  it('keep apart from whatever else a plan counts: every first part of the cluster and every second of a topic is known', () => {
    const plan = planOf(everything({ mine: ['ours'] }));
    const parts = [...new PlanTrace(plan).ids, ...plan.decisions.map(({ id }) => id)].map((id) => id.split('.'));
    expect(parts.flatMap(([first = '']) => (first === 'mine' || first === 'network' || CLUSTER_PARTS.includes(first) ? [] : [first]))).toEqual([]);
    expect(parts.flatMap(([first, second = '']) => (first !== 'mine' || second === 'ours' || TOPIC_PARTS.includes(second) ? [] : [second]))).toEqual([]);
  });

  it.each(['clicks', 'clickstream', 'ingest-layer', 'shop'])('are known in the %s example as well', (name) => {
    const inputs = readSizingConfig(readFileSync(new URL(`../../examples/${name}-size.yaml`, import.meta.url), 'utf8').replace('  rate: 20k/s', '  rate: 20k/s\n  recordSize: 300 B'));
    const topics = new Map(inputs.topics.map(({ name: topic, groups }) => [topic, groups.map((group) => group.name)]));
    const unknown = new PlanTrace(planFor(inputs, { draws: 100 })).ids.filter((id) => {
      const [first = '', second = ''] = id.split('.');
      return topics.has(first) ? !(TOPIC_PARTS.includes(second) || topics.get(first)?.includes(second) === true) : !CLUSTER_PARTS.includes(first);
    });
    expect(unknown).toEqual([]);
  });
});

describe('a plan for topics and groups that are called as its own numbers', () => {
  const text = everything(NASTY);
  const plan = planOf(text);

  it('counts for each what it counts for one of an ordinary name', () => {
    const ordinary = everything(Object.fromEntries(Object.values(NASTY).map((groups, at) => [`topic${at}`, groups.map((_, group) => `g${group}`)])));
    // Draws differ with the ids; with the same counts everything else is the same.
    const valuesOf = (config: string): number[] => {
      const sheet = sheetOf(readSizingConfig(config));
      return [...pointValues(sheet, new Map([...sheet.choices.keys()].map((id) => [id, 6]))).values()];
    };
    expect(valuesOf(text)).toEqual(valuesOf(ordinary));
    expect(plan.shape.topics.map(({ name }) => name)).toEqual(Object.keys(NASTY));
  });

  it('has one number of each id, and explains each', () => {
    const ids = [...plan.inputs, ...plan.values, ...plan.choices].map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    const all = [...ids, ...plan.constraints.map(({ id }) => id)];
    expect(all.filter((id) => explainText(plan, id, { width: 100, isColored: false }) === undefined)).toEqual([]);
    expect(all).toEqual(expect.arrayContaining(['topic:recovery.rate', 'recovery.rate', 't.x.consumers', 't:x.group:produce.consumers', 't:x.partitions.skew.group:produce', 't:x.partitions.skew.produce']));
  });

  it('says the names as they are', () => {
    const words = [...plan.values.map(({ label }) => label), ...plan.choices.map(({ label }) => label), ...plan.constraints.map(({ sentence }) => sentence), ...plan.decisions.map(({ decision, why }) => `${decision}: ${why}`)];
    expect(words.filter((each) => /t:x|topic:(?! )|group:(?!x)/.test(each))).toEqual([]);
    expect(words).toContain('partitions of t.x');
  });

  it('is exported and written back with changes under its names', () => {
    const files = exportedFiles(exportRequest(plan, { version: '1.2.3', config: 'nasty.yaml', planId: '0123456789ab' }), Object.keys(exportFormats) as ExportFormat[]);
    expect(files.find(({ name }) => name.startsWith('prometheus'))?.text).toContain('topic="t.x"');
    const inputs = readSizingConfig(text);
    const { topics } = changedConfig(wholeConfig(text), inputs, new Map([['t:x.group:produce.consumer.rate', '9k/s'], ['topic:recovery.partition.rate', '7 MB/s']])) as { topics: Record<string, { partitionRate?: string; groups: Record<string, { rate: string }> }> };
    expect([topics['t.x']?.groups['produce']?.rate, topics['recovery']?.partitionRate, topics['t']?.groups['x']?.rate]).toEqual(['9k/s', '7 MB/s', '2k/s']);
  });
});
