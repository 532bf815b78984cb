/** `headroom cluster`: starts the embedded brokers and prints where they listen, until Ctrl-C. */
import { Command, InvalidArgumentError } from 'commander';
import { collected, type InputFlags } from './size-inputs.ts';

interface ClusterFlags extends InputFlags {
  readonly brokers: number;
  readonly port?: number;
  readonly dataDir?: string;
  readonly set: Record<string, string>;
  readonly topics?: string;
}

const PORT_MAX = 65_535;

export function clusterCommand(): Command {
  return new Command('cluster')
    .description('start the embedded Kafka-compatible brokers and print the bootstrap address, until Ctrl-C')
    .option('--brokers <count>', 'broker processes', positiveInteger, 3)
    .option('--port <port>', 'port of the first broker; the others take the next ones (default: free ports)', positiveInteger)
    .option('--data-dir <directory>', 'keep the data there (default: a temporary directory, removed at the end)')
    .option('--set <property=value>', 'a broker property by its Kafka name; may be repeated', property, {})
    .option('--topics <config>', 'make the topics that headroom size plans from this file')
    .option('--sample <file>', 'as for headroom size: events that --topics is planned with', collected)
    .option('--sample-key <path>', 'as for headroom size', collected)
    .option('--from <results>', 'as for headroom size: stored runs that --topics is planned with')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom cluster                                  three brokers on free ports
  $ headroom cluster --port 9092 --data-dir ./data    at 127.0.0.1:9092-9094, data kept
  $ headroom cluster --set num.partitions=4 --set default.replication.factor=3
  $ headroom cluster --port 9092 --topics examples/clickstream-size.yaml    with the topics as they were sized
  $ headroom cluster --port 9092 --topics examples/clicks-size.yaml --sample examples/clicks.jsonl
  $ kcat -b 127.0.0.1:9092 -L                         any Kafka client works against it`,
    )
    .action(runCluster);
}

async function runCluster(flags: ClusterFlags): Promise<void> {
  const { mkdtempSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const { startCluster } = await import('../engine/cluster/embedded-cluster.ts');
  const { CliError } = await import('./cli-error.ts');
  const lastPort = (flags.port ?? 0) + flags.brokers - 1;
  if (flags.port !== undefined && lastPort > PORT_MAX) throw new CliError(`--port ${flags.port}: ${flags.brokers} brokers take the ports up to ${lastPort}, and there are none above ${PORT_MAX}`, 2);
  if (flags.topics === undefined && (flags.sample ?? flags.sampleKey ?? flags.from) !== undefined) throw new CliError('--sample, --sample-key and --from say what --topics is planned with: add --topics CONFIG', 2);
  const planned = flags.topics === undefined ? [] : await (await import('./planned-topics.ts')).plannedTopics(flags.topics, { brokers: flags.brokers, flags });
  const startedMs = performance.now();
  const dataDirectory = flags.dataDir ?? mkdtempSync(join(tmpdir(), 'headroom-cluster-'));
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
  });
  let hasEnded = false;
  void stopped.then(() => (hasEnded = true));
  const removeData = (): void => {
    if (flags.dataDir === undefined) rmSync(dataDirectory, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({
      brokerCount: flags.brokers,
      dataDirectory,
      properties: flags.set,
      isTemporary: flags.dataDir === undefined,
      // Brokers end one after the other: that the others miss it is no news then.
      onLine: (brokerId, line) => void (hasEnded && line.endsWith('tries again') ? undefined : process.stderr.write(`broker ${brokerId}: ${line}\n`)),
      ...(flags.port === undefined ? {} : { ports: Array.from({ length: flags.brokers }, (_, at) => (flags.port as number) + at) }),
    });
    if (planned.length > 0) await (await import('./planned-topics.ts')).makeTopics(planned, cluster.bootstrap);
    process.stdout.write(`bootstrap.servers=${cluster.bootstrap}\n`);
    process.stderr.write(
      `${flags.brokers} brokers ready in ${Math.round(performance.now() - startedMs)} ms, ${cluster.filesKind} files, data in ${dataDirectory}${flags.dataDir === undefined ? ' (temporary)' : ''}. Ctrl-C stops them.\n`,
    );
    for (const { name, partitions, replicationFactor } of planned) process.stderr.write(`topic ${name}: ${partitions} partitions, replication factor ${replicationFactor}\n`);
    await stopped;
    await cluster.stop();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'CLUSTER_START_FAILED') throw new CliError(`${error.message}${flags.port !== undefined && error.message.includes('EADDRINUSE') ? '; stop what listens there, or choose another --port' : ''}`, 3);
    throw error;
  } finally {
    removeData();
  }
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 up.');
  return value;
}

function property(text: string, all: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write it as property=value, for example num.partitions=4.');
  return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
}
