import { describe, expect, it } from 'vitest';
import { defaultBenchOptions } from '../../bench/bench-options.ts';
import { benchOptionsFrom, consumerRateFrom, type BenchFlags } from '../../cli/bench-flags.ts';
import { CliError } from '../../cli/cli-error.ts';

it('gives the default run without flags', () => {
  expect(benchOptionsFrom({})).toEqual(defaultBenchOptions);
});

describe('what is given', () => {
  it.each<[string, BenchFlags, unknown]>([
    ['a rate with a suffix', { rate: '50k' }, { load: { kind: 'open', ratePerSecond: 50_000, arrivals: 'constant' } }],
    ['a rate with separators', { rate: '1_500,000' }, { load: { ratePerSecond: 1_500_000 } }],
    ['a shape', { shape: 'ramp=1k..2k:5s', arrivals: 'poisson' }, { load: { kind: 'shaped', shape: { kind: 'ramp', fromPerSecond: 1000, toPerSecond: 2000, overSeconds: 5 }, arrivals: 'poisson' } }],
    ['a closed loop', { closedLoop: true }, { load: { kind: 'closed' } }],
    ['minutes', { duration: '2m', warmup: '10s' }, { durationSeconds: 120, warmupSeconds: 10 }],
    ['sized records', { recordSize: '1k', randomBytesRatio: '0.2', keyDistribution: 'none' }, { name: 'fixed-1024', workload: { kind: 'fixed', recordBytes: 1024, randomBytesRatio: 0.2, keys: { kind: 'none' } } }],
    ['a hot set with composite keys', { keyDistribution: 'hotSet', keys: '1k', hotKeys: '2', hotShare: '0.5', keyBuckets: '16' }, { workload: { keys: { kind: 'hotSet', keyCount: 1000, hotKeyCount: 2, hotShare: 0.5 }, keySpread: { kind: 'buckets', buckets: 16 } } }],
    ['salted keys', { keySalts: '8' }, { workload: { keySpread: { kind: 'salts', salts: 8 } } }],
    ['sizes', { recordSize: '200..2k', compressionRatio: '3' }, { name: 'sized', workload: { kind: 'sized', sizes: { kind: 'uniform', minBytes: 200, maxBytes: 2048 }, compressionRatio: 3 } }],
    ['sizes in buckets', { recordSize: '0-256=234,256-1024=70' }, { workload: { sizes: { kind: 'buckets', buckets: [{ minBytes: 0, maxBytes: 256, weight: 234 }, { maxBytes: 1024 }] } } }],
    ['lognormal sizes', { recordSize: 'lognormal:1k:8k' }, { workload: { sizes: { kind: 'lognormal', meanBytes: 1024, p99Bytes: 8192 } } }],
    ['sizes of a file', { recordSize: '@sizes.txt' }, { workload: { sizes: { kind: 'file', path: 'sizes.txt' } } }],
    ['a template', { template: '{{uuid}}' }, { name: 'template', workload: { kind: 'template', template: '{{uuid}}' } }],
    ['a payload', { payload: 'a.jsonl', key: 'user.id' }, { name: 'payload', workload: { kind: 'file', path: 'a.jsonl', key: 'user.id' } }],
    ['acks=1, which idempotence cannot have', { acks: '1' }, { producerProperties: { acks: '1', 'enable.idempotence': 'false' } }],
    ['acks=-1 as all', { acks: '-1' }, { producerProperties: { acks: 'all', 'enable.idempotence': 'true' } }],
    ['a producer property over its own flag', { lingerMs: '5', producerProperty: ['linger.ms=7', 'compression.zstd.level=1'] }, { producerProperties: { 'linger.ms': '7', 'compression.zstd.level': '1' } }],
    ['a property whose value holds an equals sign', { topicProperty: ['a=b=c'] }, { topic: { properties: { a: 'b=c' } } }],
    ['one broker: fewer replicas', { brokers: '1' }, { topic: { replicationFactor: 1, properties: { 'min.insync.replicas': '1' } } }],
    ['groups with a time a record', { groups: 'sink=2,slow=3:1.5ms' }, { groups: [{ name: 'sink', memberCount: 2, properties: { 'fetch.min.bytes': '262144' } }, { name: 'slow', memberCount: 3, serviceTimeUs: 1500 }] }],
    ['no groups', { groups: 'none' }, { groups: [] }],
    ['another Kafka', { bootstrap: 'a:1,b:2' }, { target: { kind: 'external', bootstrap: 'a:1,b:2' } }],
    ['a fault', { killBroker: '3' }, { faults: [{ kind: 'kill', atSeconds: 3, forSeconds: 5, broker: 'leader' }] }],
    ['several faults, by their time', { fault: ['slow-disk=20ms@8+2:3', 'restart@4'], pauseBroker: '6:200ms:all' }, { faults: [{ kind: 'restart', atSeconds: 4 }, { kind: 'pause', atSeconds: 6, forSeconds: 0.2, broker: 'all' }, { kind: 'slowDisk', atSeconds: 8, broker: 3 }] }],
  ])('is taken: %s', (_what, flags, expected) => {
    expect(benchOptionsFrom(flags)).toMatchObject(expected as object);
  });

  it('may be a consumer’s rate', () => {
    expect([consumerRateFrom({}), consumerRateFrom({ consumerRate: '8k' })]).toEqual([undefined, 8000]);
  });
});

describe('what cannot be used', () => {
  it.each<[BenchFlags, RegExp]>([
    [{ rate: 'fast' }, /--rate "fast" is not a number \(for example/],
    [{ rate: '1', closedLoop: true }, /--rate and --closed-loop exclude each other/],
    [{ rate: '1', shape: 'ramp=1k..2k' }, /--shape and --rate exclude each other/],
    [{ shape: 'ramp=1k..2k', closedLoop: true }, /--shape and --closed-loop exclude each other/],
    [{ shape: 'hill=5' }, /--shape: "hill=5" is no shape of a load: write it as steps=/],
    [{ duration: '1.5' }, /--duration "1.5" is not a whole number of seconds/],
    [{ recordSize: 'big' }, /--record-size "big" is not a number of bytes/],
    [{ payload: 'a', recordSize: '1' }, /exclude each other/],
    [{ payload: 'a', keys: '5' }, /--keys and --key-distribution are for generated records/],
    [{ compressionRatio: '3' }, /--compression-ratio needs --record-size/],
    [{ recordSize: '1k', compressionRatio: '3', randomBytesRatio: '0.5' }, /exclude each other/],
    [{ recordSize: '1..big' }, /--record-size "big" is not a number of bytes/],
    [{ recordSize: '0-256=many' }, /--record-size: "0-256" with weight NaN is no bucket of sizes/],
    [{ template: 'a', recordSize: '1k' }, /--template and --record-size exclude each other/],
    [{ template: 'a', payload: 'b' }, /--payload and --template exclude each other/],
    [{ hotKeys: '2' }, /--hot-keys is for --key-distribution hotSet/],
    [{ keyBuckets: '2', keySalts: '2' }, /exclude each other/],
    [{ payload: 'a', keySalts: '2' }, /are for generated records/],
    [{ key: 'id' }, /--key names a field of a payload file/],
    [{ randomBytesRatio: '0.5' }, /--random-bytes-ratio needs --record-size/],
    [{ randomBytesRatio: '', recordSize: '1' }, /--random-bytes-ratio "" is not a number/],
    [{ keyDistribution: 'normal' }, /none of zipf, uniform, sequential, hotSet, none/],
    [{ arrivals: 'bursts' }, /none of constant, poisson/],
    [{ acks: '2' }, /none of all, 1, 0/],
    [{ workers: '-1' }, /--workers "-1" is not a whole number/],
    [{ producerProperty: ['linger.ms'] }, /--producer-property "linger.ms" is not name=value/],
    [{ groups: 'a' }, /--groups "a" is not name=members/],
    [{ bootstrap: 'a:1', brokers: '3' }, /--brokers is for the embedded cluster/],
    [{ bootstrap: 'a:1', dataDir: 'x' }, /--data-dir is for the embedded cluster/],
    [{ restartAfter: '3' }, /--restart-after needs --kill-broker/],
    [{ fault: ['kill@soon'] }, /--fault "kill@soon": soon is no time/],
    [{ pauseBroker: '5:200ms:somebody' }, /--pause-broker .*somebody is no broker/],
    [{ consumerRate: 'x' }, /--consumer-rate "x" is not a number/],
  ])('%j is refused with the flag, the reason and exit code 2', (flags, message) => {
    let refusal: unknown;
    try {
      benchOptionsFrom(flags);
      consumerRateFrom(flags);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(CliError);
    expect(refusal).toMatchObject({ exitCode: 2, message: expect.stringMatching(message) as string });
  });
});
