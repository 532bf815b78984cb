/** `headroom compare-generators`: the CPU time that load costs, headroom's generator beside Kafka's and librdkafka's, interleaved. */
import { Command } from 'commander';
import type { GeneratorLoad, GeneratorRun } from '../bench/kafka/generator-comparison.ts';
import { comparing } from './comparing.ts';
import { outputWidth } from './output-width.ts';
import { wholeNumber } from './whole-number.ts';

interface GeneratorFlags {
  readonly rdkafkaPerformance?: string;
  readonly bootstrap?: string;
  readonly rounds: string;
  readonly seconds: string;
  readonly sizes: string;
  readonly codecs: string;
  readonly recordsPerSecond: string;
  readonly json?: boolean;
}

export function compareGeneratorsCommand(): Command {
  return new Command('compare-generators')
    .description('CPU time per million records of headroom, kafka-producer-perf-test and rdkafka_performance: the same load to the same cluster, in alternating rounds')
    .argument('<kafka-directory>', 'an unpacked Kafka release: a directory with libs/kafka-clients-*.jar; java must be on the path')
    .option('--rdkafka-performance <file>', 'the program, built from librdkafka\'s examples; without it, it does not take part')
    .option('--bootstrap <addresses>', 'a cluster to load (an embedded one)')
    .option('--rounds <count>', 'rounds', '3')
    .option('--seconds <seconds>', 'measured part of each run, behind five seconds of settling', '5')
    .option('--sizes <bytes>', 'record sizes, joined by commas', '100,1024')
    .option('--codecs <types>', 'joined by commas', 'none,lz4,zstd')
    .option('--records-per-second <count>', 'the same rate for all; max: as fast as each goes', 'max')
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', '\nExample:\n  $ headroom compare-generators ./kafka_2.13-4.2.0 --rdkafka-performance ./rdkafka_performance')
    .action(compare);
}

async function compare(kafkaDirectory: string, flags: GeneratorFlags): Promise<void> {
  const { compareGenerators } = await import('../bench/kafka/generator-comparison.ts');
  const { generatorText } = await import('../bench/kafka/generator-text.ts');
  const { default: colors } = await import('picocolors');
  const runs = await comparing((signal) =>
    compareGenerators(
      {
        signal,
        headroomCommand: [process.execPath, process.argv[1] as string],
        kafkaDirectory,
        rdkafkaPerformance: flags.rdkafkaPerformance,
        bootstrap: flags.bootstrap,
        loads: loadsOf(flags),
        rounds: wholeNumber('--rounds', flags.rounds),
        seconds: wholeNumber('--seconds', flags.seconds),
      },
      showRun,
    ),
  );
  process.stdout.write(flags.json === true ? `${JSON.stringify(runs, undefined, 2)}\n` : `\n${generatorText(runs, { width: outputWidth(), isColored: colors.isColorSupported })}`);
}

function loadsOf(flags: GeneratorFlags): GeneratorLoad[] {
  const ratePerSecond = flags.recordsPerSecond === 'max' ? null : wholeNumber('--records-per-second', flags.recordsPerSecond);
  const sizes = flags.sizes.split(',').map((each) => wholeNumber('--sizes', each));
  return sizes.flatMap((recordBytes) => flags.codecs.split(',').map((compression): GeneratorLoad => ({ recordBytes, compression, ratePerSecond })));
}

function showRun({ round, generator, recordBytes, compression, recordsPerSecond, cpuSecondsPerMillion }: GeneratorRun): void {
  process.stderr.write(`round ${round} ${recordBytes} B ${compression} ${generator}: ${Math.round(recordsPerSecond).toLocaleString('en-US')} records/s, ${cpuSecondsPerMillion.toFixed(2)} CPU s/M\n`);
}
