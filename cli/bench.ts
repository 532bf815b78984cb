/** `headroom bench`: one measured run against an embedded cluster or any Kafka, its check, its report and its plan. */
import { Command, Option } from 'commander';
import { CliError } from './cli-error.ts';
import type { ExperimentFlags } from './experiment-run.ts';
import type { MaxRateFlags } from './max-rate-run.ts';

const EXAMPLES = `
Examples:
  headroom bench                                        a clickstream at 100,000 events/s into three embedded brokers
  headroom bench --rate 50k --duration 60 --acks 1      another rate, length and durability
  headroom bench --shape bursts=20k..150k:2s/10s        a rate that changes; latency still counts from each record's due time
  headroom bench --closed-loop --record-size 100        the highest throughput with records of 100 bytes
  headroom bench --rate max --objective 'publish.p99 < 50ms'   the highest rate that is held so, its interval, latency against load
  headroom bench --payload events.jsonl --key user.id   your own records, keyed by a field
  headroom bench --kill-broker 5                        kill -9 a broker 5 s into the measurement, restart it 5 s later
  headroom bench --bootstrap kafka-1:9092 --topic load  another Kafka; the topic is made and deleted unless --use-existing
  headroom bench --bootstrap kafka-1:9093 --command-config client.properties    one that asks for TLS or SASL
  headroom bench acks                                   a ready experiment: acks all, 1 and 0 in randomised blocks, with verdicts
  headroom bench acks --target embedded --target kafka=localhost:9092    the same on two clusters, in turns, side by side
  headroom bench my.yaml --bootstrap kafka-1:9092       your own experiment, against another Kafka
  headroom bench --workload 1kb.yaml --driver kafka-latency.yaml --brokers 3    files of the OpenMessaging Benchmark

Faults (--fault, and faults: of an experiment), at a second of the measured window:
  kill@5+5  restart@5+1:controller  pause@5+200ms:all         brokers: leader (default), follower, controller, all, or an id
  slow-disk=20ms@5+10:follower                                appends, syncs and cold reads take 20 ms longer
  slow-link=5ms,10MB/s@5+10:2-3  cut-link@5+3:clients-leader   links: two ends, or one and everybody (cut-link@5+3:2)
  scale=4@10:realtime  scale=0@5+10:realtime                  members of a group: 4 from second 10; all away for 10 s
  crash@10+5:realtime  stuck@10+20:realtime  slow-member=1ms@10+5:realtime

Ready experiments: acks, calibrate, catch-up, clickstream, compression, consumers, durability, hot-key, linger-batch, partitions, side-by-side, stall, tuning, tuning-throughput.

Exit codes: 0 ok, 1 records lost, duplicated, reordered or changed, or a threshold failed, 2 usage, 3 the environment or target failed.`;

export function benchCommand(): Command {
  const command = new Command('bench')
    .description('offer a load at a fixed rate, measure it from each record\'s due time, check every acknowledged record, and plan from it')
    .argument('[experiment]', 'a ready experiment by its name, or a YAML file: several variants in randomised blocks, compared')
    .addHelpText('after', EXAMPLES);
  addLoadOptions(command);
  addTopicOptions(command);
  addTargetOptions(command);
  addExperimentOptions(command);
  addSearchOptions(command);
  return command
    .optionsGroup('Result:')
    .option('--out <file>', 'write the result there too, besides the store')
    .option('--html <file>', 'write the report as one HTML file that needs nothing else')
    .option('--json', 'print the result as JSON instead of the report')
    .option('--consumer-rate <records/s>', 'what one of your consumers takes, for the plan (assumed: 5k, or measured with --groups)')
    .option('--verbose', 'show what the brokers say')
    .option('--no-verify', 'do not read the records back')
    .action(async (experiment: string | undefined, { schema, ...flags }: ExperimentFlags & MaxRateFlags & { schema?: boolean }) => {
      if (schema === true) {
        const { experimentSchemaText } = await import('../bench/experiment/file/experiment-schema.ts');
        process.stdout.write(experimentSchemaText());
        return undefined;
      }
      const { checkOutputs } = await import('./write-output.ts');
      await checkOutputs({ '--out': flags.out, '--html': flags.html });
      if (isExperiment(experiment, flags)) {
        const { runExperimentCommand } = await import('./experiment-run.ts');
        return runExperimentCommand(experiment, flags);
      }
      if (flags.rate === 'max') {
        const { budget: _, ...others } = flags;
        checkPlainFlags(others);
        const { runMaxRate } = await import('./max-rate-run.ts');
        return runMaxRate(flags);
      }
      checkPlainFlags(flags);
      const { runBench } = await import('./bench-run.ts');
      await runBench(flags);
    });
}

function addLoadOptions(command: Command): void {
  command
    .optionsGroup('Load:')
    .option('--rate <records/s>', 'records a second over all workers (100k); max searches the highest that is held')
    .option('--closed-loop', 'no rate: send as fast as the target takes, for the highest throughput')
    .addOption(new Option('--arrivals <kind>', 'gaps between records (constant)').choices(['constant', 'poisson']))
    .option('--shape <shape>', 'a rate that changes: steps=20k:10s,40k:10s, ramp=10k..100k, bursts=20k..100k:2s/10s, day=10k..100k, day=100k*0.2,0.1,..., trace=FILE[:once]')
    .option('--duration <seconds>', 'measured window (20)')
    .option('--warmup <seconds>', 'load before it, not measured (5)')
    .option('--workers <count>', 'load worker threads (1)')
    .option('--seed <number>', 'the same seed gives the same records (1)')
    .option('--record-size <bytes>', 'sized records instead of clickstream events: 1k; 200..2k (uniform), lognormal:1k:8k (mean and p99), 0-256=234,256-1024=70 (weights), @FILE (a size a line)')
    .option('--random-bytes-ratio <0..1>', 'share of a sized record that does not compress (0.5)')
    .option('--compression-ratio <ratio>', 'of sized records: how many times smaller batches become with the codec in use; the random share is found by trial')
    .option('--template <text>', 'records from a text with {{uuid}}, {{timestamp}}, {{key}}, {{int 1 100}}, {{letters 12}}, {{pick a|b|c}}; @FILE: the text of a file')
    .option('--payload <file>', 'records from a file: JSON lines, a JSON array, CSV or text lines, cycled')
    .option('--key <field>', 'key of a payload record: dotted JSON path, CSV column or its number')
    .option('--keys <count>', 'distinct keys of generated records (200k)')
    .addOption(new Option('--key-distribution <kind>', 'how often each key comes (zipf)').choices(['zipf', 'uniform', 'sequential', 'hotSet', 'none']))
    .option('--zipf-exponent <number>', 'skew of zipf keys (0.8)')
    .option('--hot-keys <count>', 'keys of a hotSet that share --hot-share of the records (1)')
    .option('--hot-share <0..1>', 'their share (0.8)')
    .option('--key-buckets <count>', 'composite keys, key:bucket, by the md5 of what a record is about')
    .option('--key-salts <count>', 'salted keys, key#salt, drawn for each record; of a hotSet only the hot ones')
    .option('--acks <all|1|0>', 'acknowledgements a batch waits for (all, with idempotence)')
    .option('--linger-ms <ms>', 'wait for a batch to fill (10)')
    .option('--batch-size <bytes>', 'largest batch (64k)')
    .option('--compression <type>', 'none, gzip, snappy, lz4 or zstd (zstd)')
    .addOption(new Option('--client <name>', 'what makes the load: headroom\'s own client, or librdkafka where it is installed (headroom)').choices(['headroom', 'librdkafka']))
    .option('--producer-property <name=value...>', 'any other producer setting, by Kafka\'s name')
    .option('--groups <list>', 'consumer groups: name=members[:time per record], or none (realtime=4,sink=2)')
    .option('--consumer-property <name=value...>', 'a setting of all groups, by Kafka\'s name (an experiment sets each group\'s own)');
}

function addTopicOptions(command: Command): void {
  command
    .optionsGroup('Topic:')
    .option('--topic <name>', 'name (clickstream; on another Kafka a name of its own)')
    .option('--partitions <count>', '(20)')
    .option('--replication-factor <count>', '(3)')
    .option('--min-insync-replicas <count>', '(2)')
    .option('--topic-property <name=value...>', 'any other topic setting, by Kafka\'s name (retention.ms=604800000)')
    .option('--use-existing', 'write to a topic that is there, and leave it there');
}

function addTargetOptions(command: Command): void {
  command
    .optionsGroup('Target:')
    .option('--bootstrap <host:port,...>', 'another Kafka instead of the embedded cluster')
    .option('--target <name...>', 'with an experiment: every variant on each of these, in turns: embedded, kafka=host:port')
    .option('--command-config <file>', 'how to connect to it: security.protocol, sasl.*, ssl.*, as for Kafka\'s tools')
    .option('--brokers <count>', 'embedded brokers (3)')
    .option('--data-dir <directory>', 'where embedded brokers keep their logs; kept after the run (a temporary one, removed)')
    .option('--broker-property <name=value...>', 'a setting of the embedded brokers, by Kafka\'s name')
    .option('--fault <fault...>', 'what is done when and to whom: kind[=amount]@second[+time][:where], several times')
    .option('--kill-broker <seconds>', 'short for --fault kill@SECONDS+5: kill -9 a leading broker, restart it 5 s later')
    .option('--restart-after <seconds>', 'restart it so long after the kill (5)')
    .option('--pause-broker <at:time>', 'short for --fault pause@AT+TIME: 5:200ms; all brokers: 5:200ms:all');
}

function addExperimentOptions(command: Command): void {
  command
    .optionsGroup('Experiment:')
    .option('--repeats <blocks>', 'runs of each variant, or auto: as many as the noise asks for (of the file, else auto)')
    .option('--budget <duration>', 'longest time for all runs together, as 10min')
    .option('--dry-run', 'say what would be run, and run nothing')
    .option('--schema', 'print the JSON Schema of experiment files, for editors, and run nothing')
    .option('--markdown', 'print the result as Markdown')
    .option('--workload <file>', 'a workload of the OpenMessaging Benchmark, with --driver')
    .option('--driver <file...>', 'its Kafka drivers; several are compared, the first is the baseline');
}

function addSearchOptions(command: Command): void {
  command
    .optionsGroup('Search, with --rate max:')
    .option('--objective <comparison...>', 'what a run must hold (publish.p99 < 100ms)')
    .option('--precision <share>', 'the search ends when the interval is so narrow to both sides (7 %)');
}

function isExperiment(experiment: string | undefined, { workload, driver }: ExperimentFlags): boolean {
  return experiment !== undefined || workload !== undefined || driver !== undefined;
}

function checkPlainFlags({ repeats, budget, dryRun, markdown, rate, objective, precision, target }: ExperimentFlags & MaxRateFlags): void {
  for (const [flag, value] of [['--objective', objective], ['--precision', precision]] as const) {
    if (value !== undefined && rate !== 'max') throw new CliError(`${flag} is for the search of the highest rate: add --rate max`, 2);
  }
  if (target !== undefined) throw new CliError('--target compares clusters in an experiment: headroom bench side-by-side --target embedded --target kafka=HOST:PORT; for one run there is --bootstrap HOST:PORT', 2);
  for (const [flag, value] of [['--repeats', repeats], ['--budget', budget], ['--dry-run', dryRun], ['--markdown', markdown]] as const) {
    if (value !== undefined) throw new CliError(`${flag} is for experiments: name one, or a file (headroom bench acks ${flag})`, 2);
  }
}
