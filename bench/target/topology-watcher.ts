/**
 * What a run sees of its topic's leaders and in-sync replicas, by asking for the metadata again and again: changes with their times. Of an embedded
 * cluster it asks the controller's broker, whose knowledge is the newest: one that is cut off still tells what was before.
 */
import type { ClusterClient } from '../../engine/client/cluster-client.ts';
import { Metadata } from '../../engine/protocol/apis.ts';

export type TopologyChange =
  /** -1: nobody leads. */
  | { readonly kind: 'leader'; readonly atUs: number; readonly partition: number; readonly leaderId: number }
  /** Ascending. */
  | { readonly kind: 'isr'; readonly atUs: number; readonly partition: number; readonly inSyncReplicas: readonly number[] };

interface SeenPartition {
  readonly index: number;
  readonly leaderId: number;
  readonly replicas: readonly number[];
  readonly inSyncReplicas: readonly number[];
}

const INTERVAL_MS = 100;
const REJOIN_LIMIT_MS = 10_000;
const ANSWER_LIMIT_MS = 1000;

export class TopologyWatcher {
  readonly #client: ClusterClient;
  readonly #topic: string;
  /** Undefined: any broker. */
  readonly #controllerId: number | undefined;
  readonly #changes: TopologyChange[] = [];
  readonly #leaders = new Map<number, number>();
  readonly #inSync = new Map<number, string>();
  #areAllInSync = false;
  #timer: NodeJS.Timeout | undefined;
  #nowUs: () => number = () => 0;
  #isStopped = true;

  constructor(client: ClusterClient, { topic, controllerId }: { topic: string; controllerId: number | undefined }) {
    this.#client = client;
    this.#topic = topic;
    this.#controllerId = controllerId;
  }

  /** `nowUs`: since the load's start. What is there at the start is no change. */
  start(nowUs: () => number): void {
    this.#nowUs = nowUs;
    this.#isStopped = false;
    this.#note(this.#known());
    this.#again();
  }

  /** Ends the watch after a last look; `awaitsReplicas`: not before every replica is in sync, within a limit. */
  async stop({ awaitsReplicas }: { awaitsReplicas: boolean }): Promise<TopologyChange[]> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const deadlineMs = performance.now() + (awaitsReplicas ? REJOIN_LIMIT_MS : 0);
    for (;;) {
      await this.#look();
      if (this.#areAllInSync || performance.now() >= deadlineMs) return this.#changes;
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  }

  /** Of each partition, as last seen; -1: nobody, or not known. */
  leaders(partitionCount: number): number[] {
    return Array.from({ length: partitionCount }, (_, partition) => this.#leaders.get(partition) ?? -1);
  }

  /** No two at a time: a cluster that hangs is not asked faster than it answers. */
  #again(): void {
    this.#timer = setTimeout(() => {
      void this.#look().then(() => {
        if (!this.#isStopped) this.#again();
      });
    }, INTERVAL_MS);
  }

  async #look(): Promise<void> {
    try {
      this.#note(await this.#ask());
    } catch {
      // Nobody answers: what was seen last stands.
    }
  }

  async #ask(): Promise<SeenPartition[]> {
    if (this.#controllerId !== undefined) {
      try {
        const connection = await this.#client.connectionTo(this.#controllerId, 'topology');
        const body = { topics: [{ name: this.#topic }], allowAutoTopicCreation: false };
        const { topics } = await connection.request(Metadata, undefined, body, { timeoutMs: ANSWER_LIMIT_MS });
        return (topics[0]?.partitions ?? []).map(({ partitionIndex, leaderId, replicaNodes, isrNodes }) => ({ index: partitionIndex, leaderId, replicas: replicaNodes, inSyncReplicas: isrNodes }));
      } catch {
        // It is down, paused or out of reach: the others know something too.
      }
    }
    await this.#client.refresh([this.#topic]);
    return this.#known();
  }

  #known(): SeenPartition[] {
    return [...(this.#client.topic(this.#topic)?.partitions ?? [])];
  }

  #note(partitions: readonly SeenPartition[]): void {
    const atUs = this.#nowUs();
    for (const { index: partition, leaderId, inSyncReplicas } of partitions) {
      const isr = inSyncReplicas.toSorted((a, b) => a - b);
      const leaderBefore = this.#leaders.get(partition);
      const isrBefore = this.#inSync.get(partition);
      if (leaderBefore !== undefined && leaderBefore !== leaderId) this.#changes.push({ kind: 'leader', atUs, partition, leaderId });
      if (isrBefore !== undefined && isrBefore !== isr.join()) this.#changes.push({ kind: 'isr', atUs, partition, inSyncReplicas: isr });
      this.#leaders.set(partition, leaderId);
      this.#inSync.set(partition, isr.join());
    }
    if (partitions.length > 0) this.#areAllInSync = partitions.every(({ replicas, inSyncReplicas }) => inSyncReplicas.length === replicas.length);
  }
}
