import { api } from '../../api.ts';
import { array, int16, string } from '../../schema.ts';

/** SaslHandshake (API key 17), versions 0-1. After version 1 the mechanism's messages go in SaslAuthenticate requests, after 0 in frames of their own. */
export const SaslHandshake = api({
  key: 17,
  name: 'SaslHandshake',
  versions: [0, 1],
  request: { mechanism: string() },
  response: { errorCode: int16(), mechanisms: array(string()) },
});
