/** Kafka's producer properties in librdkafka's names, where the two differ, and how the cluster is connected to. Pure. */
import { parseProducerConfig } from '../../../engine/client/producer-config.ts';
import { securityProtocolOf, type ClientSecurity } from '../../../engine/client/security/client-security.ts';
import type { Endpoint } from '../../../engine/environment.ts';

/** The same names and meanings in both. */
const SHARED = ['acks', 'batch.size', 'compression.type', 'delivery.timeout.ms', 'enable.idempotence', 'linger.ms', 'max.in.flight.requests.per.connection', 'metadata.max.age.ms', 'request.timeout.ms', 'retries', 'retry.backoff.ms', 'retry.backoff.max.ms'] as const;
/** Ends of librdkafka's ranges. */
const QUEUE_KIB_MAX = 2_147_483_647;

export interface LibrdkafkaOptions {
  readonly bootstrap: readonly Endpoint[];
  readonly security: ClientSecurity | undefined;
  readonly producerProperties: Readonly<Record<string, string>>;
  readonly clientId: string;
}

/** Throws ClientConfigError. Keys go to the same partitions as with Java's client (murmur2). */
export function librdkafkaConfig({ bootstrap, security = {}, producerProperties, clientId }: LibrdkafkaOptions): Record<string, string | number | boolean> {
  const config = parseProducerConfig(producerProperties);
  const shared = Object.fromEntries(SHARED.map((name) => [name, String(config[name])]));
  const level = config['compression.type'] === 'zstd' ? config['compression.zstd.level'] : config['compression.type'] === 'gzip' ? config['compression.gzip.level'] : -1;
  return {
    ...shared,
    'enable.idempotence': config.isIdempotent,
    'compression.level': Math.max(-1, Math.min(12, level)),
    'bootstrap.servers': bootstrap.map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)).join(','),
    'client.id': clientId,
    'message.max.bytes': config['max.request.size'],
    'queue.buffering.max.kbytes': Math.min(QUEUE_KIB_MAX, Math.max(1, Math.ceil(config['buffer.memory'] / 1024))),
    // buffer.memory alone limits, as in Kafka's client.
    'queue.buffering.max.messages': 0,
    partitioner: 'murmur2_random',
    ...securityOf(security),
  };
}

function securityOf(security: ClientSecurity): Record<string, string | boolean> {
  const { tls, sasl } = security;
  return {
    'security.protocol': securityProtocolOf(security).toLowerCase(),
    ...(sasl === undefined ? {} : { 'sasl.mechanism': sasl.mechanism, 'sasl.username': sasl.username, 'sasl.password': sasl.password }),
    ...(tls === undefined
      ? {}
      : {
          ...(tls.ca === undefined ? {} : { 'ssl.ca.pem': tls.ca }),
          ...(tls.certificate === undefined ? {} : { 'ssl.certificate.pem': tls.certificate }),
          ...(tls.key === undefined ? {} : { 'ssl.key.pem': tls.key }),
          ...(tls.keyPassword === undefined ? {} : { 'ssl.key.password': tls.keyPassword }),
          'enable.ssl.certificate.verification': tls.verifies !== 'nothing',
          'ssl.endpoint.identification.algorithm': tls.verifies === 'chainAndName' ? 'https' : 'none',
        }),
  };
}
