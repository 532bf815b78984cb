/** A certificate authority of a test's own and what it signs, made by openssl: a server's certificate for 127.0.0.1 and localhost, and a client's. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificates {
  readonly directory: string;
  /** PEM files. */
  readonly ca: string;
  readonly server: string;
  readonly serverKey: string;
  readonly client: string;
  readonly clientKey: string;
  readonly clientKeyPassword: string;
  /** Of an authority that nobody here trusts, for the same names. */
  readonly stranger: string;
  readonly strangerKey: string;
}

export function makeCertificates(directory: string): Certificates {
  const file = (name: string): string => join(directory, name);
  const openssl = (...words: string[]): void => void execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const authority = (name: string): void => openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`));
  const signed = (name: string, by: string): void => {
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`));
    writeFileSync(file(`${name}.ext`), 'subjectAltName=DNS:localhost,DNS:kafka.internal,IP:127.0.0.1\n');
    openssl('x509', '-req', '-days', '2', '-in', file(`${name}.csr`), '-CA', file(`${by}.pem`), '-CAkey', file(`${by}.key`), '-CAcreateserial', '-extfile', file(`${name}.ext`), '-out', file(`${name}.pem`));
  };
  authority('ca');
  authority('stranger-ca');
  signed('server', 'ca');
  signed('client', 'ca');
  signed('stranger', 'stranger-ca');
  const clientKeyPassword = 'key-secret';
  openssl('pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-passout', `pass:${clientKeyPassword}`, '-in', file('client.key'), '-out', file('client-locked.key'));
  return {
    directory, clientKeyPassword,
    ca: file('ca.pem'), server: file('server.pem'), serverKey: file('server.key'),
    client: file('client.pem'), clientKey: file('client-locked.key'), stranger: file('stranger.pem'), strangerKey: file('stranger.key'),
  };
}

export function pem(path: string): string {
  return readFileSync(path, 'utf8');
}
