import { api } from '../../api.ts';
import { int16, int32, int64, int8, list, string } from '../../schema.ts';

/** ListOffsets (API key 2), versions 1-10. */
export const ListOffsets = api({
  key: 2,
  name: 'ListOffsets',
  versions: [1, 10],
  flexibleFrom: 6,
  request: {
    replicaId: int32(),
    isolationLevel: int8({ since: '2+' }),
    topics: list({
      name: string(),
      partitions: list({
        partitionIndex: int32(),
        currentLeaderEpoch: int32({ since: '4+', default: -1 }),
        timestamp: int64(),
      }),
    }),
    timeoutMs: int32({ since: '10+' }),
  },
  response: {
    throttleTimeMs: int32({ since: '2+' }),
    topics: list({
      name: string(),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
        timestamp: int64({ default: -1 }),
        offset: int64({ default: -1 }),
        leaderEpoch: int32({ since: '4+', default: -1 }),
      }),
    }),
  },
});
