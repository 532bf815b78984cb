/** What an acknowledgement of a run promised, from its configuration alone, so that runs against any Kafka are described alike. */
import type { Properties, TopicConfiguration } from '../../run.ts';
import type { Durability } from './experiment-result.ts';

export interface DurabilitySettings {
  readonly producerProperties: Properties;
  readonly topic: Pick<TopicConfiguration, 'properties' | 'replicationFactor'>;
}

export function durabilityOf({ producerProperties, topic }: DurabilitySettings): Durability {
  const acks = producerProperties['acks'] ?? 'all';
  const isSynced = topic.properties['flush.messages'] === '1' && acks !== '0';
  if (acks === '0') return { level: 0, isSynced, words: 'nothing: the producer waits for no answer' };
  const where = isSynced ? 'on disk' : 'in the page cache';
  if (acks === '1') return { level: 1, isSynced, words: `${where} of the leader alone` };
  const minIsr = Number(topic.properties['min.insync.replicas'] ?? 1);
  return { level: 1 + minIsr, isSynced, words: `${where} of every in-sync replica, at least ${minIsr} of ${topic.replicationFactor}` };
}

/** At least as much of both: copies, and disk against page cache. One may have more copies and the other the disk. */
export function isAsDurable(durability: Durability, other: Durability): boolean {
  return durability.level >= other.level && (durability.isSynced || !other.isSynced);
}
