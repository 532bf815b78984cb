import { expect, it } from 'vitest';
import { librdkafkaConfig } from '../../../../bench/load/driver/librdkafka-config.ts';

const where = { bootstrap: [{ host: 'kafka-1', port: 9092 }, { host: '::1', port: 9093 }], security: undefined, clientId: 'test' };

it('gives librdkafka the settings that the other client has, by its own names', () => {
  const config = librdkafkaConfig({ ...where, producerProperties: { acks: 'all', 'linger.ms': '10', 'batch.size': '65536', 'compression.type': 'zstd', 'buffer.memory': '67108864', 'max.request.size': '2097152' } });
  expect(config).toMatchObject({
    acks: 'all', 'linger.ms': '10', 'batch.size': '65536', 'compression.type': 'zstd', 'compression.level': 3, 'enable.idempotence': true, 'delivery.timeout.ms': '120000',
    'queue.buffering.max.kbytes': 65_536, 'queue.buffering.max.messages': 0, 'message.max.bytes': 2_097_152, partitioner: 'murmur2_random',
    'bootstrap.servers': 'kafka-1:9092,[::1]:9093', 'security.protocol': 'plaintext',
  });
  expect(librdkafkaConfig({ ...where, producerProperties: { acks: '1' } })['enable.idempotence']).toBe(false);
});

it('connects as the other client does', () => {
  const security = { tls: { ca: 'CA', certificate: 'C', key: 'K', keyPassword: 'P', verifies: 'chain' }, sasl: { mechanism: 'SCRAM-SHA-512', username: 'u', password: 'p' } } as const;
  expect(librdkafkaConfig({ ...where, security, producerProperties: {} })).toMatchObject({
    'security.protocol': 'sasl_ssl', 'sasl.mechanism': 'SCRAM-SHA-512', 'sasl.username': 'u', 'sasl.password': 'p', 'ssl.ca.pem': 'CA', 'ssl.certificate.pem': 'C', 'ssl.key.pem': 'K',
    'ssl.key.password': 'P', 'enable.ssl.certificate.verification': true, 'ssl.endpoint.identification.algorithm': 'none',
  });
});

it('refuses what no client has', () => {
  expect(() => librdkafkaConfig({ ...where, producerProperties: { 'linger.mss': '1' } })).toThrow("linger.mss: unknown property; the nearest known is 'linger.ms'");
});
