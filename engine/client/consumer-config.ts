/** The consumer's properties: Kafka's names, the defaults of the Java client 4.2, and the combinations that it refuses. */
import { ClientConfigError, parseProperties, type PropertiesOf } from './config-table.ts';

/** Java's class names are taken for the assignors' own names. */
const ASSIGNORS: Readonly<Record<string, 'range' | 'cooperative-sticky'>> = {
  range: 'range',
  'cooperative-sticky': 'cooperative-sticky',
  'org.apache.kafka.clients.consumer.RangeAssignor': 'range',
  'org.apache.kafka.clients.consumer.CooperativeStickyAssignor': 'cooperative-sticky',
};

export const consumerProperties = {
  'auto.commit.interval.ms': { type: 'int', default: '5000' },
  'auto.offset.reset': { type: 'string', default: 'latest', values: ['earliest', 'latest', 'none'] },
  'check.crcs': { type: 'boolean', default: 'true' },
  'client.rack': { type: 'string', default: '' },
  'enable.auto.commit': { type: 'boolean', default: 'true' },
  'fetch.max.bytes': { type: 'int', default: '52428800' },
  'fetch.max.wait.ms': { type: 'int', default: '500' },
  'fetch.min.bytes': { type: 'int', default: '1' },
  'group.id': { type: 'string', default: '' },
  'group.instance.id': { type: 'string', default: '' },
  'group.protocol': { type: 'string', default: 'classic', values: ['classic'] },
  'heartbeat.interval.ms': { type: 'int', default: '3000', min: 1 },
  'isolation.level': { type: 'string', default: 'read_uncommitted', values: ['read_uncommitted', 'read_committed'] },
  'max.partition.fetch.bytes': { type: 'int', default: '1048576' },
  'max.poll.interval.ms': { type: 'int', default: '300000', min: 1 },
  'partition.assignment.strategy': { type: 'list', default: 'range,cooperative-sticky', values: Object.keys(ASSIGNORS) },
  'request.timeout.ms': { type: 'int', default: '30000', min: 1 },
  'retry.backoff.ms': { type: 'int', default: '100' },
  'retry.backoff.max.ms': { type: 'int', default: '1000' },
  'session.timeout.ms': { type: 'int', default: '45000', min: 1 },
} as const;

export type AssignorName = 'range' | 'cooperative-sticky';

export type ConsumerConfig = PropertiesOf<typeof consumerProperties> & {
  /** In order of preference. */
  readonly assignors: readonly AssignorName[];
};

export function parseConsumerConfig(properties: Readonly<Record<string, string>>): ConsumerConfig {
  const config = parseProperties(consumerProperties, properties);
  if (config['group.id'] === '') throw new ClientConfigError('group.id', 'a consumer group needs a name');
  const { 'heartbeat.interval.ms': heartbeatMs, 'session.timeout.ms': sessionMs, 'fetch.max.wait.ms': waitMs, 'request.timeout.ms': requestMs } = config;
  if (heartbeatMs >= sessionMs) {
    throw new ClientConfigError('heartbeat.interval.ms', `${heartbeatMs} must be less than session.timeout.ms (${sessionMs})`);
  }
  if (waitMs >= requestMs) {
    throw new ClientConfigError('fetch.max.wait.ms', `${waitMs} must be less than request.timeout.ms (${requestMs})`);
  }
  const assignors = [...new Set(config['partition.assignment.strategy'].map((name) => ASSIGNORS[name] as AssignorName))];
  return { ...config, assignors };
}
