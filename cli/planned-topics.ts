/** The topics that a sizing file asks for, made on the embedded cluster: a plan can be tried without Kafka's own tools. */
import { readFile } from 'node:fs/promises';
import { parseBootstrap } from '../bench/target/bootstrap.ts';
import { Admin, AdminError } from '../engine/client/admin.ts';
import { ClusterClient } from '../engine/client/cluster-client.ts';
import { createHostEnvironment } from '../engine/host/host-environment.ts';
import type { PlannedTopic } from '../results/plan-record.ts';
import { readSizingConfig, SizingConfigError } from '../sizing/config-file.ts';
import { planFor } from '../sizing/plan.ts';
import { CliError } from './cli-error.ts';

const EXIT_USAGE = 2;
const EXIT_ENVIRONMENT = 3;

/** Throws CliError (usage) before anything is started. */
export async function plannedTopics(config: string, brokers: number): Promise<readonly PlannedTopic[]> {
  const text = await readFile(config, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`--topics: cannot read ${config}: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`, EXIT_USAGE);
  });
  try {
    const { topics } = planFor(readSizingConfig(text)).shape;
    const wide = topics.find(({ replicationFactor }) => replicationFactor > brokers);
    if (wide !== undefined) throw new CliError(`--topics: ${wide.name} has ${wide.replicationFactor} replicas, and there are ${brokers} brokers: add --brokers ${wide.replicationFactor}`, EXIT_USAGE);
    return topics;
  } catch (error) {
    if (error instanceof SizingConfigError) throw new CliError(`--topics: ${config}:${error.line}:${error.column}: ${error.message}`, EXIT_USAGE);
    throw error;
  }
}

/** Those that are there already, in a data directory that was kept, are left as they are. */
export async function makeTopics(topics: readonly PlannedTopic[], bootstrap: string): Promise<void> {
  const client = new ClusterClient(createHostEnvironment(), { bootstrap: parseBootstrap(bootstrap), clientId: 'headroom-cluster' });
  try {
    const admin = new Admin(client);
    for (const { name, partitions, replicationFactor, properties } of topics) {
      if ((await admin.describeTopic(name)) === undefined) await admin.createTopic({ name, partitions, replicationFactor, configs: properties });
    }
  } catch (error) {
    if (error instanceof AdminError) throw new CliError(`--topics: ${error.message}`, EXIT_ENVIRONMENT, error);
    throw error;
  } finally {
    await client.close();
  }
}
