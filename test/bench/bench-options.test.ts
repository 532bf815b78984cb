import { describe, expect, it } from 'vitest';
import { checkBenchOptions, defaultBenchOptions } from '../../bench/bench-options.ts';
import { parseBootstrap } from '../../bench/target/bootstrap.ts';
import { benchCommand } from '../../cli/bench.ts';
import { benchOptionsFrom, type BenchFlags } from '../../cli/bench-flags.ts';

function optionsFor(...words: string[]): ReturnType<typeof benchOptionsFrom> {
  const command = benchCommand().exitOverride();
  command.parseOptions(words);
  const options = benchOptionsFrom(command.opts<BenchFlags>());
  checkBenchOptions(options);
  return options;
}

describe('bench options', () => {
  it('without a word are the clickstream ingest of the guide', () => {
    expect(optionsFor()).toEqual(defaultBenchOptions);
    expect(defaultBenchOptions.producerProperties).toMatchObject({ acks: 'all', 'enable.idempotence': 'true', 'compression.type': 'zstd', 'linger.ms': '10', 'batch.size': '65536' });
    expect(defaultBenchOptions.topic).toMatchObject({ partitions: 20, replicationFactor: 3, properties: { 'min.insync.replicas': '2' } });
  });

  it('take units, lists and Kafka properties', () => {
    const options = optionsFor('--rate', '1.5m', '--duration', '2m', '--batch-size', '64k', '--acks', '1', '--groups', 'fast=2,slow=1:5ms', '--producer-property', 'buffer.memory=1', 'linger.ms=3');
    expect(options.load).toMatchObject({ ratePerSecond: 1_500_000 });
    expect(options.durationSeconds).toBe(120);
    expect(options.producerProperties).toMatchObject({ acks: '1', 'enable.idempotence': 'false', 'batch.size': '65536', 'linger.ms': '3', 'buffer.memory': '1' });
    expect(options.groups).toMatchObject([{ name: 'fast', memberCount: 2, serviceTimeUs: 0 }, { name: 'slow', memberCount: 1, serviceTimeUs: 5000 }]);
    expect(optionsFor('--brokers', '1').topic).toMatchObject({ replicationFactor: 1, properties: { 'min.insync.replicas': '1' } });
  });

  it.each([
    [['--rate', 'fast'], 'is not a number'],
    [['--rate', '5', '--closed-loop'], 'exclude each other'],
    [['--rate', '0'], 'must be above 0'],
    [['--key', 'a'], 'needs --payload'],
    [['--payload', 'x', '--record-size', '10'], 'exclude each other'],
    [['--duration', '0'], 'from 1 up'],
    [['--replication-factor', '4'], 'needs as many brokers'],
    [['--min-insync-replicas', '4'], 'no write would ever be accepted'],
    [['--kill-broker', '5', '--bootstrap', 'a:1'], 'embedded cluster only'],
    [['--kill-broker', '30'], 'outside the measured'],
    [['--fault', 'kill@5:4'], 'there is no broker 4'],
    [['--fault', 'pause@5+0'], 'lasts no time'],
    [['--fault', 'scale=2@5:nobody'], 'there is no group nobody; there are realtime, sink'],
    [['--groups', 'late=0'], 'at least one member'],
    [['--fault', 'kill@5', '--brokers', '1'], 'at least two brokers'],
    [['--fault', 'slow-link=0ms@5:1-2'], 'slows nothing down'],
    [['--brokers', '3', '--bootstrap', 'a:1'], 'leave it out with --bootstrap'],
    [['--use-existing'], 'needs --topic'],
    [['--groups', 'a'], 'not name=members'],
    [['--groups', 'a=1,a=2'], 'names a group twice'],
    [['--producer-property', 'linger'], 'not name=value'],
    [['--acks', '2'], 'is none of all, 1, 0'],
    [['--keys', '2m'], 'number of keys'],
  ])('%j are refused with the reason', (words, reason) => {
    expect(() => optionsFor(...words)).toThrow(reason);
  });

  it('a bootstrap list is hosts and ports', () => {
    expect(parseBootstrap('a:9092, [::1]:9093')).toEqual([{ host: 'a', port: 9092 }, { host: '::1', port: 9093 }]);
    for (const wrong of ['a', 'a:0', 'a:99999', ':1', '']) expect(() => parseBootstrap(wrong)).toThrow('is not host:port');
  });
});
