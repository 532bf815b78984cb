import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseConsumerConfig } from '../../../engine/client/consumer-config.ts';
import { parseProducerConfig } from '../../../engine/client/producer-config.ts';
import type { Plan, PlannedTopic } from '../../../results/plan-record.ts';
import { readSizingConfig } from '../../../sizing/config-file.ts';
import { exportedFiles, exportFormats, type ExportFormat } from '../../../sizing/export/export-formats.ts';
import { exportRequest } from '../../../sizing/export/export-file.ts';
import { resourceName } from '../../../sizing/export/strimzi.ts';
import { CONFLUENT_EDITABLE } from '../../../sizing/export/terraform.ts';
import { planFor } from '../../../sizing/plan.ts';
import { strimziProblems, type Resource } from './strimzi-schema.ts';

const example = planFor(readSizingConfig(readFileSync(new URL('../../../examples/clickstream-size.yaml', import.meta.url), 'utf8')), { draws: 500 });
const ALL = Object.keys(exportFormats) as ExportFormat[];

function exported(plan: Plan, ...formats: readonly ExportFormat[]): { name: string; text: string }[] {
  return exportedFiles(exportRequest(plan, { version: '1.2.3', config: 'topic.yaml', planId: '0123456789ab' }), formats);
}

function textOf(plan: Plan, format: ExportFormat): string {
  return exported(plan, format)[0]?.text ?? '';
}

function withTopic(change: Partial<PlannedTopic>): Plan {
  return { ...example, shape: { ...example.shape, topics: example.shape.topics.map((topic) => ({ ...topic, ...change })) } };
}

/** Java's properties, as far as these files use them. */
function properties(text: string): Record<string, string> {
  return Object.fromEntries(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

test.each(ALL)('%s: the same plan gives the same bytes, with a head that says what made it and what is assumed', (format) => {
  for (const { text } of exported(example, format)) {
    expect(text).toMatch(/# Made by headroom 1\.2\.3 from topic\.yaml: plan "clickstream", 0123456789ab\./);
    expect(text).toMatch(/Assumed, so to be replaced|Everything that it rests on was given or measured/);
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
  }
  expect(exported(example, format)).toEqual(exported(structuredClone(example), format));
});

test('what a file rests on is named only where it was assumed', () => {
  expect(textOf(example, 'broker.properties')).toMatch(/broker\.cores = 8 cores/);
  expect(textOf(example, 'kafka-topics')).toContain('Everything that it rests on was given or measured.');
  const unsure = planFor(readSizingConfig('workload: { name: t, rate: 1k/s, recordSize: 100 B }\n'), { draws: 100 });
  expect(textOf(unsure, 'kafka-topics').replaceAll('\n# ', ' ')).toContain('Assumed, so to be replaced by what you know or measure: t.replication.factor = 3; t.min.insync.replicas = 2; t.retention = 7 d.');
});

test('producer settings are those of the plan, and headroom\'s own producer takes them', () => {
  const settings = properties(textOf(example, 'producer.properties'));
  expect(settings).toEqual({ acks: 'all', 'enable.idempotence': 'true', 'compression.type': 'zstd', 'linger.ms': '10', 'batch.size': '65536' });
  expect(parseProducerConfig(settings)).toMatchObject({ requiredAcks: -1, isIdempotent: true, 'batch.size': 65_536 });
});

test('a producer that fills batches for many partitions gets the memory for them', () => {
  const settings = properties(textOf(withTopic({ partitions: 1000 }), 'producer.properties'));
  expect(settings['buffer.memory']).toBe('131072000');
  expect(parseProducerConfig(settings)['buffer.memory']).toBe(131_072_000);
});

test('each group has a file of its own, and headroom\'s own consumer takes it', () => {
  const files = exported(example, 'consumer.properties');
  expect(files.map(({ name }) => name)).toEqual(['consumer-enrichment.properties', 'consumer-warehouse.properties']);
  for (const { text } of files) expect(parseConsumerConfig(properties(text))['group.id']).toMatch(/enrichment|warehouse/);
  expect(files[0]?.text).toContain('20 consumers for clickstream (20 partitions)');
});

test('a sink waits for large portions, and a slow consumer is given the time that its records take', () => {
  const plan = withTopic({ groups: [{ name: 'warehouse', kind: 'sink', consumers: 10 }] });
  expect(parseConsumerConfig(properties(textOf(plan, 'consumer.properties')))).toMatchObject({ 'fetch.min.bytes': 262_144 });
  const slow = planFor(readSizingConfig('workload: { name: t, rate: 10/s, recordSize: 100 B }\nconsumers: { crawler: 1/s }\n'), { draws: 100 });
  expect(parseConsumerConfig(properties(textOf(slow, 'consumer.properties')))['max.poll.interval.ms']).toBe(1_000_000);
});

test('brokers get the defaults of the plan, and no limit of theirs is above what it leaves free', () => {
  const text = textOf(example, 'broker.properties');
  expect(properties(text)).toMatchObject({ 'default.replication.factor': '3', 'min.insync.replicas': '2', 'log.retention.ms': '604800000', 'num.replica.fetchers': '1', 'offsets.topic.replication.factor': '3' });
  const free = example.values.find(({ id }) => id === 'net.egress.allowed')!.value - example.values.find(({ id }) => id === 'net.egress.used')!.value;
  expect(text).toContain(`consumer_byte_rate=${Math.floor(free)}`);
});

test('Strimzi resources have only fields and values that its schemas know', () => {
  const documents = parseAllDocuments(textOf(example, 'strimzi')).map((each) => each.toJS() as Resource);
  expect(documents.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['KafkaNodePool controller', 'KafkaNodePool broker', 'Kafka clickstream', 'KafkaTopic clickstream']);
  expect(documents.flatMap(strimziProblems)).toEqual([]);
  const [, pool, , topic] = documents;
  expect(pool?.spec).toMatchObject({ replicas: 5, roles: ['broker'], storage: { volumes: [{ size: `${Math.ceil(example.shape.diskBytesPerBroker / 2 ** 30)}Gi` }] }, resources: { requests: { cpu: '8', memory: '32768Mi' } }, jvmOptions: { '-Xmx': '6144m' } });
  expect(topic?.spec).toEqual({ partitions: 20, replicas: 3, config: { 'min.insync.replicas': 2, 'cleanup.policy': 'delete', 'retention.ms': 604_800_000 } });
});

test('the schemas refuse a field that is not theirs, so the check above means something', () => {
  const pool = parseAllDocuments(textOf(example, 'strimzi'))[1]!.toJS() as { spec: Record<string, unknown> } & Resource;
  expect(strimziProblems({ ...pool, spec: { ...pool.spec, disks: 1, roles: ['leader'] } })).toEqual(['KafkaNodePool.roles[0]: leader is none of controller,broker', 'KafkaNodePool.disks is unknown']);
});

test('a topic whose name is no name of a resource keeps it in topicName', () => {
  const documents = parseAllDocuments(textOf(withTopic({ name: 'Click_Stream..v1-' }), 'strimzi')).map((each) => each.toJS() as Resource);
  expect(documents.flatMap(strimziProblems)).toEqual([]);
  expect(documents.at(-1)).toMatchObject({ metadata: { name: 'click-stream.v1' }, spec: { topicName: 'Click_Stream..v1-' } });
  expect(['___', 'a.-b', '9-', 'Ä'].map(resourceName)).toEqual(['kafka', 'a.b', '9', 'kafka']);
});

test('over several zones brokers are told apart by them', () => {
  const plan: Plan = { ...example, shape: { ...example.shape, zones: 3 } };
  const [, , kafka] = parseAllDocuments(textOf(plan, 'strimzi')).map((each) => each.toJS() as Resource);
  expect(strimziProblems(kafka!)).toEqual([]);
  expect(kafka?.spec).toMatchObject({ kafka: { rack: { topologyKey: 'topology.kubernetes.io/zone' }, config: { 'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector' } } });
  expect(textOf(plan, 'broker.properties')).toContain('# broker.rack=zone-1');
});

/** What the providers' documentation lists (Mongey/kafka 0.7 and confluentinc/confluent 2). */
const ARGUMENTS: Record<string, readonly string[]> = {
  kafka_topic: ['name', 'partitions', 'replication_factor', 'config', 'lifecycle'],
  confluent_kafka_topic: ['kafka_cluster', 'topic_name', 'partitions_count', 'rest_endpoint', 'config', 'credentials', 'lifecycle'],
};

test.each(['terraform-kafka', 'terraform-confluent'] as const)('%s uses the arguments of its provider, and terraform formats it no other way', (format) => {
  const text = textOf(example, format);
  const [, type = '', body = ''] = /resource "(\w+)" "clickstream" \{\n([^]*?)\n\}/.exec(text) ?? [];
  const used = [...body.matchAll(/^ {2}(\w+)\s*[={]/gm)].map(([, name]) => name);
  expect(ARGUMENTS[type]).toEqual(expect.arrayContaining(used));
  expect(body).toMatch(/"retention\.ms" += "604800000"/);
  const formatted = spawnSync('terraform', ['fmt', '-'], { input: text, encoding: 'utf8', env: { ...process.env, TF_CLI_CONFIG_FILE: '/dev/null' } });
  if (formatted.error === undefined) expect({ status: formatted.status, text: formatted.stdout }).toEqual({ status: 0, text });
  else console.log('there is no terraform: it did not look at the files');
});

test('what Confluent Cloud does not let one set is left out there, and said', () => {
  const plan = withTopic({ replicationFactor: 4, properties: { 'retention.ms': '1000', 'unclean.leader.election.enable': 'true' } });
  const text = textOf(plan, 'terraform-confluent');
  expect(CONFLUENT_EDITABLE).not.toContain('unclean.leader.election.enable');
  expect(text).not.toMatch(/^ +"unclean/m);
  expect(text.replaceAll('\n# ', ' ')).toContain('Confluent Cloud does not let unclean.leader.election.enable=true be set');
  expect(text.replaceAll('\n# ', ' ')).toContain('the plan has replication factor 4; Confluent Cloud keeps 3');
});

test('a tiered topic is said to need brokers with remote storage, in every file that makes it, and the broker that starts without one', () => {
  const shop = planFor(readSizingConfig(readFileSync(new URL('../../../examples/shop-size.yaml', import.meta.url), 'utf8')), { draws: 100 });
  for (const format of ['kafka-topics', 'strimzi', 'terraform-kafka', 'broker.properties'] as const) expect(textOf(shop, format).replaceAll('\n# ', ' '), format).toContain('Tiered: clicks. Brokers refuse that unless they have remote.log.storage.system.enable=true');
  expect(properties(textOf(shop, 'broker.properties'))).not.toHaveProperty('remote.log.storage.system.enable');
  expect(textOf(example, 'kafka-topics')).not.toContain('Tiered');
});

test('no file holds a secret: what is needed to connect comes from the environment', () => {
  for (const { text } of exported(example, ...ALL)) expect(text).not.toMatch(/(?:password|secret|api_key)\s*=\s*"/i);
});

test('alert rules carry the plan\'s thresholds and the ids that they came from, and each rule is one of its kind', () => {
  const { groups } = parse(textOf(example, 'prometheus')) as { groups: { name: string; rules: { alert: string; expr: string; labels: object; annotations: { plan: string } }[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const value = (id: string): number => example.values.find((each) => each.id === id)!.value;
  const expr = (alert: string): string => rules.find((rule) => rule.alert === alert)?.expr ?? '';
  expect(expr('HeadroomBytesInAboveCeiling')).toMatch(new RegExp(`> ${value('net.ingress.allowed')}$`));
  expect(expr('HeadroomTopicBytesAbovePlan')).toMatch(new RegExp(`topic="clickstream".* > ${Math.round(value('clickstream.wire'))}$`));
  expect(expr('HeadroomRequestHandlersBusy')).toMatch(/^rate\(.*idlepercent_count\[5m\]\) \/ 1e9 < 0\.4$/);
  expect(expr('HeadroomBrokerMissing')).toMatch(/< 5$/);
  expect(expr('HeadroomGroupLagBeyondMemory')).toContain('consumergroup="enrichment"');
  expect(new Set(rules.map(({ alert, labels }) => JSON.stringify([alert, labels]))).size).toBe(rules.length);
  const ids = [...example.inputs, ...example.choices, ...example.values].map(({ id }) => id);
  for (const { annotations } of rules) for (const cited of annotations.plan.split(', ').map((each) => each.split(' = ')[0])) if (/^[a-z]/.test(cited!)) expect(ids).toContain(cited);
});

test('logs that still fill up to their retention raise no forecast of a full disk', () => {
  const { groups } = parse(textOf(example, 'prometheus')) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const [, horizon, disk] = /, (\d+)\) > (\d+)$/.exec(groups.flatMap(({ rules }) => rules).find(({ alert }) => alert === 'HeadroomDiskFilling')!.expr)!.map(Number) as [number, number, number];
  const [retention, stored] = [604_800, example.values.find(({ id }) => id === 'storage.broker')!.value];
  expect((stored * (retention + horizon)) / retention).toBeLessThan(disk);
});

test('a latency objective becomes an alert, and its absence is said', () => {
  expect(textOf(example, 'prometheus')).toContain('names no latency objective');
  const objective = { id: 'latency.objective', name: 'objective', value: 0.05, low: 0.05, high: 0.05, unit: 'seconds', source: 'given', why: 'in the file' } as const;
  const text = textOf({ ...example, inputs: [...example.inputs, objective] }, 'prometheus');
  expect(text).toContain('kafka_network_requestmetrics_totaltimems{request="Produce", quantile="0.99"} > 50');
});

test('Prometheus itself takes the rules, where its promtool is there', () => {
  const directory = mkdtempSync(join(tmpdir(), 'headroom-rules-'));
  try {
    const file = join(directory, 'rules.yaml');
    writeFileSync(file, textOf(example, 'prometheus'));
    const checked = spawnSync(process.env['HEADROOM_PROMTOOL'] ?? 'promtool', ['check', 'rules', '--lint-fatal', file], { encoding: 'utf8' });
    if (checked.error !== undefined) console.log('there is no promtool: Prometheus did not look at the rules');
    else expect(checked, checked.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('SUCCESS') as string });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('large records: topic, producers, consumers and brokers are set for them, alike', () => {
  const plan = planFor(readSizingConfig('topics:\n  blobs: { rate: 1/s, recordSize: 3 MB, groups: { g: 1/s } }\n'), { draws: 100 });
  expect(textOf(plan, 'kafka-topics')).toContain('max.message.bytes=3145728');
  expect(properties(textOf(plan, 'producer.properties'))['max.request.size']).toBe('3145728');
  expect(properties(textOf(plan, 'consumer.properties'))['max.partition.fetch.bytes']).toBe('3145728');
  expect(properties(textOf(plan, 'broker.properties'))['replica.fetch.max.bytes']).toBe('3145728');
});
