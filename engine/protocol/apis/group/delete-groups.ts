import { api } from '../../api.ts';
import { array, int16, int32, list, string } from '../../schema.ts';

/** DeleteGroups (API key 42), versions 0-2. */
export const DeleteGroups = api({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 2],
  flexibleFrom: 2,
  request: {
    groupsNames: array(string()),
  },
  response: {
    throttleTimeMs: int32(),
    results: list({
      groupId: string(),
      errorCode: int16(),
    }),
  },
});
