import { api } from '../../api.ts';
import { int16, int32, int64, string } from '../../schema.ts';

/** InitProducerId (API key 22), versions 0-5. */
export const InitProducerId = api({
  key: 22,
  name: 'InitProducerId',
  versions: [0, 5],
  flexibleFrom: 2,
  request: {
    transactionalId: string({ nullable: '0+' }),
    transactionTimeoutMs: int32(),
    producerId: int64({ since: '3+', default: -1 }),
    producerEpoch: int16({ since: '3+', default: -1 }),
  },
  response: {
    throttleTimeMs: int32(),
    errorCode: int16(),
    producerId: int64({ default: -1 }),
    producerEpoch: int16(),
  },
});
