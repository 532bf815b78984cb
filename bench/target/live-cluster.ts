/** What a running cluster is, as a plan can be held against it: its brokers, every topic's partitions, and the settings of those that are asked for. */
import { Admin } from '../../engine/client/admin.ts';
import { ClusterClient } from '../../engine/client/cluster-client.ts';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import type { LiveCluster, LiveTopic } from '../../sizing/diff/live-cluster.ts';
import { parseBootstrap } from './bootstrap.ts';
import { reachCluster } from './cluster-reach.ts';
import { targetSecurity } from './target-security.ts';

export interface LiveClusterOptions {
  /** `host:port,host:port`. */
  readonly bootstrap: string;
  readonly commandConfig: string | undefined;
  /** Topics whose settings are read, as far as they exist. */
  readonly topics: readonly string[];
  readonly signal: AbortSignal;
}

/** Throws ExperimentError: usage for an address or file that is none, environment for a cluster that does not answer within ten seconds. */
export async function readLiveCluster({ bootstrap, commandConfig, topics, signal }: LiveClusterOptions): Promise<LiveCluster> {
  const environment = createHostEnvironment();
  const reached = { bootstrap: parseBootstrap(bootstrap), security: targetSecurity({ kind: 'external', bootstrap, ...(commandConfig === undefined ? {} : { commandConfig }) }) };
  await reachCluster(environment, { ...reached, signal });
  const client = new ClusterClient(environment, { ...reached, clientId: 'headroom-size' });
  try {
    const admin = new Admin(client);
    const [{ clusterId, brokers }, listed] = [await admin.describeCluster(), await admin.listTopics()];
    const described: LiveTopic[] = [];
    for (const { name, partitions } of listed) {
      const configs = topics.includes(name) ? await admin.describeConfigs({ kind: 'topic', name }) : [];
      described.push({ name, partitions, configs: Object.fromEntries(configs.flatMap((each) => (each.value === null ? [] : [[each.name, each.value]]))) });
    }
    return { clusterId, brokers: brokers.map(({ id, rack }) => ({ id, rack })), topics: described };
  } finally {
    await client.close();
  }
}
