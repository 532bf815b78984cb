import { describe, expect, it } from 'vitest';
import { readOmbDriver } from '../../../bench/experiment/omb/omb-driver.ts';
import { ombExperiment } from '../../../bench/experiment/omb/omb-experiment.ts';
import { readOmbWorkload } from '../../../bench/experiment/omb/omb-workload.ts';
import { variantsOf } from '../../../bench/experiment/variants.ts';

const WORKLOAD = `
name: 1 producer / 1 consumers on 1 topic
topics: 1
partitionsPerTopic: 16
messageSize: 1024
payloadFile: "payload/payload-1Kb.data"
subscriptionsPerTopic: 2
consumerPerSubscription: 3
producersPerTopic: 1
producerRate: 50000
consumerBacklogSizeGB: 0
testDurationMinutes: 15
`;
const DRIVER = `
name: Kafka
driverClass: io.openmessaging.benchmark.driver.kafka.KafkaBenchmarkDriver
replicationFactor: 3
reset: true
topicConfig: |
  min.insync.replicas=2
commonConfig: |
  bootstrap.servers=localhost:9092
  default.api.timeout.ms=600000
  request.timeout.ms=40000
producerConfig: |
  # a comment
  acks=all
  linger.ms=1
  batch.size=1048576
  max.request.size=4194304
consumerConfig: |
  auto.offset.reset=earliest
  enable.auto.commit=false
`;

function experiment({ workload = WORKLOAD, drivers = [DRIVER], hasOwnTarget = false }: { workload?: string; drivers?: readonly string[]; hasOwnTarget?: boolean } = {}) {
  return ombExperiment({ workload: readOmbWorkload(workload), drivers: drivers.map(readOmbDriver), repeats: 1, hasOwnTarget });
}

describe('files of the OpenMessaging Benchmark', () => {
  it('load as they are', () => {
    const loaded = experiment();
    expect(loaded.name).toBe('1-producer-1-consumers-on-1-topic');
    expect(variantsOf(loaded).all[0]?.options).toMatchObject({
      workload: { kind: 'fixed', recordBytes: 1024, randomBytesRatio: 1, keys: { kind: 'none' } },
      load: { kind: 'open', ratePerSecond: 50_000, arrivals: 'constant' },
      warmupSeconds: 60,
      durationSeconds: 900,
      workerCount: 1,
      topic: { partitions: 16, replicationFactor: 3, properties: { 'min.insync.replicas': '2' } },
      producerProperties: { acks: 'all', 'linger.ms': '1', 'batch.size': '1048576', 'max.request.size': '4194304', 'compression.type': 'none', 'request.timeout.ms': '40000' },
      groups: [0, 1].map((at) => ({ name: `subscription-${at}`, memberCount: 3, properties: { 'auto.offset.reset': 'earliest', 'enable.auto.commit': 'false', 'request.timeout.ms': '40000' } })),
      target: { kind: 'external', bootstrap: 'localhost:9092' },
    });
  });

  it('say of everything that is done otherwise how', () => {
    const { notes } = experiment({ hasOwnTarget: true });
    for (const word of ['payloadFile', 'reset', 'default.api.timeout.ms', 'bootstrap.servers']) expect(notes.join('\n')).toContain(word);
    expect(variantsOf(experiment({ hasOwnTarget: true })).all[0]?.options.target.kind).toBe('embedded');
  });

  it('with several drivers are several profiles, the first the baseline', () => {
    const { all, baseline } = variantsOf(experiment({ drivers: [DRIVER, DRIVER.replace('linger.ms=1', 'linger.ms=100')] }));
    expect([all.map(({ name, options }) => [name, options.producerProperties['linger.ms']]), baseline]).toEqual([[['Kafka', '1'], ['Kafka-2', '100']], 'Kafka']);
  });

  it('with random payloads and keys have them', () => {
    const workload = WORKLOAD.replace(/payloadFile.*\n/, 'useRandomizedPayloads: true\nrandomBytesRatio: 0.5\nrandomizedPayloadPoolSize: 1000\nkeyDistributor: KEY_ROUND_ROBIN\n');
    const loaded = experiment({ workload, drivers: [DRIVER.replace('acks=all', 'acks=all\n  compression.type=lz4')] });
    expect(variantsOf(loaded).all[0]?.options).toMatchObject({ workload: { randomBytesRatio: 0.5, keys: { kind: 'sequential', keyCount: 10_000 } }, producerProperties: { 'compression.type': 'lz4' } });
    expect(loaded.notes.join('\n')).toMatch(/KEY_ROUND_ROBIN: 10000 keys, one after the other/);
  });
});

it('a distribution of message sizes is taken, bucket by bucket', () => {
  const workload = WORKLOAD.replace('messageSize: 1024', 'messageSizeDistribution: { "0-256": 234, "256 - 1024": 70 }').replace(/payloadFile.*\n/, 'useRandomizedPayloads: true\nrandomBytesRatio: 0.5\n');
  const loaded = experiment({ workload });
  expect(variantsOf(loaded).all[0]?.options.workload).toMatchObject({ kind: 'sized', sizes: { kind: 'buckets', buckets: [{ minBytes: 0, maxBytes: 256, weight: 234 }, { minBytes: 256, maxBytes: 1024, weight: 70 }] }, randomBytesRatio: 0.5 });
  expect(loaded.notes.join('\n')).toMatch(/sizes are uniform within a bucket/);
});

describe('what cannot be honoured is refused with the reason and the place', () => {
  it.each([
    [/topics: 1/, 'topics: 10', /topics: cannot be honoured: a run writes to one topic/],
    [/producerRate: 50000/, 'producerRate: 0', /producerRate: 0 asks for a search/],
    [/consumerBacklogSizeGB: 0/, 'consumerBacklogSizeGB: 32', /consumerBacklogSizeGB: cannot be honoured/],
    [/testDuration/, 'testDuratio', /testDuratioMinutes: unknown key; did you mean testDurationMinutes\?/],
    [/topics: 1/, 'sampleRateMillis: 1000', /sampleRateMillis cannot be honoured: it belongs to a fork/],
    [/messageSize: 1024/, 'messageSizeDistribution: { "256": 234 }', /messageSizeDistribution: "256" is no range of bytes/],
    [/messageSize: 1024/, 'messageSizeDistribution: { "0-256": many }', /messageSizeDistribution: 0-256 must have a number/],
    [/messageSize: 1024/, 'messageSizeDistribution: 5', /messageSizeDistribution: must be a map/],
    [/payloadFile.*/, '', /messageSize: needs payloadFile, or useRandomizedPayloads/],
    [/producerRate: 50000/, '', /producerRate is missing/],
    [/topics: 1/, 'keyDistributor: SOME', /"SOME" is none of NO_KEY/],
  ])('in a workload: %s as %s', (from, to, message) => {
    expect(() => readOmbWorkload(WORKLOAD.replace(from, to))).toThrow(message);
  });

  it('names the line', () => {
    const read = (): unknown => readOmbWorkload(WORKLOAD.replace('topics: 1\n', 'topic: 1\n'));
    expect(read).toThrow(expect.objectContaining({ place: { line: 3, column: 1 } }));
  });

  it.each([
    [/KafkaBenchmarkDriver/, 'PulsarBenchmarkDriver', /driverClass: .*cannot be honoured: headroom speaks Kafka's protocol/],
    [/driverClass.*/, '', /this is no driver file/],
    [/reset/, 'rest', /rest: unknown key; did you mean reset\?/],
    [/request.timeout.ms/, 'security.protocol', /commonConfig: security\.protocol cannot be honoured/],
    [/acks=all/, 'acks', /producerConfig: "acks" is not name=value/],
  ])('in a driver: %s as %s', (from, to, message) => {
    expect(() => readOmbDriver(DRIVER.replace(from, to))).toThrow(message);
  });

  it('together: one payload again and again, compressed', () => {
    expect(() => experiment({ drivers: [DRIVER.replace('acks=all', 'acks=all\n  compression.type=zstd')] })).toThrow(/payloadFile cannot be honoured with compression\.type=zstd/);
  });
});
