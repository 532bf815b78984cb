/** The topics that a sizing file asks for, made on the embedded cluster: a plan can be tried without Kafka's own tools. */
import { parseBootstrap } from '../bench/target/bootstrap.ts';
import { Admin, AdminError } from '../engine/client/admin.ts';
import { ClusterClient } from '../engine/client/cluster-client.ts';
import { createHostEnvironment } from '../engine/host/host-environment.ts';
import type { PlannedTopic } from '../results/plan-record.ts';
import { planFor } from '../sizing/plan.ts';
import { CliError } from './cli-error.ts';
import { planInputs, type InputFlags } from './size-inputs.ts';

const EXIT_USAGE = 2;
const EXIT_ENVIRONMENT = 3;

/** Throws CliError (usage) before anything is started. */
export async function plannedTopics(config: string, { brokers, flags }: { brokers: number; flags: InputFlags }): Promise<readonly PlannedTopic[]> {
  const { shape, conflicts } = planFor((await planInputs(config, flags)).inputs);
  const [conflict] = conflicts;
  if (conflict !== undefined) throw new CliError(`--topics: no plan works for ${config}: ${conflict.what}; ${conflict.nearest}`, EXIT_USAGE);
  const wide = shape.topics.find(({ replicationFactor }) => replicationFactor > brokers);
  if (wide !== undefined) throw new CliError(`--topics: ${wide.name} has ${wide.replicationFactor} replicas, and there are ${brokers} brokers: add --brokers ${wide.replicationFactor}`, EXIT_USAGE);
  return shape.topics;
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
