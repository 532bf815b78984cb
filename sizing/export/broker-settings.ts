/** What a plan decides for a broker, by Kafka's property names, each with its reason. Of properties files and of Strimzi's `config`. */
import type { ExportRequest } from './export-file.ts';

export interface BrokerSetting {
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

/** Kafka's default num.io.threads and num.network.threads. */
const IO_THREADS = 8;
const NETWORK_THREADS = 3;
const FETCHERS_MAX = 16;

export const BROKER_RESTS = ['brokers', 'segment.bytes', 'broker.cores', 'net.ingress.used'];

export function brokerSettings({ plan, figures }: ExportRequest): BrokerSetting[] {
  const { topics, brokers, zones } = plan.shape;
  const replicas = Math.min(brokers, Math.max(1, ...topics.map(({ replicationFactor }) => replicationFactor)));
  const minIsr = Math.min(replicas, Math.max(1, ...topics.map(({ properties }) => Number(properties['min.insync.replicas'] ?? 1))));
  const internal = Math.min(3, brokers);
  const internalIsr = Math.min(2, internal);
  const cores = figures.value('broker.cores');
  const fetchers = replicaFetchers({ replicas: figures.value('replicas.broker'), cores });
  return [
    { name: 'default.replication.factor', value: String(replicas), why: 'of topics that are made without a factor: as the plan has it' },
    { name: 'min.insync.replicas', value: String(minIsr), why: 'of topics that do not set it; acks=all is refused below it' },
    { name: 'offsets.topic.replication.factor', value: String(internal), why: "Kafka's own topics survive as much as the plan's" },
    { name: 'transaction.state.log.replication.factor', value: String(internal), why: '' },
    { name: 'transaction.state.log.min.isr', value: String(internalIsr), why: '' },
    { name: 'share.coordinator.state.topic.replication.factor', value: String(internal), why: '' },
    { name: 'share.coordinator.state.topic.min.isr', value: String(internalIsr), why: '' },
    { name: 'auto.create.topics.enable', value: 'false', why: 'a misspelt topic must not come to be with partitions that nobody planned' },
    { name: 'unclean.leader.election.enable', value: 'false', why: 'a replica outside the ISR does not lead: that would lose acknowledged records' },
    ...largeFetchSettings(topics.map(({ properties }) => Number(properties['max.message.bytes'] ?? 0))),
    ...retentionSettings(topics.map(({ properties }) => properties['retention.ms'])),
    { name: 'log.segment.bytes', value: String(Math.min(2 ** 31 - 1, Math.round(figures.value('segment.bytes')))), why: `${figures.cited('segments.broker')} of it; retention drops whole segments, so up to one more a replica stays` },
    { name: 'num.io.threads', value: String(Math.max(IO_THREADS, Math.round(cores))), why: `one a processor (${figures.cited('broker.cores')}), at least Kafka's ${IO_THREADS}` },
    { name: 'num.network.threads', value: String(Math.max(NETWORK_THREADS, Math.round(cores / 2))), why: `one for two processors, at least Kafka's ${NETWORK_THREADS}` },
    { name: 'num.replica.fetchers', value: String(fetchers), why: `connections to each fellow broker for ${figures.cited('replicas.broker')}: one for a thousand replicas, at most one for two processors` },
    ...(zones > 1 ? [{ name: 'replica.selector.class', value: 'org.apache.kafka.common.replica.RackAwareReplicaSelector', why: `consumers with client.rack read from their own of the ${zones} zones` }] : []),
  ];
}

/** Kafka's default is 1 MiB. */
function largeFetchSettings(batchBytes: readonly number[]): BrokerSetting[] {
  const largest = Math.max(...batchBytes);
  return largest <= 2 ** 20 ? [] : [{ name: 'replica.fetch.max.bytes', value: String(largest), why: 'as large as the largest max.message.bytes of a topic: followers then fetch more than one such batch at a time' }];
}

/** A default only where all topics agree; each topic sets its own anyway. */
function retentionSettings(retentions: readonly (string | undefined)[]): BrokerSetting[] {
  const [first] = retentions;
  if (first === undefined || retentions.some((each) => each !== first)) return [];
  return [{ name: 'log.retention.ms', value: first, why: 'of topics that do not set retention.ms' }];
}

function replicaFetchers({ replicas, cores }: { replicas: number; cores: number }): number {
  return Math.max(1, Math.min(Math.ceil(replicas / 1000), Math.floor(cores / 2), FETCHERS_MAX));
}
