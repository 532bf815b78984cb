import { api } from '../../api.ts';
import { boolean, bytes, int16, int32, list, string } from '../../schema.ts';

/** JoinGroup (API key 11), versions 0-9. */
export const JoinGroup = api({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexibleFrom: 6,
  request: {
    groupId: string(),
    sessionTimeoutMs: int32(),
    rebalanceTimeoutMs: int32({ since: '1+', default: -1 }),
    memberId: string(),
    groupInstanceId: string({ since: '5+', nullable: '5+', default: null }),
    protocolType: string(),
    protocols: list({
      name: string(),
      metadata: bytes(),
    }),
    reason: string({ since: '8+', nullable: '8+', default: null }),
  },
  response: {
    throttleTimeMs: int32({ since: '2+' }),
    errorCode: int16(),
    generationId: int32({ default: -1 }),
    protocolType: string({ since: '7+', nullable: '7+', default: null }),
    protocolName: string({ nullable: '7+' }),
    leader: string(),
    skipAssignment: boolean({ since: '9+' }),
    memberId: string(),
    members: list({
      memberId: string(),
      groupInstanceId: string({ since: '5+', nullable: '5+', default: null }),
      metadata: bytes(),
    }),
  },
});
