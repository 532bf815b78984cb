/**
 * How many requests a topic makes: of producers, of fetching followers, of fetching consumers. As counted in embedded clusters: a fetch is answered at
 * the append that brings it news, so readers fetch as often as they are written for, less the time that a fetch takes by itself. cells/request-cells.ts
 * has the same arithmetic as formulas; here it is computed for runs. Pure.
 */

import type { SizedCluster } from './sizing-inputs.ts';

/** Both ends of a fetch of a follower are brokers. */
export const FETCH_ENDS = 2;

/** Of one second. */
export interface RequestRates {
  readonly produce: number;
  readonly consumerFetch: number;
  readonly followerFetch: number;
}

export interface RequestShape {
  readonly batchesPerSecond: number;
  /** Were all of them full; at most `batchesPerSecond`. */
  readonly fullBatchesPerSecond: number;
  readonly wireBytesPerSecond: number;
  readonly lingerSeconds: number;
  readonly producers: number;
  readonly partitions: number;
  readonly brokers: number;
  readonly replicationFactor: number;
  readonly groups: readonly { readonly members: number; readonly isSink: boolean }[];
}

export interface RequestHabits {
  /** Of one producer to one broker within linger.ms. */
  readonly requestsPerLinger: number;
  /** Of a broker's partitions, those whose batches one request carries when they are full. */
  readonly fullBatchesShare: number;
  /** Of a fetch, beside its wait for news. */
  readonly fetchRoundSeconds: number;
  /** fetch.max.wait.ms, replica.fetch.wait.max.ms */
  readonly fetchWaitSeconds: number;
  /** fetch.min.bytes of a sink. */
  readonly sinkPortionBytes: number;
}

export function requestRates(shape: RequestShape, habits: RequestHabits): RequestRates {
  const { batchesPerSecond: batches, brokers, partitions, groups } = shape;
  const lingered = (shape.producers * Math.min(brokers, partitions) * habits.requestsPerLinger) / shape.lingerSeconds;
  const produce = Math.min(batches, Math.max(lingered, shape.fullBatchesPerSecond / Math.max(1, (habits.fullBatchesShare * partitions) / brokers)));
  const pairs = followerPairs(shape);
  const news = followerNews({ ...shape, produce });
  return {
    produce,
    followerFetch: Math.max(pairs / habits.fetchWaitSeconds, fetched(news, pairs, habits)),
    consumerFetch: groups.reduce((sum, { members, isSink }) => {
      const links = Math.min(members * brokers, partitions);
      const atOnce = fetched(Math.min(produce * members, batches), links, habits);
      const idle = links / habits.fetchWaitSeconds;
      return sum + (isSink ? idle + Math.min(atOnce, shape.wireBytesPerSecond / habits.sinkPortionBytes) : Math.max(idle, atOnce));
    }, 0),
  };
}

/** Connections over which consumers fetch: of each member to the brokers that lead partitions of its own. */
export function consumerLinks({ groups, brokers, partitions }: Pick<RequestShape, 'groups' | 'brokers' | 'partitions'>): number {
  return groups.reduce((sum, { members }) => sum + Math.min(members * brokers, partitions), 0);
}

/** Brokers that fetch from others, counted by pairs: one fetcher each. */
export function followerPairs({ brokers, partitions, replicationFactor }: Pick<RequestShape, 'brokers' | 'partitions' | 'replicationFactor'>): number {
  return Math.min(brokers * (brokers - 1), partitions * (replicationFactor - 1));
}

/** An append is news to every follower of what it brought. */
export function followerNews({ produce, batchesPerSecond, brokers, replicationFactor }: Pick<RequestShape, 'batchesPerSecond' | 'brokers' | 'replicationFactor'> & { produce: number }): number {
  return Math.min(produce * (brokers - 1), batchesPerSecond * (replicationFactor - 1));
}

/** Of a reader for whom there is something new every 1/n s: a wait for it, and a round. */
function fetched(news: number, links: number, { fetchRoundSeconds }: RequestHabits): number {
  return news / (1 + (news * fetchRoundSeconds) / Math.max(1, links));
}

/** At the inputs' values. */
export function habitsOf({ requestsPerLinger, fullBatchesShare, fetchRound, fetchWait, sinkPortion }: Pick<SizedCluster, 'requestsPerLinger' | 'fullBatchesShare' | 'fetchRound' | 'fetchWait' | 'sinkPortion'>): RequestHabits {
  return { requestsPerLinger: requestsPerLinger.value, fullBatchesShare: fullBatchesShare.value, fetchRoundSeconds: fetchRound.value, fetchWaitSeconds: fetchWait.value, sinkPortionBytes: sinkPortion.value };
}
