import { api } from '../../api.ts';
import { array, boolean, int16, int32, int8, list, string, uuid } from '../../schema.ts';

/** CreateTopics (API key 19), versions 0-7. */
export const CreateTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: [0, 7],
  flexibleFrom: 5,
  request: {
    topics: list({
      name: string(),
      numPartitions: int32(),
      replicationFactor: int16(),
      assignments: list({
        partitionIndex: int32(),
        brokerIds: array(int32()),
      }),
      configs: list({
        name: string(),
        value: string({ nullable: '0+' }),
      }),
    }),
    timeoutMs: int32({ default: 60000 }),
    validateOnly: boolean({ since: '1+' }),
  },
  response: {
    throttleTimeMs: int32({ since: '2+' }),
    topics: list({
      name: string(),
      topicId: uuid({ since: '7+' }),
      errorCode: int16(),
      errorMessage: string({ since: '1+', nullable: '0+' }),
      topicConfigErrorCode: int16({ since: '5+', tag: 0, tagged: '5+' }),
      numPartitions: int32({ since: '5+', default: -1 }),
      replicationFactor: int16({ since: '5+', default: -1 }),
      configs: list({
        name: string({ since: '5+' }),
        value: string({ since: '5+', nullable: '5+' }),
        readOnly: boolean({ since: '5+' }),
        configSource: int8({ since: '5+', default: -1 }),
        isSensitive: boolean({ since: '5+' }),
      }, { since: '5+', nullable: '5+' }),
    }),
  },
});
