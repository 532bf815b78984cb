import { api } from '../../api.ts';
import { array, int16, int32, int64, int8, list, records, string, struct, uuid } from '../../schema.ts';

/** Fetch (API key 1), versions 4-17. Reads record batches, for consumers and for followers. */
export const Fetch = api({
  key: 1,
  name: 'Fetch',
  versions: [4, 17],
  flexibleFrom: 12,
  request: {
    clusterId: string({ since: '12+', nullable: '12+', default: null, tag: 0, tagged: '12+' }),
    replicaId: int32({ since: '0-14', default: -1 }),
    replicaState: struct({
      replicaId: int32({ since: '15+', default: -1 }),
      replicaEpoch: int64({ since: '15+', default: -1 }),
    }, { since: '15+', tag: 1, tagged: '15+' }),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 2147483647 }),
    isolationLevel: int8(),
    sessionId: int32({ since: '7+' }),
    sessionEpoch: int32({ since: '7+', default: -1 }),
    topics: list({
      topic: string({ since: '0-12' }),
      topicId: uuid({ since: '13+' }),
      partitions: list({
        partition: int32(),
        currentLeaderEpoch: int32({ since: '9+', default: -1 }),
        fetchOffset: int64(),
        lastFetchedEpoch: int32({ since: '12+', default: -1 }),
        logStartOffset: int64({ since: '5+', default: -1 }),
        partitionMaxBytes: int32(),
        replicaDirectoryId: uuid({ since: '17+', tag: 0, tagged: '17+' }),
      }),
    }),
    forgottenTopicsData: list({
      topic: string({ since: '7-12' }),
      topicId: uuid({ since: '13+' }),
      partitions: array(int32(), { since: '7+' }),
    }, { since: '7+' }),
    rackId: string({ since: '11+' }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16({ since: '7+' }),
    sessionId: int32({ since: '7+' }),
    responses: list({
      topic: string({ since: '0-12' }),
      topicId: uuid({ since: '13+' }),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
        highWatermark: int64(),
        lastStableOffset: int64({ default: -1 }),
        logStartOffset: int64({ since: '5+', default: -1 }),
        divergingEpoch: struct({
          epoch: int32({ since: '12+', default: -1 }),
          endOffset: int64({ since: '12+', default: -1 }),
        }, { since: '12+', tag: 0, tagged: '12+' }),
        currentLeader: struct({
          leaderId: int32({ since: '12+', default: -1 }),
          leaderEpoch: int32({ since: '12+', default: -1 }),
        }, { since: '12+', tag: 1, tagged: '12+' }),
        snapshotId: struct({
          endOffset: int64({ default: -1 }),
          epoch: int32({ default: -1 }),
        }, { since: '12+', tag: 2, tagged: '12+' }),
        abortedTransactions: list({
          producerId: int64(),
          firstOffset: int64(),
        }, { nullable: '4+' }),
        preferredReadReplica: int32({ since: '11+', default: -1 }),
        records: records({ nullable: '0+' }),
      }),
    }),
    nodeEndpoints: list({
      nodeId: int32({ since: '16+' }),
      host: string({ since: '16+' }),
      port: int32({ since: '16+' }),
      rack: string({ since: '16+', nullable: '16+', default: null }),
    }, { since: '16+', tag: 0, tagged: '16+' }),
  },
});
