/**
 * SASL over Kafka's requests: SaslHandshake names the mechanism, SaslAuthenticate carries its messages (KIP-152). The same exchange on a
 * connection that is authenticated already extends its session (KIP-368).
 */
import type { Random } from '../../environment.ts';
import type { Api, RequestInput, ResponseOf } from '../../protocol/api.ts';
import { SaslAuthenticate, SaslHandshake } from '../../protocol/apis.ts';
import { errorCodes, errorName } from '../../protocol/errors.ts';
import { SecurityError, type SaslSettings } from './client-security.ts';
import { ScramError, ScramExchange } from './scram.ts';

export interface SaslConnection {
  /** `host:port`, for errors. */
  readonly name: string;
  readonly random: Random;
  offers(api: Api): boolean;
  request<A extends Api>(api: A, version: number | undefined, body: RequestInput<A>): Promise<ResponseOf<A>>;
}

/** To the session's lifetime in milliseconds; 0: it does not end. Throws SecurityError. */
export async function authenticate(connection: SaslConnection, sasl: SaslSettings): Promise<number> {
  if (!connection.offers(SaslAuthenticate)) throw new SecurityError(`${connection.name} has no SASL (or is older than Kafka 1.0): leave it out, with security.protocol=PLAINTEXT or SSL`);
  const { errorCode, mechanisms } = await connection.request(SaslHandshake, 1, { mechanism: sasl.mechanism });
  if (errorCode === errorCodes.ILLEGAL_SASL_STATE) throw new SecurityError(`${connection.name} does not ask for SASL: leave it out, with security.protocol=PLAINTEXT or SSL`);
  if (errorCode === errorCodes.UNSUPPORTED_SASL_MECHANISM) throw new SecurityError(`${connection.name} does not take sasl.mechanism=${sasl.mechanism}; it takes ${mechanisms.join(', ')}`);
  if (errorCode !== errorCodes.NONE) throw new SecurityError(`${connection.name} refused the SASL handshake: ${errorName(errorCode)}`);
  return sasl.mechanism === 'PLAIN' ? plain(connection, sasl) : scram(connection, sasl);
}

async function plain(connection: SaslConnection, sasl: SaslSettings): Promise<number> {
  const { sessionLifetimeMs } = await exchange(connection, sasl, `\0${sasl.username}\0${sasl.password}`);
  return sessionLifetimeMs;
}

async function scram(connection: SaslConnection, sasl: SaslSettings): Promise<number> {
  // 122 random bits.
  const nonce = Buffer.from(connection.random.uuid()).toString('base64url');
  const scramExchange = new ScramExchange(sasl.mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512', { ...sasl, nonce });
  try {
    const first = await exchange(connection, sasl, scramExchange.first());
    const final = await exchange(connection, sasl, await scramExchange.final(first.text));
    scramExchange.verify(final.text);
    return final.sessionLifetimeMs;
  } catch (error) {
    if (error instanceof ScramError) throw new SecurityError(`${connection.name}: ${sasl.mechanism}: ${error.message}`);
    throw error;
  }
}

async function exchange(connection: SaslConnection, sasl: SaslSettings, message: string): Promise<{ text: string; sessionLifetimeMs: number }> {
  const { errorCode, errorMessage, authBytes, sessionLifetimeMs } = await connection.request(SaslAuthenticate, undefined, { authBytes: Buffer.from(message) });
  if (errorCode === errorCodes.NONE) return { text: authBytes.toString(), sessionLifetimeMs };
  throw new SecurityError(`${connection.name} refused user ${sasl.username} by ${sasl.mechanism}: ${errorMessage ?? errorName(errorCode)}; check sasl.username, sasl.password and sasl.mechanism`);
}
