/**
 * A driver file of the OpenMessaging Benchmark for Kafka as settings: its blocks of Kafka properties go to the topic, the producer and the
 * consumers. What has no counterpart stands in the notes or is refused, each with its reason.
 */
import type { Settings } from '../file/experiment-schema.ts';
import { ExperimentFileError, placeOf } from '../file/yaml-tree.ts';
import { consumerProperties } from '../../../engine/client/consumer-config.ts';
import { producerProperties } from '../../../engine/client/producer-config.ts';
import { OmbFields } from './omb-fields.ts';
import { fileName } from './omb-workload.ts';

export interface OmbDriver {
  readonly name: string;
  /** Without consumers: those are the workload's. */
  readonly settings: Settings;
  readonly consumerProperties: Readonly<Record<string, string>>;
  /** Undefined: none was named. */
  readonly bootstrap: string | undefined;
  readonly notes: readonly string[];
}

const KNOWN = ['name', 'driverClass', 'replicationFactor', 'topicConfig', 'commonConfig', 'producerConfig', 'consumerConfig', 'reset'];
const DRIVER_CLASS = 'io.openmessaging.benchmark.driver.kafka.KafkaBenchmarkDriver';

/** Of the Java client or of OpenMessaging Benchmark itself; without them the same is measured. */
const WITHOUT_COUNTERPART: Readonly<Record<string, string>> = {
  'default.api.timeout.ms': "headroom's clients wait by request.timeout.ms and max.block.ms",
  'key.serializer': 'records are bytes',
  'value.serializer': 'records are bytes',
  'key.deserializer': 'records are bytes',
  'value.deserializer': 'records are bytes',
  'client.id': 'each run names its clients',
};

/** Throws ExperimentFileError. */
export function readOmbDriver(text: string): OmbDriver {
  const fields = new OmbFields(text, { known: KNOWN, refused: {} });
  const driverClass = fields.text('driverClass');
  if (driverClass === undefined) throw new ExperimentFileError('driverClass is missing: this is no driver file', fields.tree.place);
  if (driverClass !== DRIVER_CLASS) fields.fail('driverClass', `${driverClass} cannot be honoured: headroom speaks Kafka's protocol (${DRIVER_CLASS})`);
  if (fields.flag('reset')) fields.notes.push('reset has no effect: each run makes its own topic, and deletes it on another Kafka.');
  const { bootstrap, ...common } = commonOf(fields);
  const producer = { ...pick(common.properties, producerProperties), ...blockOf(fields, 'producerConfig') };
  const consumer = { ...pick(common.properties, consumerProperties), ...blockOf(fields, 'consumerConfig') };
  const stranger = Object.keys(common.properties).find((name) => !(name in producerProperties) && !(name in consumerProperties));
  if (stranger !== undefined) fields.fail('commonConfig', `${stranger} cannot be honoured: headroom's clients do not have this property`);
  return {
    name: fileName(fields.text('name') ?? 'kafka'),
    settings: {
      // A producer without properties has Kafka's defaults, not those of headroom bench.
      producer: { ...KAFKA_PRODUCER_DEFAULTS, ...producer },
      topic: { replicationFactor: fields.number('replicationFactor', { preset: 1, integer: true }), 'min.insync.replicas': '1', ...blockOf(fields, 'topicConfig') },
    },
    consumerProperties: consumer,
    bootstrap,
    notes: fields.notes,
  };
}

/** Where headroom bench has others. */
const KAFKA_PRODUCER_DEFAULTS = Object.fromEntries(
  (['acks', 'compression.type', 'linger.ms', 'batch.size'] as const).map((name) => [name, producerProperties[name].default]),
);

function commonOf(fields: OmbFields): { bootstrap: string | undefined; properties: Record<string, string> } {
  const { 'bootstrap.servers': bootstrap, ...properties } = blockOf(fields, 'commonConfig');
  return { bootstrap, properties };
}

function pick(properties: Readonly<Record<string, string>>, table: object): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => name in table));
}

/** A block of Java properties: `name=value` lines, `#` comments. */
function blockOf(fields: OmbFields, key: string): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const line of (fields.text(key) ?? '').split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    const match = /^([^=:\s]+)\s*[=:\s]\s*(.*)$/.exec(line);
    if (match === null) throw new ExperimentFileError(`${key}: "${line}" is not name=value`, placeOf(fields.tree, [key]));
    const [, name = '', value = ''] = match;
    const reason = WITHOUT_COUNTERPART[name];
    if (reason === undefined) properties[name] = value;
    else fields.notes.push(`${key}: ${name} is not taken: ${reason}.`);
  }
  return properties;
}
