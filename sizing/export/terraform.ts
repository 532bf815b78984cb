/** The topics of a plan for Terraform: of any Kafka (Mongey/kafka), and of Confluent Cloud, which lets fewer settings be set. */
import type { PlannedTopic } from '../../results/plan-record.ts';
import { header, type ExportedFile, type ExportRequest } from './export-file.ts';
import { tieredNotes, topicIds } from './topics-script.ts';

/** `editableTopicSettings` of terraform-provider-confluent 2 (internal/provider/resource_kafka_topic.go); others are read-only there. */
export const CONFLUENT_EDITABLE: readonly string[] = [
  'cleanup.policy', 'delete.retention.ms', 'max.compaction.lag.ms', 'max.message.bytes', 'message.timestamp.after.max.ms', 'message.timestamp.before.max.ms',
  'message.timestamp.difference.max.ms', 'message.timestamp.type', 'min.compaction.lag.ms', 'min.insync.replicas', 'retention.bytes', 'retention.ms', 'segment.bytes', 'segment.ms',
];
const CONFLUENT_REPLICAS = 3;

export function terraformKafkaFile(request: ExportRequest): ExportedFile[] {
  const { topics } = request.plan.shape;
  const names = labels(topics);
  const head = header(request, {
    what: 'The topics of the plan by the Terraform provider Mongey/kafka: terraform init, then terraform apply -var \'bootstrap_servers=["host:port"]\'.',
    rests: topics.flatMap(({ name }) => topicIds(name)),
    notes: ['How to authenticate is the provider\'s (KAFKA_* variables of the environment). Fewer partitions, or another replication factor, would make Terraform delete a topic and make it anew: prevent_destroy refuses that.', ...tieredNotes(request.plan)],
  });
  const resources = topics.map(({ partitions, replicationFactor, properties, name }, at) => block(`resource "kafka_topic" ${text(names[at] as string)}`, [
    ...aligned([['name', text(name)], ['partitions', String(partitions)], ['replication_factor', String(replicationFactor)]]),
    '',
    ...map('config', properties),
    '',
    ...KEEP,
  ]));
  const settings = [
    block('terraform', block('required_providers', block('kafka =', aligned([['source', text('Mongey/kafka')], ['version', text('>= 0.7')]])))),
    block('variable "bootstrap_servers"', aligned([['type', 'list(string)'], ['default', '["localhost:9092"]']])),
    block('provider "kafka"', ['bootstrap_servers = var.bootstrap_servers']),
  ];
  return [{ name: 'terraform-kafka.tf', text: `${head}\n${[...settings, ...resources].map((lines) => `${lines.join('\n')}\n`).join('\n')}` }];
}

export function terraformConfluentFile(request: ExportRequest): ExportedFile[] {
  const { topics } = request.plan.shape;
  const names = labels(topics);
  const head = header(request, {
    what: 'The topics of the plan on Confluent Cloud by the Terraform provider confluentinc/confluent.',
    rests: topics.flatMap(({ name }) => topicIds(name)),
    notes: [
      'Confluent Cloud sets by itself: brokers, disks, processors and replication factor (3); what the plan says of them is left out here. Its ceilings are those of the cluster type and its CKUs: headroom size CONFIG --compare-peers.',
      ...topics.flatMap(unsettable),
      'Credentials come as variables: TF_VAR_kafka_api_key and TF_VAR_kafka_api_secret.',
    ],
  });
  const resources = topics.map(({ partitions, properties, name }, at) => block(`resource "confluent_kafka_topic" ${text(names[at] as string)}`, [
    ...block('kafka_cluster', ['id = var.kafka_cluster_id']),
    ...aligned([['topic_name', text(name)], ['partitions_count', String(partitions)], ['rest_endpoint', 'var.kafka_rest_endpoint']]),
    '',
    ...map('config', Object.fromEntries(Object.entries(properties).filter(([property]) => CONFLUENT_EDITABLE.includes(property)))),
    '',
    ...block('credentials', aligned([['key', 'var.kafka_api_key'], ['secret', 'var.kafka_api_secret']])),
    '',
    ...KEEP,
  ]));
  const variable = (name: string, more: readonly [string, string][] = []): string[] => block(`variable ${text(name)}`, aligned([['type', 'string'], ...more]));
  const settings = [
    block('terraform', block('required_providers', block('confluent =', aligned([['source', text('confluentinc/confluent')], ['version', text('~> 2.0')]])))),
    variable('kafka_cluster_id'),
    variable('kafka_rest_endpoint'),
    variable('kafka_api_key', [['sensitive', 'true']]),
    variable('kafka_api_secret', [['sensitive', 'true']]),
  ];
  return [{ name: 'terraform-confluent.tf', text: `${head}\n${[...settings, ...resources].map((lines) => `${lines.join('\n')}\n`).join('\n')}` }];
}

const KEEP = block('lifecycle', ['prevent_destroy = true']);

function unsettable({ name, replicationFactor, properties }: PlannedTopic): string[] {
  const left = Object.entries(properties).filter(([property]) => !CONFLUENT_EDITABLE.includes(property)).map(([property, value]) => `${property}=${value}`);
  return [
    ...(replicationFactor === CONFLUENT_REPLICAS ? [] : [`${name}: the plan has replication factor ${replicationFactor}; Confluent Cloud keeps ${CONFLUENT_REPLICAS}.`]),
    ...(left.length === 0 ? [] : [`${name}: Confluent Cloud does not let ${left.join(', ')} be set.`]),
  ];
}

/** Names of resources: letters, digits, _ and -, not begun by a digit, each once. */
function labels(topics: readonly PlannedTopic[]): string[] {
  const taken = new Map<string, number>();
  return topics.map(({ name }) => {
    const clean = name.replaceAll(/[^\w-]/g, '_').replace(/^(?=[\d-])/, '_');
    const count = (taken.get(clean) ?? 0) + 1;
    taken.set(clean, count);
    return count === 1 ? clean : `${clean}_${count}`;
  });
}

function block(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.map((line) => (line === '' ? '' : `  ${line}`)), '}'];
}

function map(name: string, entries: Readonly<Record<string, string>>): string[] {
  return block(`${name} =`, aligned(Object.entries(entries).map(([key, value]) => [text(key), text(value)])));
}

/** As terraform fmt writes it. */
function aligned(entries: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...entries.map(([key]) => key.length));
  return entries.map(([key, value]) => `${key.padEnd(width)} = ${value}`);
}

/** HCL: as JSON, and a template only where asked for. */
function text(value: string): string {
  return JSON.stringify(value).replaceAll('${', '$${').replaceAll('%{', '%%{');
}

