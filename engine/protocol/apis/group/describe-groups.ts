import { api } from '../../api.ts';
import { array, boolean, bytes, int16, int32, list, string } from '../../schema.ts';

/** DescribeGroups (API key 15), versions 0-5. */
export const DescribeGroups = api({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 5],
  flexibleFrom: 5,
  request: {
    groups: array(string()),
    includeAuthorizedOperations: boolean({ since: '3+' }),
  },
  response: {
    throttleTimeMs: int32({ since: '1+' }),
    groups: list({
      errorCode: int16(),
      groupId: string(),
      groupState: string(),
      protocolType: string(),
      protocolData: string(),
      members: list({
        memberId: string(),
        groupInstanceId: string({ since: '4+', nullable: '4+', default: null }),
        clientId: string(),
        clientHost: string(),
        memberMetadata: bytes(),
        memberAssignment: bytes(),
      }),
      authorizedOperations: int32({ since: '3+', default: -2147483648 }),
    }),
  },
});
