import { api } from '../../api.ts';
import { int16, int32, list, string } from '../../schema.ts';

/** LeaveGroup (API key 13), versions 0-5. */
export const LeaveGroup = api({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexibleFrom: 4,
  request: {
    groupId: string(),
    memberId: string({ since: '0-2' }),
    members: list({
      memberId: string({ since: '3+' }),
      groupInstanceId: string({ since: '3+', nullable: '3+', default: null }),
      reason: string({ since: '5+', nullable: '5+', default: null }),
    }, { since: '3+' }),
  },
  response: {
    throttleTimeMs: int32({ since: '1+' }),
    errorCode: int16(),
    members: list({
      memberId: string({ since: '3+' }),
      groupInstanceId: string({ since: '3+', nullable: '3+' }),
      errorCode: int16({ since: '3+' }),
    }, { since: '3+' }),
  },
});
