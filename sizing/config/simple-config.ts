/** The short form (one topic under `workload`) as the full one, and where its settings stand. */
import type { Config, SimpleConfig } from './config-schema.ts';

const DEFAULT_NAME = 'topic';

export function fromSimple({ workload, consumers, retention, durability, producer, broker }: SimpleConfig): Config {
  const name = workload.name ?? DEFAULT_NAME;
  const codec = producer?.compression ?? 'zstd';
  return {
    name,
    topics: {
      [name]: {
        rate: workload.rate,
        recordSize: workload.recordSize,
        sample: workload.sample,
        sampleKey: workload.sampleKey,
        compression: { codec, ...(workload.compressionRatio === undefined ? {} : { ratio: workload.compressionRatio }) },
        key: workload.key,
        retention: retention === undefined ? undefined : typeof retention === 'object' ? { time: retention } : retention,
        replicationFactor: durability?.replicationFactor,
        minInsyncReplicas: durability?.minInsyncReplicas,
        producer: { acks: durability?.acks, idempotence: durability?.idempotence, linger: producer?.linger, batchSize: producer?.batchSize, instances: producer?.instances },
        groups: consumers,
      },
    },
    ...(broker === undefined ? {} : { hardware: broker }),
  };
}

/** Full path to the path in the short form. */
const PLACES: readonly (readonly [full: string, short: readonly string[]])[] = [
  ['compression.ratio', ['workload', 'compressionRatio']],
  ['compression.codec', ['producer', 'compression']],
  ['producer.acks', ['durability', 'acks']],
  ['producer.idempotence', ['durability', 'idempotence']],
  ['producer', ['producer']],
  ['replicationFactor', ['durability', 'replicationFactor']],
  ['minInsyncReplicas', ['durability', 'minInsyncReplicas']],
  ['retention.time', ['retention']],
  ['retention', ['retention']],
  ['groups', ['consumers']],
];

export function simplePath(path: readonly (string | number)[]): (string | number)[] {
  const [root, , ...inTopic] = path;
  if (root === 'hardware') return ['broker', ...path.slice(1)];
  if (root !== 'topics') return [...path];
  const text = inTopic.join('.');
  for (const [full, short] of PLACES) {
    if (text === full || text.startsWith(`${full}.`)) return [...short, ...inTopic.slice(full.split('.').length)];
  }
  return ['workload', ...inTopic];
}
