/** A sessionless Fetch of some partitions from one broker, by topic id where both sides have it (version 13, KIP-516). */
import { Fetch } from '../../protocol/apis.ts';
import type { RequestInput, ResponseOf } from '../../protocol/api.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { KafkaConnection } from '../kafka-connection.ts';

export interface FetchLimits {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly partitionMaxBytes: number;
  readonly isReadCommitted: boolean;
  readonly rack: string;
}

export interface FetchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export type FetchedPartition = ResponseOf<typeof Fetch>['responses'][number]['partitions'][number];

export interface FetchAnswer {
  readonly errorCode: number;
  readonly partitions: readonly (FetchedPartition & { readonly topic: string })[];
}

/** The last version that names topics. */
const LAST_BY_NAME = 12;
const NO_ID = Buffer.alloc(16);

/** `accept` sees the answer; the records in it are lent until it returns. */
export function fetchFrom<Result>(
  client: ClusterClient,
  connection: KafkaConnection,
  fetch: { readonly positions: readonly FetchPosition[]; readonly limits: FetchLimits },
  accept: (answer: FetchAnswer) => Result,
): Promise<Result> {
  const { positions, limits } = fetch;
  const byTopic = Map.groupBy(positions, ({ topic }) => topic);
  const idOf = (topic: string): Buffer => client.topic(topic)?.topicId ?? NO_ID;
  const haveIds = [...byTopic.keys()].every((topic) => !idOf(topic).equals(NO_ID));
  const nameById = new Map([...byTopic.keys()].map((topic) => [idOf(topic).toString('hex'), topic]));
  const version = connection.versionOf(Fetch, haveIds ? undefined : LAST_BY_NAME);
  const body: RequestInput<typeof Fetch> = {
    maxWaitMs: limits.maxWaitMs,
    minBytes: limits.minBytes,
    maxBytes: limits.maxBytes,
    isolationLevel: limits.isReadCommitted ? 1 : 0,
    rackId: limits.rack,
    topics: [...byTopic].map(([topic, wanted]) => ({
      topic,
      topicId: idOf(topic),
      partitions: wanted.map(({ partition, offset }) => ({ partition, fetchOffset: offset, partitionMaxBytes: limits.partitionMaxBytes })),
    })),
  };
  const isById = (version ?? 0) > LAST_BY_NAME;
  return new Promise((resolve, reject) => {
    const onResponse = ({ errorCode, responses }: ResponseOf<typeof Fetch>): void => {
      const partitions = responses.flatMap((response) => {
        const topic = isById ? nameById.get(response.topicId.toString('hex')) : response.topic;
        return topic === undefined ? [] : response.partitions.map((partition) => ({ ...partition, topic }));
      });
      try {
        resolve(accept({ errorCode, partitions }));
      } catch (error) {
        reject(error);
      }
    };
    connection.send(Fetch, version, body, onResponse, reject);
  });
}
