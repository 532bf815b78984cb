/** The topics of a plan as a shell script of Kafka's own tools: made where they are absent, their settings brought to the plan where they are there. */
import { topicId } from '../../results/plan-ids.ts';
import type { Plan, PlannedTopic } from '../../results/plan-record.ts';
import { header, type ExportedFile, type ExportRequest } from './export-file.ts';

export function topicsScript(request: ExportRequest): ExportedFile[] {
  const { topics } = request.plan.shape;
  const head = header(request, {
    what: 'The topics of the plan. Run it with BOOTSTRAP=host:port; it may be run again: what is there stays, its settings are set.',
    rests: topics.flatMap(({ name }) => topicIds(name)),
    notes: ['Neither partitions nor replicas of a topic that is there are changed, since both have a price: "headroom size CONFIG --diff" says which, and how.', ...tieredNotes(request.plan)],
  });
  return [{ name: 'kafka-topics.sh', text: `#!/bin/sh\n${head}${PREAMBLE}${topics.map(topicCommands).join('')}` }];
}

/** A topic with remote.storage.enable is refused by brokers that have no remote storage, and Kafka brings none of its own. */
export function tieredNotes({ shape }: Plan): string[] {
  const tiered = shape.topics.filter(({ properties }) => properties['remote.storage.enable'] === 'true').map(({ name }) => name);
  return tiered.length === 0 ? [] : [`Tiered: ${tiered.join(', ')}. Brokers refuse that unless they have remote.log.storage.system.enable=true and a RemoteStorageManager, which Kafka does not come with; without one take "local" out of the retention, and size again.`];
}

/** What a topic's settings rest on. */
export function topicIds(name: string): string[] {
  return [`${topicId(name)}.partitions`, `${topicId(name)}.replication.factor`, `${topicId(name)}.min.insync.replicas`, `${topicId(name)}.retention`];
}

const PREAMBLE = `set -eu
BOOTSTRAP=\${BOOTSTRAP:-localhost:9092}
# Kafka's tools, with the path to them where they are not on PATH.
KAFKA_TOPICS=\${KAFKA_TOPICS:-kafka-topics.sh}
KAFKA_CONFIGS=\${KAFKA_CONFIGS:-kafka-configs.sh}
# A properties file that says how to connect (security.protocol, sasl.*, ssl.*); empty for a plaintext listener.
COMMAND_CONFIG=\${COMMAND_CONFIG:-}
topics() { "$KAFKA_TOPICS" --bootstrap-server "$BOOTSTRAP" \${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} "$@"; }
configs() { "$KAFKA_CONFIGS" --bootstrap-server "$BOOTSTRAP" \${COMMAND_CONFIG:+--command-config "$COMMAND_CONFIG"} "$@"; }
`;

function topicCommands({ name, partitions, replicationFactor, properties }: PlannedTopic): string {
  const topic = quoted(name);
  const settings = Object.entries(properties);
  const create = ['topics --create --if-not-exists', `--topic ${topic}`, `--partitions ${partitions} --replication-factor ${replicationFactor}`, ...settings.map(([property, value]) => `--config ${quoted(`${property}=${value}`)}`)];
  return `
${create.join(' \\\n  ')}
configs --alter --entity-type topics --entity-name ${topic} --add-config ${quoted(settings.map(addConfig).join(','))}
topics --describe --topic ${topic}
`;
}

/** kafka-configs splits at commas outside brackets. */
export function addConfig([property, value]: readonly [string, string]): string {
  return `${property}=${value.includes(',') ? `[${value}]` : value}`;
}

/** For a POSIX shell; plain words stay plain. */
export function quoted(word: string): string {
  return /^[\w.=:,@%+/-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
