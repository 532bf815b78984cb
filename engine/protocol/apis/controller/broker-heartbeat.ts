import { api } from '../../api.ts';
import { array, boolean, int16, int32, int64, uuid } from '../../schema.ts';

/** BrokerHeartbeat (API key 63), versions 0-1. */
export const BrokerHeartbeat = api({
  key: 63,
  name: 'BrokerHeartbeat',
  versions: [0, 1],
  flexibleFrom: 0,
  request: {
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    currentMetadataOffset: int64(),
    wantFence: boolean(),
    wantShutDown: boolean(),
    offlineLogDirs: array(uuid(), { since: '1+', tag: 0, tagged: '1+' }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    isCaughtUp: boolean(),
    isFenced: boolean({ default: true }),
    shouldShutDown: boolean(),
  },
});
