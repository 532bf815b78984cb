import { api } from '../../api.ts';
import { int16, int32, int64, list, string } from '../../schema.ts';

/** OffsetForLeaderEpoch (API key 23), versions 2-4. */
export const OffsetForLeaderEpoch = api({
  key: 23,
  name: 'OffsetForLeaderEpoch',
  versions: [2, 4],
  flexibleFrom: 4,
  request: {
    replicaId: int32({ since: '3+', default: -2 }),
    topics: list({
      topic: string(),
      partitions: list({
        partition: int32(),
        currentLeaderEpoch: int32({ default: -1 }),
        leaderEpoch: int32(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    topics: list({
      topic: string(),
      partitions: list({
        errorCode: int16(),
        partition: int32(),
        leaderEpoch: int32({ default: -1 }),
        endOffset: int64({ default: -1 }),
      }),
    }),
  },
});
