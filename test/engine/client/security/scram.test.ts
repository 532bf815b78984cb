/** The exchanges that the RFCs print, and servers that do not play by them. */
import { describe, expect, it } from 'vitest';
import { ScramError, ScramExchange, type ScramHash } from '../../../../engine/client/security/scram.ts';

/** RFC 7677, 3. */
const RFC_7677 = {
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  final: 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};

function exchangeOf(hash: ScramHash = 'sha256', credentials: Partial<{ username: string; password: string; nonce: string }> = {}): ScramExchange {
  return new ScramExchange(hash, { username: 'user', password: 'pencil', nonce: RFC_7677.nonce, ...credentials });
}

describe('SCRAM', () => {
  it('gives the messages of RFC 7677 for SHA-256 and takes its server signature', async () => {
    const exchange = exchangeOf();
    expect(exchange.first()).toBe(RFC_7677.first);
    expect(await exchange.final(RFC_7677.serverFirst)).toBe(RFC_7677.final);
    expect(() => exchange.verify(RFC_7677.serverFinal)).not.toThrow();
  });

  it('gives for SHA-512 what the formulas of RFC 5802 give', async () => {
    const exchange = exchangeOf('sha512');
    const final = await exchange.final(RFC_7677.serverFirst);
    const { proof, serverSignature } = await byTheFormulas('SHA-512', 'pencil');
    expect(final).toBe(`c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=${proof}`);
    expect(() => exchange.verify(`v=${serverSignature}`)).not.toThrow();
  });

  it('agrees for SHA-256 with the same formulas, so that they are a referee', async () => {
    const { proof, serverSignature } = await byTheFormulas('SHA-256', 'pencil');
    expect([`p=${proof}`, `v=${serverSignature}`]).toEqual([RFC_7677.final.split(',')[2], RFC_7677.serverFinal]);
  });

  it('writes commas and equals signs of a name as RFC 5802 has them', () => {
    expect(exchangeOf('sha256', { username: 'a=b,c' }).first()).toBe('n,,n=a=3Db=2Cc,r=rOprNGfwEbeRWgbNEkqO');
  });

  it('takes no server that does not prove its knowledge of the password', async () => {
    const exchange = exchangeOf();
    expect(() => exchange.verify(RFC_7677.serverFinal)).toThrow(ScramError);
    await exchange.final(RFC_7677.serverFirst);
    for (const forged of ['v=AAAA', `v=${Buffer.alloc(32).toString('base64')}`, 'v=', '', RFC_7677.serverFinal.replace('v=6', 'v=7')]) expect(() => exchange.verify(forged)).toThrow(/signature is wrong/);
    expect(() => exchange.verify('e=invalid-proof')).toThrow('the server refused the proof: invalid-proof');
  });

  it.each([
    ['a nonce that is not the continuation of its own', 'r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['its own nonce unchanged', 'r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['too few iterations', 'r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095'],
    ['iterations for minutes', 'r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=999999999'],
    ['iterations that are no number', 'r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-1'],
    ['no salt', 'r=rOprNGfwEbeRWgbNEkqOx,i=4096'],
    ['nothing', ''],
  ])('refuses a server that sends %s', async (_what, serverFirst) => {
    await expect(exchangeOf().final(serverFirst)).rejects.toThrow(ScramError);
  });
});

/** RFC 5802, 3, by another implementation of the primitives. */
async function byTheFormulas(hash: 'SHA-256' | 'SHA-512', password: string): Promise<{ proof: string; serverSignature: string }> {
  const { subtle } = globalThis.crypto;
  const encoded = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
  const hmac = async (key: ArrayBuffer, text: string): Promise<ArrayBuffer> => subtle.sign('HMAC', await subtle.importKey('raw', key, { name: 'HMAC', hash }, false, ['sign']), encoded(text));
  const passwordKey = await subtle.importKey('raw', encoded(password), 'PBKDF2', false, ['deriveBits']);
  const salt = Uint8Array.from(Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'));
  const salted = await subtle.deriveBits({ name: 'PBKDF2', hash, salt, iterations: 4096 }, passwordKey, hash === 'SHA-256' ? 256 : 512);
  const clientKey = await hmac(salted, 'Client Key');
  const message = [RFC_7677.first.slice(3), RFC_7677.serverFirst, RFC_7677.final.split(',').slice(0, 2).join(',')].join(',');
  const signature = new Uint8Array(await hmac(await subtle.digest(hash, clientKey), message));
  const proof = Buffer.from(new Uint8Array(clientKey).map((byte, at) => byte ^ (signature[at] as number))).toString('base64');
  return { proof, serverSignature: Buffer.from(await hmac(await hmac(salted, 'Server Key'), message)).toString('base64') };
}
