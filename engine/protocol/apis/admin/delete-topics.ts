import { api } from '../../api.ts';
import { array, int16, int32, list, string, uuid } from '../../schema.ts';

/** DeleteTopics (API key 20), versions 0-6. */
export const DeleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  versions: [0, 6],
  flexibleFrom: 4,
  request: {
    topics: list({
      name: string({ since: '6+', nullable: '6+', default: null }),
      topicId: uuid({ since: '6+' }),
    }, { since: '6+' }),
    topicNames: array(string(), { since: '0-5' }),
    timeoutMs: int32(),
  },
  response: {
    throttleTimeMs: int32({ since: '1+' }),
    responses: list({
      name: string({ nullable: '6+' }),
      topicId: uuid({ since: '6+' }),
      errorCode: int16(),
      errorMessage: string({ since: '5+', nullable: '5+', default: null }),
    }),
  },
});
