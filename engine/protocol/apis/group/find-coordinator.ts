import { api } from '../../api.ts';
import { array, int16, int32, int8, list, string } from '../../schema.ts';

/** FindCoordinator (API key 10), versions 0-6. */
export const FindCoordinator = api({
  key: 10,
  name: 'FindCoordinator',
  versions: [0, 6],
  flexibleFrom: 3,
  request: {
    key: string({ since: '0-3' }),
    keyType: int8({ since: '1+' }),
    coordinatorKeys: array(string(), { since: '4+' }),
  },
  response: {
    throttleTimeMs: int32({ since: '1+' }),
    errorCode: int16({ since: '0-3' }),
    errorMessage: string({ since: '1-3', nullable: '1-3' }),
    nodeId: int32({ since: '0-3' }),
    host: string({ since: '0-3' }),
    port: int32({ since: '0-3' }),
    coordinators: list({
      key: string({ since: '4+' }),
      nodeId: int32({ since: '4+' }),
      host: string({ since: '4+' }),
      port: int32({ since: '4+' }),
      errorCode: int16({ since: '4+' }),
      errorMessage: string({ since: '4+', nullable: '4+' }),
    }, { since: '4+' }),
  },
});
