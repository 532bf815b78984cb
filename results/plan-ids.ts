/** Ids of a plan's numbers that are made of names: no two names give the same id, whatever a topic or a group is called. Ordinary names stand in them as they are. */

/** First parts of the ids of the whole cluster. */
export const CLUSTER_PARTS: readonly string[] = ['broker', 'brokers', 'certainty', 'connections', 'controller', 'cost', 'cpu', 'disk', 'failure', 'fetch', 'files', 'followers', 'growth', 'lag', 'latency', 'leaders', 'load', 'maps', 'mem', 'memory', 'net', 'network', 'pagecache', 'price', 'produce', 'rebuild', 'recovery', 'registry', 'replicas', 'replication', 'requests', 'segment', 'segments', 'sink', 'storage', 'utilization', 'zones'];

/** What follows a topic in its own ids, and what stands where its groups do. */
export const TOPIC_PARTS: readonly string[] = ['acks', 'batch', 'batches', 'busiest', 'cleanup', 'commits', 'compression', 'crossing', 'enable', 'failure', 'hottest', 'in-sync', 'kept', 'key', 'keys', 'linger', 'local', 'markers', 'max', 'min', 'news', 'ordering', 'partition', 'partitions', 'produce', 'producers', 'rate', 'read', 'record', 'remote', 'replicas', 'replication', 'requests', 'retention', 'segment', 'stored', 'tiered', 'topic', 'transaction', 'transactions', 'unclean', 'wire', 'written'];

/** What every id of a topic begins with: `orders`; `orders:v1` of orders.v1, `topic:recovery` of one that is called as something of the cluster. */
export function topicId(name: string): string {
  return partOf(name, { kind: 'topic', taken: CLUSTER_PARTS });
}

/** What stands for a group in the ids of the topics that it reads. */
export function groupPart(name: string): string {
  return partOf(name, { kind: 'group', taken: TOPIC_PARTS });
}

/** What every id of a group at a topic begins with. */
export function groupId(topic: string, group: string): string {
  return `${topicId(topic)}.${groupPart(group)}`;
}

/** Dots part an id, so a name has none in it: they become colons, which topics cannot have and groups seldom do. */
function partOf(name: string, { kind, taken }: { kind: 'topic' | 'group'; taken: readonly string[] }): string {
  const part = name.replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll('.', ':');
  return taken.includes(part) || part.startsWith(`${kind}:`) ? `${kind}:${part}` : part;
}
