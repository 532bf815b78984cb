import { api } from '../../api.ts';
import { array, boolean, int16, int32, int64, list, string } from '../../schema.ts';

/** OffsetFetch (API key 9), versions 1-9. */
export const OffsetFetch = api({
  key: 9,
  name: 'OffsetFetch',
  versions: [1, 9],
  flexibleFrom: 6,
  request: {
    groupId: string({ since: '0-7' }),
    topics: list({
      name: string({ since: '0-7' }),
      partitionIndexes: array(int32(), { since: '0-7' }),
    }, { since: '0-7', nullable: '2-7' }),
    groups: list({
      groupId: string({ since: '8+' }),
      memberId: string({ since: '9+', nullable: '9+', default: null }),
      memberEpoch: int32({ since: '9+', default: -1 }),
      topics: list({
        name: string({ since: '8+' }),
        partitionIndexes: array(int32(), { since: '8+' }),
      }, { since: '8+', nullable: '8+' }),
    }, { since: '8+' }),
    requireStable: boolean({ since: '7+' }),
  },
  response: {
    throttleTimeMs: int32({ since: '3+' }),
    topics: list({
      name: string({ since: '0-7' }),
      partitions: list({
        partitionIndex: int32({ since: '0-7' }),
        committedOffset: int64({ since: '0-7' }),
        committedLeaderEpoch: int32({ since: '5-7', default: -1 }),
        metadata: string({ since: '0-7', nullable: '0-7' }),
        errorCode: int16({ since: '0-7' }),
      }, { since: '0-7' }),
    }, { since: '0-7' }),
    errorCode: int16({ since: '2-7' }),
    groups: list({
      groupId: string({ since: '8+' }),
      topics: list({
        name: string({ since: '8+' }),
        partitions: list({
          partitionIndex: int32({ since: '8+' }),
          committedOffset: int64({ since: '8+' }),
          committedLeaderEpoch: int32({ since: '8+', default: -1 }),
          metadata: string({ since: '8+', nullable: '8+' }),
          errorCode: int16({ since: '8+' }),
        }, { since: '8+' }),
      }, { since: '8+' }),
      errorCode: int16({ since: '8+' }),
    }, { since: '8+' }),
  },
});
