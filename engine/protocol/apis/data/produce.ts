import { api } from '../../api.ts';
import { int16, int32, int64, list, records, string, struct } from '../../schema.ts';

/** Produce (API key 0), versions 0-11. Appends record batches. Versions 0-2 are advertised for old librdkafka but refused (KAFKA-18659). */
export const Produce = api({
  key: 0,
  name: 'Produce',
  versions: [0, 11],
  flexibleFrom: 9,
  request: {
    transactionalId: string({ since: '3+', nullable: '3+', default: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: list({
      name: string(),
      partitionData: list({
        index: int32(),
        records: records({ nullable: '0+' }),
      }),
    }),
  },
  response: {
    responses: list({
      name: string(),
      partitionResponses: list({
        index: int32(),
        errorCode: int16(),
        baseOffset: int64(),
        logAppendTimeMs: int64({ since: '2+', default: -1 }),
        logStartOffset: int64({ since: '5+', default: -1 }),
        recordErrors: list({
          batchIndex: int32({ since: '8+' }),
          batchIndexErrorMessage: string({ since: '8+', nullable: '8+', default: null }),
        }, { since: '8+' }),
        errorMessage: string({ since: '8+', nullable: '8+', default: null }),
        currentLeader: struct({
          leaderId: int32({ since: '10+', default: -1 }),
          leaderEpoch: int32({ since: '10+', default: -1 }),
        }, { since: '10+', tag: 0, tagged: '10+' }),
      }),
    }),
    throttleTimeMs: int32({ since: '1+' }),
    nodeEndpoints: list({
      nodeId: int32({ since: '10+' }),
      host: string({ since: '10+' }),
      port: int32({ since: '10+' }),
      rack: string({ since: '10+', nullable: '10+', default: null }),
    }, { since: '10+', tag: 0, tagged: '10+' }),
  },
});
