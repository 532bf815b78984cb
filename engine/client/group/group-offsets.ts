/** A group's committed offsets: read when partitions are taken over, written while and after they are read. */
import { OffsetCommit, OffsetFetch } from '../../protocol/apis.ts';
import { errorCodes, errorName, isRetriable } from '../../protocol/errors.ts';
import { Admin } from '../admin.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { ConsumerConfig } from '../consumer-config.ts';
import type { CoordinatorLink } from './coordinator-link.ts';
import type { Generation } from './membership.ts';
import type { TopicPartition } from './subscription.ts';

export interface PartitionOffset extends TopicPartition {
  readonly offset: number;
}

const COMMIT_ATTEMPTS = 3;

export class GroupOffsets {
  readonly #client: ClusterClient;
  readonly #link: CoordinatorLink;
  readonly #config: ConsumerConfig;
  readonly #admin: Admin;

  constructor(client: ClusterClient, link: CoordinatorLink, config: ConsumerConfig) {
    this.#client = client;
    this.#link = link;
    this.#config = config;
    this.#admin = new Admin(client);
  }

  /** Where to read on: the committed offset, else what `auto.offset.reset` says. */
  async startingPoints(partitions: readonly TopicPartition[], { memberId, generationId }: Generation): Promise<PartitionOffset[]> {
    if (partitions.length === 0) return [];
    const groupId = this.#config['group.id'];
    const topics = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, each]) => ({ name, partitionIndexes: each.map(({ partition }) => partition) }));
    for (;;) {
      const answer = await this.#link.request({
        api: OffsetFetch,
        body: { groupId, topics, groups: [{ groupId, memberId: null, memberEpoch: -1, topics }], requireStable: true },
        codeOf: (response) => response.groups[0]?.errorCode ?? response.errorCode,
      });
      const code = answer.groups[0]?.errorCode ?? answer.errorCode;
      if (code !== errorCodes.NONE) throw new Error(`group ${groupId} (member ${memberId}, generation ${generationId}): its offsets cannot be read: ${errorName(code)}`);
      const found = (answer.groups[0]?.topics ?? answer.topics).flatMap(({ name: topic, partitions: each }) => each.map((one) => ({ ...one, topic })));
      const failed = found.find(({ errorCode }) => errorCode !== errorCodes.NONE);
      if (failed === undefined) return this.#resetUnknown(found.map(({ topic, partitionIndex, committedOffset }) => ({ topic, partition: partitionIndex, offset: committedOffset })));
      if (!isRetriable(failed.errorCode)) throw new Error(`group ${groupId}: offset of ${failed.topic}-${failed.partitionIndex}: ${errorName(failed.errorCode)}`);
      await this.#client.pause(this.#config['retry.backoff.ms']);
    }
  }

  /** By `auto.offset.reset`. Throws when that is `none`. */
  async reset(topic: string, partitions: readonly number[]): Promise<PartitionOffset[]> {
    const policy = this.#config['auto.offset.reset'];
    if (policy === 'none') throw new Error(`group ${this.#config['group.id']}: ${topic}-${partitions.join()} has no valid offset and auto.offset.reset is none`);
    const offsets = await this.#admin.listOffsets(topic, partitions, policy === 'earliest' ? 'earliest' : 'latest');
    return partitions.map((partition, index) => ({ topic, partition, offset: offsets[index] as number }));
  }

  /** A commit that the group refuses because it rebalanced is no error: the next owner reads those records again. */
  async commit(offsets: readonly PartitionOffset[], { memberId, generationId }: Generation): Promise<void> {
    if (offsets.length === 0) return;
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, each]) => ({
      name,
      partitions: each.map(({ partition, offset }) => ({ partitionIndex: partition, committedOffset: offset, committedMetadata: '' })),
    }));
    const groupInstanceId = this.#config['group.instance.id'] || null;
    await this.#link.request({
      api: OffsetCommit,
      body: { groupId: this.#config['group.id'], generationIdOrMemberEpoch: generationId, memberId, groupInstanceId, topics },
      codeOf: (response) => response.topics[0]?.partitions[0]?.errorCode ?? errorCodes.NONE,
      attempts: COMMIT_ATTEMPTS,
    });
  }

  async #resetUnknown(offsets: readonly PartitionOffset[]): Promise<PartitionOffset[]> {
    const unknown = Map.groupBy(offsets.filter(({ offset }) => offset < 0), ({ topic }) => topic);
    const reset = await Promise.all([...unknown].map(([topic, each]) => this.reset(topic, each.map(({ partition }) => partition))));
    return [...offsets.filter(({ offset }) => offset >= 0), ...reset.flat()];
  }
}
