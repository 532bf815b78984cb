import { api } from '../../api.ts';
import { int16, int32, list, string } from '../../schema.ts';

/** OffsetDelete (API key 47), versions 0-0. */
export const OffsetDelete = api({
  key: 47,
  name: 'OffsetDelete',
  versions: [0, 0],
  request: {
    groupId: string(),
    topics: list({
      name: string(),
      partitions: list({
        partitionIndex: int32(),
      }),
    }),
  },
  response: {
    errorCode: int16(),
    throttleTimeMs: int32(),
    topics: list({
      name: string(),
      partitions: list({
        partitionIndex: int32(),
        errorCode: int16(),
      }),
    }),
  },
});
