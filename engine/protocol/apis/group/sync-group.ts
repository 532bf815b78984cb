import { api } from '../../api.ts';
import { bytes, int16, int32, list, string } from '../../schema.ts';

/** SyncGroup (API key 14), versions 0-5. */
export const SyncGroup = api({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexibleFrom: 4,
  request: {
    groupId: string(),
    generationId: int32(),
    memberId: string(),
    groupInstanceId: string({ since: '3+', nullable: '3+', default: null }),
    protocolType: string({ since: '5+', nullable: '5+', default: null }),
    protocolName: string({ since: '5+', nullable: '5+', default: null }),
    assignments: list({
      memberId: string(),
      assignment: bytes(),
    }),
  },
  response: {
    throttleTimeMs: int32({ since: '1+' }),
    errorCode: int16(),
    protocolType: string({ since: '5+', nullable: '5+', default: null }),
    protocolName: string({ since: '5+', nullable: '5+', default: null }),
    assignment: bytes(),
  },
});
