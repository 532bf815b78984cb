/** The server's side of SCRAM (RFC 5802), for tests: stores what a server stores, checks the proof, signs. */
import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

const ITERATIONS = 4096;

export class ScramServer {
  readonly #hash: 'sha256' | 'sha512';
  readonly #salt = randomBytes(16);
  readonly #passwordOf: (username: string) => string | undefined;
  #clientFirstBare = '';
  #serverFirst = '';

  constructor(hash: 'sha256' | 'sha512', passwordOf: (username: string) => string | undefined) {
    this.#hash = hash;
    this.#passwordOf = passwordOf;
  }

  /** `isLast`: the client is who it says. Undefined: it is not. */
  answer(message: string): { readonly text: string; readonly isLast: boolean } | undefined {
    if (this.#clientFirstBare === '') {
      this.#clientFirstBare = message.slice('n,,'.length);
      this.#serverFirst = `r=${valueOf(message, 'r')}${randomBytes(12).toString('hex')},s=${this.#salt.toString('base64')},i=${ITERATIONS}`;
      return { text: this.#serverFirst, isLast: false };
    }
    const password = this.#passwordOf(valueOf(this.#clientFirstBare, 'n').replaceAll('=2C', ',').replaceAll('=3D', '='));
    if (password === undefined) return undefined;
    const hmac = (key: Buffer, text: string): Buffer => createHmac(this.#hash, key).update(text).digest();
    const salted = pbkdf2Sync(password, this.#salt, ITERATIONS, this.#hash === 'sha256' ? 32 : 64, this.#hash);
    const storedKey = createHash(this.#hash).update(hmac(salted, 'Client Key')).digest();
    const authMessage = `${this.#clientFirstBare},${this.#serverFirst},${message.slice(0, message.lastIndexOf(',p='))}`;
    const proof = Buffer.from(valueOf(message, 'p'), 'base64');
    const signature = hmac(storedKey, authMessage);
    if (proof.length !== signature.length) return undefined;
    const clientKey = Buffer.from(proof.map((byte, at) => byte ^ (signature[at] as number)));
    if (!timingSafeEqual(createHash(this.#hash).update(clientKey).digest(), storedKey)) return undefined;
    return { text: `v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`, isLast: true };
  }
}

function valueOf(message: string, name: string): string {
  const part = message.split(',').find((each) => each.startsWith(`${name}=`));
  return part?.slice(2) ?? '';
}
