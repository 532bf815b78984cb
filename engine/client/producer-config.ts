/** The producer's properties: Kafka's names, the defaults of the Java client 4.2, and the combinations that it refuses. */
import { ClientConfigError, parseProperties, type PropertiesOf } from './config-table.ts';

const LONG_MAX = Number.MAX_SAFE_INTEGER;
const BATCH_BYTES = { min: 0, max: 512 * 1024 * 1024 };

export const producerProperties = {
  acks: { type: 'string', default: 'all', values: ['all', '-1', '0', '1'] },
  'batch.size': { type: 'int', default: '16384', ...BATCH_BYTES },
  'buffer.memory': { type: 'int', default: '33554432', max: LONG_MAX },
  'compression.type': { type: 'string', default: 'none', values: ['none', 'gzip', 'snappy', 'lz4', 'zstd'] },
  'compression.gzip.level': { type: 'int', default: '-1', min: -1, max: 9 },
  // Kafka's default: the fast compressor, the only one here.
  'compression.lz4.level': { type: 'int', default: '9', min: 9, max: 9 },
  'compression.zstd.level': { type: 'int', default: '3', min: -131_072, max: 22 },
  'delivery.timeout.ms': { type: 'int', default: '120000' },
  'enable.idempotence': { type: 'boolean', default: 'true' },
  'linger.ms': { type: 'int', default: '5' },
  'max.in.flight.requests.per.connection': { type: 'int', default: '5', min: 1 },
  'max.request.size': { type: 'int', default: '1048576' },
  'metadata.max.age.ms': { type: 'int', default: '300000' },
  'max.block.ms': { type: 'int', default: '60000' },
  'partitioner.ignore.keys': { type: 'boolean', default: 'false' },
  'partitioner.adaptive.partitioning.enable': { type: 'boolean', default: 'true' },
  'request.timeout.ms': { type: 'int', default: '30000', min: 1 },
  retries: { type: 'int', default: '2147483647' },
  'retry.backoff.ms': { type: 'int', default: '100' },
  'retry.backoff.max.ms': { type: 'int', default: '1000' },
} as const;

export type ProducerConfig = PropertiesOf<typeof producerProperties> & {
  /** Acknowledgements as the protocol has them. */
  readonly requiredAcks: -1 | 0 | 1;
  readonly isIdempotent: boolean;
};

/** Idempotence is given up silently, as in Kafka, when only its default contradicts what was set. */
export function parseProducerConfig(properties: Readonly<Record<string, string>>): ProducerConfig {
  const config = parseProperties(producerProperties, properties);
  const requiredAcks = config.acks === 'all' ? -1 : (Number(config.acks) as -1 | 0 | 1);
  const { 'linger.ms': lingerMs, 'request.timeout.ms': requestTimeoutMs } = config;
  let deliveryTimeoutMs = config['delivery.timeout.ms'];
  if (properties['delivery.timeout.ms'] === undefined) deliveryTimeoutMs = Math.max(deliveryTimeoutMs, lingerMs + requestTimeoutMs);
  if (deliveryTimeoutMs < lingerMs + requestTimeoutMs) {
    throw new ClientConfigError('delivery.timeout.ms', `${deliveryTimeoutMs} is less than linger.ms (${lingerMs}) + request.timeout.ms (${requestTimeoutMs})`);
  }
  if (config['buffer.memory'] < config['batch.size']) {
    throw new ClientConfigError('buffer.memory', `${config['buffer.memory']} does not hold one batch (batch.size ${config['batch.size']})`);
  }
  const contradiction = contradictionToIdempotence(config);
  if (contradiction !== undefined && properties['enable.idempotence'] !== undefined && config['enable.idempotence']) {
    throw new ClientConfigError('enable.idempotence', `true needs ${contradiction}`);
  }
  if (config['max.in.flight.requests.per.connection'] > 5 && config['enable.idempotence'] && properties['enable.idempotence'] === undefined) {
    throw new ClientConfigError('max.in.flight.requests.per.connection', 'more than 5 needs enable.idempotence=false');
  }
  return { ...config, 'delivery.timeout.ms': deliveryTimeoutMs, requiredAcks, isIdempotent: config['enable.idempotence'] && contradiction === undefined };
}

function contradictionToIdempotence(config: PropertiesOf<typeof producerProperties>): string | undefined {
  if (config.acks !== 'all' && config.acks !== '-1') return `acks=all, not ${config.acks}`;
  if (config.retries === 0) return 'retries above 0';
  if (config['max.in.flight.requests.per.connection'] > 5) return 'max.in.flight.requests.per.connection of at most 5';
  return undefined;
}
