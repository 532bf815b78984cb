/** What a connection that did not come about says about the two sides, in words with a way out. Guesses are worded as such. */
import type { Endpoint } from '../../environment.ts';
import { securityProtocolOf, type ClientSecurity } from './client-security.ts';

/** `final`: the peer is not who it should be; trying again does not help. */
export interface ConnectionFailure {
  readonly kind: 'final' | 'lost';
  readonly message: string;
}

/** Of a certificate that the client does not accept (OpenSSL's X509_V_ERR_*, by Node's names). */
const UNTRUSTED = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA)$/;
const OUT_OF_TIME = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/;
const NO_TLS = /^(EPROTO|ECONNRESET|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|ERR_SSL_HTTP_REQUEST|ERR_SSL_UNSUPPORTED_PROTOCOL)$/;
const UNREADABLE_KEY = /^ERR_(OSSL|CRYPTO|SSL|TLS)_|^ERR_INVALID_/;

export function connectionFailure(error: unknown, { host, port }: Endpoint, security: ClientSecurity | undefined): ConnectionFailure {
  const { code = '', message: text } = error instanceof Error ? (error as Error & { code?: string }) : { message: String(error) };
  const where = `${host}:${port}`;
  if (security?.tls !== undefined) {
    if (UNTRUSTED.test(code)) return { kind: 'final', message: `the certificate of ${where} is not trusted (${text}): name the authority that signed it with ssl.ca.location` };
    if (OUT_OF_TIME.test(code)) return { kind: 'final', message: `the certificate of ${where} is not valid today (${text})` };
    if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return { kind: 'final', message: `the certificate of ${where} is for another name (${text}): set ssl.server.name to the name in it, or ssl.endpoint.identification.algorithm=none to do without the check` };
    if (NO_TLS.test(code)) return { kind: 'lost', message: `no TLS with ${where} (${text}): it may be a listener without TLS, for security.protocol=${withoutTls(security)}` };
    if (UNREADABLE_KEY.test(code)) return { kind: 'final', message: `no TLS with ${where}: ${text} (${code}); look at ssl.ca.location, ssl.certificate.location, ssl.key.location and ssl.key.password` };
  }
  return { kind: 'lost', message: `no connection to ${where}: ${reasonOf(code, text)}` };
}

function withoutTls({ sasl }: ClientSecurity): string {
  return securityProtocolOf({ sasl });
}

function reasonOf(code: string, text: string): string {
  if (code === 'ECONNREFUSED') return 'refused, nothing listens there';
  if (code === 'ENOTFOUND') return 'there is no host of that name';
  if (code === 'EAI_AGAIN') return 'the name cannot be looked up now (no answer from the name servers)';
  return text;
}

/** A peer that is no broker, or one behind TLS, by the first bytes that it sends. */
export function foreignAnswer(chunk: Uint8Array): string | undefined {
  // A TLS record: alert (21) or handshake (22), version 3.x.
  if ((chunk[0] === 21 || chunk[0] === 22) && chunk[1] === 3) return 'answers in TLS: set security.protocol=SSL, or SASL_SSL';
  if (Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(4, chunk.length)).toString('latin1') === 'HTTP') return 'answers in HTTP: it is no Kafka broker';
  return undefined;
}

/** Of a peer that ended the connection before it served anything. */
export function hintOnClose({ hasAnswered, security }: { hasAnswered: boolean; security: ClientSecurity | undefined }): string {
  if (security?.sasl !== undefined) return '';
  if (hasAnswered) return ' at the first request: it may ask for SASL (security.protocol=SASL_SSL or SASL_PLAINTEXT)';
  if (security?.tls !== undefined) return security.tls.certificate === undefined ? ' before the first answer: it may ask for a client certificate (ssl.certificate.location, ssl.key.location)' : '';
  return ' before the first answer: it may be a listener with TLS (security.protocol=SSL), or no Kafka broker';
}
