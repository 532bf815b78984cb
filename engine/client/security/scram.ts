/**
 * The client's side of SCRAM (RFC 5802; SHA-256 by RFC 7677; SHA-512 as Kafka has it), without channel binding. Pure: the nonce comes from
 * the caller. The server proves that it knows the password's keys, too, or the exchange fails. As Kafka, without SASLprep: names and
 * passwords are taken as UTF-8.
 */
import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';

export type ScramHash = 'sha256' | 'sha512';

/** The server answered something that a server which knows the password does not answer. */
export class ScramError extends Error {
  override readonly name = 'ScramError';
}

/** RFC 7677, 4: at least 4096. Above the other, a hostile server would have the client compute for minutes. */
const ITERATIONS_MIN = 4096;
const ITERATIONS_MAX = 10_000_000;
/** "n,,": no channel binding, nobody else's identity. */
const GS2_HEADER = 'n,,';

export class ScramExchange {
  readonly #hash: ScramHash;
  readonly #password: string;
  readonly #nonce: string;
  readonly #firstBare: string;
  #serverSignature: Buffer | undefined;

  constructor(hash: ScramHash, credentials: { username: string; password: string; nonce: string }) {
    this.#hash = hash;
    this.#password = credentials.password;
    this.#nonce = credentials.nonce;
    const name = credentials.username.replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#firstBare = `n=${name},r=${credentials.nonce}`;
  }

  first(): string {
    return `${GS2_HEADER}${this.#firstBare}`;
  }

  /** The client's proof, from the server's first message. */
  async final(serverFirst: string): Promise<string> {
    const { r: nonce = '', s: salt, i: iterationsText = '' } = attributesOf(serverFirst);
    const iterations = /^\d{1,9}$/.test(iterationsText) ? Number(iterationsText) : Number.NaN;
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) throw new ScramError("the server's nonce does not go on from the client's");
    if (salt === undefined || !(iterations >= ITERATIONS_MIN && iterations <= ITERATIONS_MAX)) throw new ScramError(`the server asks for ${iterationsText === '' ? 'no' : iterationsText} iterations; ${ITERATIONS_MIN} to ${ITERATIONS_MAX} are safe`);
    const salted = await this.#saltedPassword(Buffer.from(salt, 'base64'), iterations);
    const withoutProof = `c=${Buffer.from(GS2_HEADER).toString('base64')},r=${nonce}`;
    const message = `${this.#firstBare},${serverFirst},${withoutProof}`;
    const clientKey = this.#hmac(salted, 'Client Key');
    const signature = this.#hmac(createHash(this.#hash).update(clientKey).digest(), message);
    const proof = Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] as number)));
    this.#serverSignature = this.#hmac(this.#hmac(salted, 'Server Key'), message);
    return `${withoutProof},p=${proof.toString('base64')}`;
  }

  /** Throws ScramError when the server does not prove that it knows the keys. */
  verify(serverFinal: string): void {
    const { e: error, v: verifier = '' } = attributesOf(serverFinal);
    if (error !== undefined) throw new ScramError(`the server refused the proof: ${error}`);
    const theirs = Buffer.from(verifier, 'base64');
    const ours = this.#serverSignature;
    if (ours === undefined || theirs.length !== ours.length || !timingSafeEqual(theirs, ours)) {
      throw new ScramError("the server's signature is wrong: it does not know this user's password, and may be somebody else's server");
    }
  }

  #hmac(key: Buffer, message: string): Buffer {
    return createHmac(this.#hash, key).update(message).digest();
  }

  /** Milliseconds of computing: in the thread pool, so that a running load is not held up. */
  #saltedPassword(salt: Buffer, iterations: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      pbkdf2(this.#password, salt, iterations, this.#hash === 'sha256' ? 32 : 64, this.#hash, (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      });
    });
  }
}

/** `a=1,b=2`; a value may hold further equals signs. */
function attributesOf(message: string): Record<string, string | undefined> {
  return Object.fromEntries(message.split(',').map((each) => [each.slice(0, 1), each.slice(2)]));
}
