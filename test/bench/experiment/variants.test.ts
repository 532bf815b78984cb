import { describe, expect, it } from 'vitest';
import { defaultBenchOptions } from '../../../bench/bench-options.ts';
import { readExperiment } from '../../../bench/experiment/file/experiment-file.ts';
import { variantsOf, type Variant } from '../../../bench/experiment/variants.ts';
import { ExperimentError } from '../../../bench/experiment-error.ts';

function variants(text: string) {
  return variantsOf(readExperiment(text));
}

function only(settings: string) {
  return variants(`name: a\nbase:\n${settings.split('\n').map((line) => `  ${line}`).join('\n')}\n`).all[0]?.options;
}

describe('variants', () => {
  it('without profiles and matrix are the plain run', () => {
    expect(variants('name: a')).toEqual({ baseline: 'base', all: [{ name: 'base', options: { ...defaultBenchOptions, name: 'a/base' } }] });
  });

  it('are every profile with every combination of the matrix, the first one the baseline', () => {
    const { all, baseline } = variants('name: a\nprofiles: { slow: { load.rate: 1k/s }, fast: { load.rate: 2k/s } }\nmatrix:\n  producer.linger.ms: [0, 5]\n  topic.partitions: [3, 6]');
    expect(all.map(({ name }) => name)).toEqual(['slow', 'fast'].flatMap((profile) => ['0', '5'].flatMap((linger) => ['3', '6'].map((partitions) => `${profile} linger.ms=${linger} partitions=${partitions}`))));
    expect(baseline).toBe(all[0]?.name);
    expect(all[5]?.options).toMatchObject({ name: 'a/fast linger.ms=0 partitions=6', load: { ratePerSecond: 2000 }, producerProperties: { 'linger.ms': '0' }, topic: { partitions: 6 } });
  });

  it('have the baseline that is named: a variant, or a profile with the first of each value', () => {
    const text = 'name: a\nprofiles: { x: {}, y: {} }\nmatrix: { producer.linger.ms: [0, 5] }\n';
    expect(variants(`${text}baseline: y`).baseline).toBe('y linger.ms=0');
    expect(variants(`${text}baseline: x linger.ms=5`).baseline).toBe('x linger.ms=5');
    expect(() => variants(`${text}baseline: z`)).toThrow(/baseline: there is no z/);
  });

  it('lay overrides over base and below profiles', () => {
    const experiment = readExperiment('name: a\nbase: { duration: 9s, warmup: 9s }\nprofiles: { long: { duration: 30s } }');
    expect(variantsOf(experiment, { settings: { duration: '4s', warmup: '1s' } }).all[0]?.options).toMatchObject({ durationSeconds: 30, warmupSeconds: 1 });
  });
});

describe('settings', () => {
  it.each<[string, string, unknown]>([
    ['a load', 'load: { rate: 2.5k/s, arrivals: poisson }', { load: { kind: 'open', ratePerSecond: 2500, arrivals: 'poisson' } }],
    ['a shape in one word', 'load: { shape: "bursts=2k..9k:2s/5s", arrivals: poisson }', { load: { kind: 'shaped', shape: { kind: 'bursts', basePerSecond: 2000, burstPerSecond: 9000, everySeconds: 5, burstSeconds: 2 }, arrivals: 'poisson' } }],
    ['steps', 'load: { shape: { steps: [{ rate: 2k/s, for: 5s }, { rate: 3k/s, for: 500 ms }] } }', { load: { shape: { kind: 'steps', steps: [{ ratePerSecond: 2000, seconds: 5 }, { ratePerSecond: 3000, seconds: 0.5 }] } } }],
    ['a ramp', 'load: { shape: { ramp: { from: 0/s, to: 3k/s } } }', { load: { shape: { kind: 'ramp', fromPerSecond: 0, toPerSecond: 3000 } } }],
    ['bursts', 'load: { shape: { bursts: { base: 1k/s, burst: 5k/s, every: 10s, length: 2s } } }', { load: { shape: { kind: 'bursts', everySeconds: 10, burstSeconds: 2 } } }],
    ['a day', 'load: { shape: { day: { trough: 1k/s, peak: 9k/s } } }', { load: { shape: { kind: 'day', troughPerSecond: 1000, peakPerSecond: 9000 } } }],
    ['the factors of a day', 'load: { shape: { day: { rate: 9k/s, factors: [0.2, 1, 0.5] } } }', { load: { shape: { kind: 'hours', ratePerSecond: 9000, factors: [0.2, 1, 0.5] } } }],
    ['a closed loop', 'load.closedLoop: true', { load: { kind: 'closed' } }],
    ['sized records', 'workload: { recordSize: 1 KiB, randomBytesRatio: 20 %, keyDistribution: none }', { workload: { kind: 'fixed', recordBytes: 1024, randomBytesRatio: 0.2, keys: { kind: 'none' } } }],
    ['uniform sizes', 'workload: { recordSize: 200 B..2 KiB }', { workload: { kind: 'sized', sizes: { kind: 'uniform', minBytes: 200, maxBytes: 2048 } } }],
    ['lognormal sizes', 'workload: { recordSize: { lognormal: { mean: 1 kB, p99: 8 kB } } }', { workload: { kind: 'sized', sizes: { kind: 'lognormal', meanBytes: 1000, p99Bytes: 8000 } } }],
    ['sizes in buckets', 'workload: { recordSize: { buckets: { 0-256: 234, 256-1024: 70 } } }', { workload: { sizes: { kind: 'buckets', buckets: [{ minBytes: 0, maxBytes: 256, weight: 234 }, { minBytes: 256, maxBytes: 1024, weight: 70 }] } } }],
    ['a compression ratio', 'workload: { recordSize: 1 KiB, compressionRatio: 3 }', { workload: { kind: 'fixed', recordBytes: 1024, compressionRatio: 3 } }],
    ['a template', 'workload: { template: "{{uuid}}" }', { workload: { kind: 'template', template: '{{uuid}}' } }],
    ['keys', 'workload: { keys: 5k, zipfExponent: 1.1 }', { workload: { keys: { kind: 'zipf', keyCount: 5000, exponent: 1.1 } } }],
    ['a hot set', 'workload: { keyDistribution: hotSet, keys: 1000, hotKeys: 2, hotShare: 60 % }', { workload: { keys: { kind: 'hotSet', keyCount: 1000, hotKeyCount: 2, hotShare: 0.6 } } }],
    ['keys in turn', 'workload: { keyDistribution: sequential, keys: 50 }', { workload: { keys: { kind: 'sequential', keyCount: 50 } } }],
    ['composite keys', 'workload: { keyDistribution: hotSet, keyBuckets: 16 }', { workload: { keySpread: { kind: 'buckets', buckets: 16 } } }],
    ['salted keys', 'workload: { keySalts: 8 }', { workload: { keySpread: { kind: 'salts', salts: 8 } } }],
    ['acks=1, which idempotence cannot have', 'producer.acks: 1', { producerProperties: { acks: '1', 'enable.idempotence': 'false' } }],
    ['acks=-1 as all', 'producer.acks: -1', { producerProperties: { acks: 'all', 'enable.idempotence': 'true' } }],
    ['quantities of Kafka properties', 'producer: { batch.size: 128 KiB, linger.ms: 20 ms, request.timeout.ms: 45 s }', { producerProperties: { 'batch.size': '131072', 'linger.ms': '20', 'request.timeout.ms': '45000' } }],
    ['a topic', 'topic: { partitions: 6, replicationFactor: 1, retention.ms: 1 h, min.insync.replicas: 1 }', { topic: { partitions: 6, replicationFactor: 1, properties: { 'retention.ms': '3600000', 'min.insync.replicas': '1' } } }],
    ['fewer brokers: fewer replicas', 'target.brokers: 1', { topic: { replicationFactor: 1, properties: { 'min.insync.replicas': '1' } } }],
    ['groups', 'consumers: { slow: { members: 3, serviceTime: 5us, max.poll.interval.ms: 10 s } }', { groups: [{ name: 'slow', memberCount: 3, serviceTimeUs: 5, properties: { 'max.poll.interval.ms': '10000' } }] }],
    ['no groups', 'consumers: none', { groups: [] }],
    ['another Kafka', 'target.bootstrap: "a:1"', { target: { kind: 'external', bootstrap: 'a:1' } }],
    ['broker properties', 'broker.log.segment.bytes: 2 MiB', { target: { brokerProperties: { 'log.segment.bytes': '2097152' } } }],
    ['faults', 'faults: [kill@3s+1s, cut-link@5s+2s:2-3]', { faults: [{ kind: 'kill', atSeconds: 3, forSeconds: 1, broker: 'leader' }, { kind: 'cutLink', atSeconds: 5, forSeconds: 2, between: [2, 3] }] }],
  ])('are taken: %s', (_what, settings, expected) => {
    expect(only(settings)).toMatchObject(expected as object);
  });

  it('of a profile take the place of those that they exclude', () => {
    const { all } = variants('name: a\nbase: { load: { rate: 5k/s, arrivals: poisson }, target.brokers: 3 }\nprofiles: { closed: { load.closedLoop: true }, other: { target.bootstrap: "b:1" } }');
    expect(all.map(({ options }) => [options.load.kind, options.target.kind])).toEqual([['closed', 'embedded'], ['open', 'external']]);
  });

  it('of a shape, a rate and a closed loop take each other’s place, and a shape may stand in a matrix', () => {
    const { all } = variants('name: a\nbase: { load.shape: ramp=1k..2k }\nprofiles: { asIs: {}, level: { load.rate: 1k/s }, closed: { load.closedLoop: true } }');
    expect(all.map(({ options }) => options.load.kind)).toEqual(['shaped', 'open', 'closed']);
    expect(variants('name: a\nmatrix: { load.shape: ["ramp=1k..2k", "day=1k..2k"] }').all.map(({ name }) => name)).toEqual(['shape=ramp=1k..2k', 'shape=day=1k..2k']);
  });
});

describe('what contradicts is refused before anything starts, with the variant', () => {
  it.each([
    ['profiles: { a: { topic: { replicationFactor: 4 } } }', /^variant a: topic\.replicationFactor 4 needs as many brokers, target\.brokers is 3/],
    ['profiles: { a: { topic.min.insync.replicas: 4 } }', /topic\.min\.insync\.replicas 4 is more than topic\.replicationFactor 3/],
    ['profiles: { a: { producer: { acks: 1, enable.idempotence: true } } }', /enable\.idempotence: true needs acks=all/],
    ['profiles: { a: { producer.linger.sm: 5 } }', /linger\.sm: unknown property; the nearest known is 'linger\.ms'/],
    ['profiles: { a: { topic.partition: 5 } }', /topic\.partition: unknown setting; did you mean partitions\?/],
    ['profiles: { a: { topic.flush.messages: 0 } }', /flush\.messages cannot be "0"/],
    ['profiles: { a: { broker.nonsense: 0 } }', /nonsense/],
    ['profiles: { a: { producer.batch.size: 5 ms } }', /producer\.batch\.size: /],
    ['base: { load: { rate: 1k/s, closedLoop: true } }', /load\.closedLoop excludes load\.rate/],
    ['base: { load: { rate: 1k/s, shape: ramp=1k..2k } }', /load\.shape excludes load\.rate/],
    ['base: { load.shape: "ramp=1k..2k:30s" }', /variant base: load\.shape: the ramp takes 30 s/],
    ['base: { load.shape: trace=/no/such/trace.csv }', /cannot read trace \/no\/such\/trace\.csv: there is no such file/],
    ['base: { duration: 1500 ms }', /duration must be whole seconds/],
    ['base: { workload: { payload: /no/such/file.jsonl } }', /no\/such\/file\.jsonl/],
    ['base: { workload: { payload: a.csv, keys: 5 } }', /workload\.keys is for generated records/],
    ['base: { workload: { key: id } }', /workload\.key names a field of a payload file/],
    ['base: { workload: { hotKeys: 2 } }', /hotKeys and hotShare are for keyDistribution: hotSet/],
    ['base: { workload: { keyDistribution: hotSet, keys: 3, hotKeys: 4 } }', /the number of hot keys must be 1 to the number of keys, 3/],
    ['base: { workload: { keyDistribution: hotSet, hotShare: 120 % } }', /the share of the hot keys/],
    ['base: { workload: { compressionRatio: 3 } }', /workload\.compressionRatio needs workload\.recordSize/],
    ['base: { workload: { recordSize: 1 KiB, compressionRatio: 3, randomBytesRatio: 0.5 } }', /exclude each other/],
    ['base: { workload: { recordSize: 1 KiB, compressionRatio: 400 } }', /a compression ratio of 400 cannot be met: with zstd these records reach \d/],
    ['base: { workload: { recordSize: 1 KiB, compressionRatio: 3 }, producer.compression.type: none }', /needs a codec/],
    ['base: { workload: { recordSize: "@/no/such/sizes" } }', /cannot read sizes from \/no\/such\/sizes/],
    ['base: { workload: { recordSize: "lognormal:1 kB:99 kB" } }', /has its p99 between that and 14\d\d\d bytes, not at 99000/],
    ['base: { workload: { template: "{{guid}}" } }', /template, line 1, column 1: \{\{guid\}\} is no placeholder/],
    ['base: { workload: { template: a, recordSize: 5 B } }', /exclude each other/],
    ['base: { workload: { keyBuckets: 4, keySalts: 4 } }', /keyBuckets and workload\.keySalts exclude each other/],
    ['base: { workload: { keyBuckets: 400 } }', /must be 2 to 100, not 400/],
    ['base: { workload: { keyDistribution: none, keySalts: 4 } }', /nothing to spread/],
    ['base: { workload: { keys: 900k, keySalts: 50 } }', /more than the check of every key can hold/],
    ['base: { target: { bootstrap: "a:1", brokers: 3 } }', /target\.brokers and target\.dataDirectory are for the embedded cluster/],
    ['matrix: { topic.partitions: [1, 2, 3, 4, 5, 6, 7, 8, 9] , workers: [1, 2, 3, 4, 5, 6, 7, 8] }', /72 variants are more than 64/],
    ['published: { source: x, figures: { b: { publish.p99: 5 ms } } }', /published: there is no variant b/],
  ])('%s', (text, message) => {
    const read = (): unknown => variants(`name: a\n${text}\n`);
    expect(read).toThrow(message);
    expect(read).toThrow(ExperimentError);
  });

  describe('on several targets', () => {
    const targets = [{ name: 'embedded', settings: { target: { brokers: 3 } } }, { name: 'kafka', settings: { target: { bootstrap: 'a:1' } } }];

    it('stands on each, the first of them with the baseline', () => {
      const experiment = readExperiment('name: a\nbase: { target.dataDirectory: /tmp/d }\nprofiles: { slow: { producer.linger.ms: 50 }, quick: { producer.linger.ms: 0 } }\nbaseline: quick');
      const { all, baseline } = variantsOf(experiment, { targets });
      expect(all.map(({ name }) => name)).toEqual(['embedded slow', 'embedded quick', 'kafka slow', 'kafka quick']);
      expect(baseline).toBe('embedded quick');
      expect(all.map(({ options }) => options.target.kind)).toEqual(['embedded', 'embedded', 'external', 'external']);
      expect(all[3]?.options.producerProperties['linger.ms']).toBe('0');
    });

    it('leaves the embedded brokers no say over their clients beside brokers that have none', () => {
      const experiment = readExperiment('name: a\nprofiles: { one: { topic.partitions: 1 } }');
      const isEven = (all: readonly Variant[]): unknown[] => all.map(({ options: { target } }) => (target.kind === 'embedded' ? (target.isEven ?? false) : 'external'));
      expect(isEven(variantsOf(experiment, { targets }).all)).toEqual([true, 'external']);
      expect(isEven(variantsOf(experiment).all)).toEqual([false]);
    });

    it('is refused where the file names targets itself, or settings of embedded brokers', () => {
      expect(() => variantsOf(readExperiment('name: a\nprofiles: { one: { target.brokers: 1 } }'), { targets })).toThrow('--target: one of the file has a target of its own; leave one of the two out');
      expect(() => variantsOf(readExperiment('name: a\nbase: { broker: { num.partitions: 1 } }'), { targets })).toThrow(/variant kafka: broker: sets properties of the embedded brokers/);
    });
  });
});
