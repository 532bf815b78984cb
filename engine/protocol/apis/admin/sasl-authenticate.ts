import { api } from '../../api.ts';
import { bytes, int16, int64, string } from '../../schema.ts';

/** SaslAuthenticate (API key 36), versions 0-2. The session's lifetime came with KIP-368. */
export const SaslAuthenticate = api({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexibleFrom: 2,
  request: { authBytes: bytes() },
  response: {
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    authBytes: bytes(),
    sessionLifetimeMs: int64({ since: '1+' }),
  },
});
