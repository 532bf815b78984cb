import { api } from '../../api.ts';
import { array, boolean, int16, int32, list, string } from '../../schema.ts';

/** CreatePartitions (API key 37), versions 0-3. */
export const CreatePartitions = api({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexibleFrom: 2,
  request: {
    topics: list({
      name: string(),
      count: int32(),
      assignments: list({
        brokerIds: array(int32()),
      }, { nullable: '0+' }),
    }),
    timeoutMs: int32(),
    validateOnly: boolean(),
  },
  response: {
    throttleTimeMs: int32(),
    results: list({
      name: string(),
      errorCode: int16(),
      errorMessage: string({ nullable: '0+', default: null }),
    }),
  },
});
