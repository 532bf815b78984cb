import { api } from '../../api.ts';
import { array, boolean, int16, int32, int64, list, string, uint16, uuid } from '../../schema.ts';

/** BrokerRegistration (API key 62), versions 0-4. */
export const BrokerRegistration = api({
  key: 62,
  name: 'BrokerRegistration',
  versions: [0, 4],
  flexibleFrom: 0,
  request: {
    brokerId: int32(),
    clusterId: string(),
    incarnationId: uuid(),
    listeners: list({
      name: string(),
      host: string(),
      port: uint16(),
      securityProtocol: int16(),
    }),
    features: list({
      name: string(),
      minSupportedVersion: int16(),
      maxSupportedVersion: int16(),
    }),
    rack: string({ nullable: '0+' }),
    isMigratingZkBroker: boolean({ since: '1+' }),
    logDirs: array(uuid(), { since: '2+' }),
    previousBrokerEpoch: int64({ since: '3+', default: -1 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    brokerEpoch: int64({ default: -1 }),
  },
});
