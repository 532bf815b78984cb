/** `headroom compare-kafka`: the embedded brokers beside a real Apache Kafka on this machine, interleaved, with both clients. */
import { Command } from 'commander';
import { comparing } from './comparing.ts';
import { wholeNumber } from './whole-number.ts';

interface CompareFlags {
  readonly rounds: string;
  readonly warmupRounds: string;
  readonly seconds: string;
  readonly recordSize: string;
  readonly partitions: string;
  readonly compression: string;
  readonly json?: boolean;
}

export function compareKafkaCommand(): Command {
  return new Command('compare-kafka')
    .description('highest throughput (acks=all, idempotent, RF 3) of the embedded brokers and of a real Apache Kafka, in alternating rounds')
    .argument('<kafka-directory>', 'an unpacked Kafka release: a directory with libs/kafka-clients-*.jar; java must be on the path')
    .option('--rounds <count>', 'counted rounds', '5')
    .option('--warmup-rounds <count>', 'rounds before them that do not count: a JVM is still getting faster after two', '3')
    .option('--seconds <seconds>', 'measured part of each run; long ones are decided by how fast the disk takes half a gigabyte a second', '5')
    .option('--record-size <bytes>', 'value bytes of a record', '100')
    .option('--partitions <count>', 'partitions of the topic', '20')
    .option('--compression <type>', 'none, gzip, snappy, lz4 or zstd', 'none')
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', '\nExample:\n  $ headroom compare-kafka ./kafka_2.13-4.2.0 --rounds 5')
    .action(compare);
}

async function compare(kafkaDirectory: string, flags: CompareFlags): Promise<void> {
  const { compareWithKafka } = await import('../bench/kafka/kafka-comparison.ts');
  const { comparisonText } = await import('../bench/kafka/comparison-text.ts');
  const comparison = await comparing((signal) =>
    compareWithKafka(
      {
        signal,
        kafkaDirectory,
        rounds: wholeNumber('--rounds', flags.rounds),
        warmupRounds: wholeNumber('--warmup-rounds', flags.warmupRounds),
        seconds: wholeNumber('--seconds', flags.seconds),
        recordBytes: wholeNumber('--record-size', flags.recordSize),
        partitions: wholeNumber('--partitions', flags.partitions),
        producerProperties: {
          acks: 'all',
          'enable.idempotence': 'true',
          'compression.type': flags.compression,
          'linger.ms': '10',
          'batch.size': '65536',
        },
      },
      ({ round, client, cluster, recordsPerSecond }) => {
        const label = round < 1 ? 'warm-up' : `round ${round}`;
        process.stderr.write(`${label.padEnd(8)} ${client} -> ${cluster}: ${Math.round(recordsPerSecond).toLocaleString('en-US')} records/s\n`);
      },
    ),
  );
  process.stdout.write(flags.json === true ? `${JSON.stringify(comparison, undefined, 2)}\n` : comparisonText(comparison));
}
