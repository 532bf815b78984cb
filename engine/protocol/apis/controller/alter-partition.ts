import { api } from '../../api.ts';
import { array, int16, int32, int64, int8, list, uuid } from '../../schema.ts';

/** AlterPartition (API key 56), versions 2-3. */
export const AlterPartition = api({
  key: 56,
  name: 'AlterPartition',
  versions: [2, 3],
  flexibleFrom: 0,
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    topics: list({
      topicId: uuid(),
      partitions: list({
        partitionIndex: int32(),
        leaderEpoch: int32(),
        newIsr: array(int32(), { since: '0-2' }),
        newIsrWithEpochs: list({
          brokerId: int32({ since: '3+' }),
          brokerEpoch: int64({ since: '3+', default: -1 }),
        }, { since: '3+' }),
        leaderRecoveryState: int8(),
        partitionEpoch: int32(),
      }),
    }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    topics: list({
      topicId: uuid(),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
        leaderId: int32(),
        leaderEpoch: int32(),
        isr: array(int32()),
        leaderRecoveryState: int8(),
        partitionEpoch: int32(),
      }),
    }),
  },
});
