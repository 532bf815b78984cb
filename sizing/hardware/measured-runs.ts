/** Published benchmark runs with their setup: yardsticks, not profiles to size by. Figures as their authors print them. */
import { MEGABYTE, type ProfileSource } from './profile.ts';

/** primary: read at its origin. secondary: as others quote it. */
export type Provenance = 'primary' | 'secondary';

export interface MeasuredFigure {
  readonly what: string;
  readonly value: number;
  readonly unit: 'records/s' | 'bytes/s' | 'seconds' | 'ratio' | 'count';
}

export interface MeasuredRun {
  readonly id: string;
  readonly setup: string;
  readonly figures: readonly MeasuredFigure[];
  readonly provenance: Provenance;
  readonly source: ProfileSource;
}

export const measuredRuns: readonly MeasuredRun[] = [
  {
    id: 'linkedin-2014',
    setup: '3 brokers (6 cores at 2.5 GHz, 32 GB, 6 disks of 7,200 rpm, 1 GbE), 100 B records, 6 partitions',
    figures: [
      ...bothRates('1 producer, no replication', 821_557, 78.3),
      ...bothRates('1 producer, 3 replicas, asynchronous', 786_980, 75.1),
      ...bothRates('1 producer, 3 replicas, synchronous', 421_823, 40.2),
      ...bothRates('3 producers, asynchronous', 2_024_032, 193),
      ...bothRates('1 consumer', 940_521, 89.7),
      ...bothRates('3 consumers', 2_615_968, 249.5),
      ...latencies({ p50: 0.002, p99: 0.003, p999: 0.014 }),
    ],
    provenance: 'secondary',
    source: read('LinkedIn Engineering 2014, Benchmarking Apache Kafka: 2 million writes per second'),
  },
  {
    id: 'confluent-2020',
    setup: '3 brokers on i3en.2xlarge, replication factor 3, 1 KB records, OpenMessaging Benchmark',
    figures: [rate('Kafka, peak', 605), { what: 'Kafka, p99 at 200 MB/s', value: 0.005, unit: 'seconds' }],
    provenance: 'primary',
    source: read('Confluent 2020, Kafka performance: developer.confluent.io'),
  },
  {
    id: 'confluent-2020-others',
    setup: 'the same hardware',
    figures: [rate('Pulsar, peak', 305), { what: 'Pulsar, p99', value: 0.025, unit: 'seconds' }, rate('RabbitMQ, peak', 38), { what: 'RabbitMQ, p99 at 30 MB/s', value: 0.001, unit: 'seconds' }],
    provenance: 'secondary',
    source: read('Confluent 2020, as quoted by others'),
  },
  {
    id: 'automq-msk',
    setup: '15 x kafka.m5.large on MSK, 500 MB/s: the throughput fitted, the latency did not',
    figures: [rate('reached', 500), { what: 'end to end p99', value: 0.75791, unit: 'seconds' }],
    provenance: 'primary',
    source: read('AutoMQ, kafka-provider-comparison b9604538'),
  },
  {
    id: 'klite',
    setup: 'm7g.xlarge, gp3 at 1,000 MB/s, 1 KB records, 16 partitions',
    figures: [{ what: 'produced', value: 553_000, unit: 'records/s' }, rate('produced', 540), { what: 'flush', value: 0.0026, unit: 'seconds' }, { what: 'CPU idle', value: 0.83, unit: 'ratio' }],
    provenance: 'primary',
    source: read('klite benchmark'),
  },
  {
    id: 'kip-578',
    setup: '3 x m5.large, replication factor 3, 1 KB records, 240 Mbit/s offered: more partitions are faster, then slower',
    figures: [{ what: '10 partitions', value: 52e6 / 8, unit: 'bytes/s' }, { what: '100 partitions, the peak', value: 101e6 / 8, unit: 'bytes/s' }],
    provenance: 'primary',
    source: read('KIP-578'),
  },
  {
    id: 'apache-reference',
    setup: 'Apache Kafka documentation, a large production cluster: 60 brokers, 50,000 partitions, replication factor 2',
    figures: [{ what: 'in', value: 800_000, unit: 'records/s' }, rate('in', 300), rate('out, at least', 1000)],
    provenance: 'primary',
    source: read('Apache Kafka documentation, hardware and OS'),
  },
];

function bothRates(what: string, recordsPerSecond: number, megabytes: number): MeasuredFigure[] {
  return [{ what, value: recordsPerSecond, unit: 'records/s' }, rate(what, megabytes)];
}

function rate(what: string, megabytes: number): MeasuredFigure {
  return { what, value: megabytes * MEGABYTE, unit: 'bytes/s' };
}

function latencies({ p50, p99, p999 }: { p50: number; p99: number; p999: number }): MeasuredFigure[] {
  return [['p50', p50], ['p99', p99], ['p99.9', p999]].map(([what, value]) => ({ what: `end to end ${what}`, value: value as number, unit: 'seconds' }));
}

function read(title: string): ProfileSource {
  return { title, publishedOn: null, recordedOn: '2026-11-24' };
}
