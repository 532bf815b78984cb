/** What a run sees of its topic's leaders and in-sync replicas, by asking for the metadata again and again: changes with their times. */
import type { ClusterClient } from '../../engine/client/cluster-client.ts';

export type TopologyChange =
  /** -1: nobody leads. */
  | { readonly kind: 'leader'; readonly atUs: number; readonly partition: number; readonly leaderId: number }
  /** Ascending. */
  | { readonly kind: 'isr'; readonly atUs: number; readonly partition: number; readonly inSyncReplicas: readonly number[] };

const INTERVAL_MS = 100;
const REJOIN_LIMIT_MS = 10_000;

export class TopologyWatcher {
  readonly #client: ClusterClient;
  readonly #topic: string;
  readonly #changes: TopologyChange[] = [];
  readonly #leaders = new Map<number, number>();
  readonly #inSync = new Map<number, string>();
  #timer: NodeJS.Timeout | undefined;
  #nowUs: () => number = () => 0;
  #isStopped = true;

  constructor(client: ClusterClient, topic: string) {
    this.#client = client;
    this.#topic = topic;
  }

  /** `nowUs`: since the load's start. What is there at the start is no change. */
  start(nowUs: () => number): void {
    this.#nowUs = nowUs;
    this.#isStopped = false;
    this.#look();
    this.#again();
  }

  /** Ends the watch after a last look; `awaitsReplicas`: not before every replica is in sync, within a limit. */
  async stop({ awaitsReplicas }: { awaitsReplicas: boolean }): Promise<TopologyChange[]> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    const deadlineMs = performance.now() + (awaitsReplicas ? REJOIN_LIMIT_MS : 0);
    for (;;) {
      await this.#client.refresh([this.#topic]).then(() => this.#look(), () => {});
      if (this.#areAllInSync() || performance.now() >= deadlineMs) return this.#changes;
      await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    }
  }

  /** Of each partition, as last seen; -1: nobody, or not known. */
  leaders(partitionCount: number): number[] {
    return Array.from({ length: partitionCount }, (_, partition) => this.#leaders.get(partition) ?? -1);
  }

  #areAllInSync(): boolean {
    const partitions = this.#client.topic(this.#topic)?.partitions ?? [];
    return partitions.every(({ replicas, inSyncReplicas }) => inSyncReplicas.length === replicas.length);
  }

  /** No two at a time: a cluster that hangs is not asked faster than it answers. */
  #again(): void {
    this.#timer = setTimeout(() => {
      void this.#client.refresh([this.#topic]).then(() => this.#look(), () => {}).then(() => {
        if (!this.#isStopped) this.#again();
      });
    }, INTERVAL_MS);
  }

  #look(): void {
    const atUs = this.#nowUs();
    for (const { index: partition, leaderId, inSyncReplicas } of this.#client.topic(this.#topic)?.partitions ?? []) {
      const isr = inSyncReplicas.toSorted((a, b) => a - b);
      const leaderBefore = this.#leaders.get(partition);
      const isrBefore = this.#inSync.get(partition);
      if (leaderBefore !== undefined && leaderBefore !== leaderId) this.#changes.push({ kind: 'leader', atUs, partition, leaderId });
      if (isrBefore !== undefined && isrBefore !== isr.join()) this.#changes.push({ kind: 'isr', atUs, partition, inSyncReplicas: isr });
      this.#leaders.set(partition, leaderId);
      this.#inSync.set(partition, isr.join());
    }
  }
}
