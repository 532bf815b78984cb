import { expect, test } from 'vitest';
import { ClientConfigError } from '../../../engine/client/config-table.ts';
import { parseConsumerConfig } from '../../../engine/client/consumer-config.ts';
import { parseProducerConfig } from '../../../engine/client/producer-config.ts';

test("without properties the producer is the Java client's: acks=all, idempotent, 5 in flight, linger 5 ms", () => {
  expect(parseProducerConfig({})).toMatchObject({
    'enable.idempotence': true,
    'max.in.flight.requests.per.connection': 5,
    'linger.ms': 5,
    'batch.size': 16384,
    'buffer.memory': 33554432,
    'delivery.timeout.ms': 120000,
    'compression.type': 'none',
  });
});

test.each([
  ['a misspelt name, with the nearest one', { 'linger.msec': '5' }, /linger\.msec: unknown property; the nearest known is 'linger\.ms'/],
  ['a value that is no number', { 'batch.size': 'big' }, /batch\.size: 'big' is not a whole number/],
  ['a codec that there is not', { 'compression.type': 'brotli' }, /compression\.type: 'brotli' is none of/],
  ['idempotence without acks=all', { acks: '1', 'enable.idempotence': 'true' }, /acks/],
  ['more in flight than idempotence allows', { 'max.in.flight.requests.per.connection': '6', 'enable.idempotence': 'true' }, /max\.in\.flight/],
  ['a delivery timeout below linger and request timeout', { 'delivery.timeout.ms': '10' }, /delivery\.timeout\.ms/],
  ['a property that headroom does not have', { 'interceptor.classes': 'a.B' }, /do not have this property/],
  ['a property of the connection', { 'sasl.mechanism': 'PLAIN' }, /says how to connect, and holds for all clients/],
])('the producer refuses %s', (_what, properties, message) => {
  expect(() => parseProducerConfig(properties as unknown as Record<string, string>)).toThrow(message);
  expect(() => parseProducerConfig(properties as unknown as Record<string, string>)).toThrow(ClientConfigError);
});

test("a consumer takes the assignors by their own and by Java's names, in order of preference", () => {
  const names = 'org.apache.kafka.clients.consumer.CooperativeStickyAssignor,range';
  expect(parseConsumerConfig({ 'group.id': 'g', 'partition.assignment.strategy': names }).assignors).toEqual(['cooperative-sticky', 'range']);
});

test('a consumer refuses a missing group, a heartbeat as slow as its session, and an isolation that there is not', () => {
  expect(() => parseConsumerConfig({})).toThrow(/group\.id/);
  expect(() => parseConsumerConfig({ 'group.id': 'g', 'heartbeat.interval.ms': '45000' })).toThrow(/session\.timeout\.ms/);
  expect(() => parseConsumerConfig({ 'group.id': 'g', 'isolation.level': 'serializable' })).toThrow(/isolation\.level/);
});
