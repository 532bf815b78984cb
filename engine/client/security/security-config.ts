/**
 * The properties that say how a client connects, by Kafka's names and by librdkafka's where Kafka has none for PEM files, and what they
 * mean together. Errors name the property and never a secret.
 */
import type { TlsSettings } from '../../environment.ts';
import { ClientConfigError, parseProperties } from '../config-table.ts';
import { saslMechanisms, type ClientSecurity, type SaslMechanism, type SaslSettings } from './client-security.ts';

const text = { type: 'string', default: '' } as const;

export const securityProperties = {
  'security.protocol': { type: 'string', default: 'PLAINTEXT', values: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] },
  'sasl.mechanism': text,
  'sasl.jaas.config': text,
  'sasl.username': text,
  'sasl.password': text,
  'ssl.ca.location': text,
  'ssl.ca.pem': text,
  'ssl.certificate.location': text,
  'ssl.certificate.pem': text,
  'ssl.key.location': text,
  'ssl.key.pem': text,
  'ssl.key.password': text,
  'ssl.truststore.type': { type: 'string', default: 'PEM' },
  'ssl.truststore.location': text,
  'ssl.truststore.certificates': text,
  'ssl.keystore.type': { type: 'string', default: 'PEM' },
  'ssl.keystore.location': text,
  'ssl.keystore.certificate.chain': text,
  'ssl.keystore.key': text,
  'ssl.endpoint.identification.algorithm': { type: 'string', default: 'https', values: ['https', 'none', ''] },
  'enable.ssl.certificate.verification': { type: 'boolean', default: 'true' },
  /** headroom's own: for a cluster behind a tunnel or a proxy of another name. */
  'ssl.server.name': text,
} as const;

/** Values of these stand in no result, report or error. */
export const secretProperties: readonly string[] = ['sasl.jaas.config', 'sasl.password', 'ssl.key.pem', 'ssl.key.password', 'ssl.keystore.key'];

type SecurityConfig = ReturnType<typeof parseProperties<typeof securityProperties>>;

/** Undefined: plaintext. `readText` gives a file's text or throws. Throws ClientConfigError. */
export function parseSecurity(properties: Readonly<Record<string, string>>, readText: (path: string) => string): ClientSecurity | undefined {
  const config = parseProperties(securityProperties, withKafkaNames(properties));
  const protocol = config['security.protocol'];
  const isGiven = (prefix: string): string | undefined => Object.keys(properties).find((name) => name.startsWith(prefix) && properties[name] !== '');
  const stray = protocol.startsWith('SASL_') ? undefined : isGiven('sasl.');
  if (stray !== undefined) throw new ClientConfigError('security.protocol', `${protocol} makes no use of ${stray}: set SASL_SSL or SASL_PLAINTEXT, or leave it out`);
  const strayTls = protocol.endsWith('SSL') ? undefined : isGiven('ssl.');
  if (strayTls !== undefined) throw new ClientConfigError('security.protocol', `${protocol} makes no use of ${strayTls}: set SSL or SASL_SSL, or leave it out`);
  if (protocol === 'PLAINTEXT') return undefined;
  return { ...(protocol.endsWith('SSL') ? { tls: tlsOf(config, readText) } : {}), ...(protocol.startsWith('SASL_') ? { sasl: saslOf(config) } : {}) };
}

/** librdkafka writes values in lower case, and the mechanism in the plural. */
function withKafkaNames(properties: Readonly<Record<string, string>>): Record<string, string> {
  const { 'sasl.mechanisms': mechanisms, ...others } = properties;
  const named: Record<string, string> = { ...(mechanisms === undefined ? {} : { 'sasl.mechanism': mechanisms }), ...others };
  const protocol = named['security.protocol'];
  if (protocol !== undefined) named['security.protocol'] = protocol.trim().toUpperCase();
  return named;
}

function saslOf(config: SecurityConfig): SaslSettings {
  const mechanism = config['sasl.mechanism'];
  const known = saslMechanisms.find((each) => each === mechanism);
  if (known === undefined) {
    const given = mechanism === '' ? 'is not given' : `'${mechanism}' is not supported`;
    throw new ClientConfigError('sasl.mechanism', `${given}; there are ${saslMechanisms.join(', ')}`);
  }
  const jaas = config['sasl.jaas.config'] === '' ? undefined : parseJaas(config['sasl.jaas.config'], known);
  const username = config['sasl.username'] || (jaas?.['username'] ?? '');
  const password = config['sasl.password'] || (jaas?.['password'] ?? '');
  if (username === '') throw new ClientConfigError('sasl.username', 'is missing: give it, or sasl.jaas.config, or HEADROOM_SASL_USERNAME in the environment');
  if (password === '') throw new ClientConfigError('sasl.password', 'is missing: give it, or sasl.jaas.config, or HEADROOM_SASL_PASSWORD in the environment');
  return { mechanism: known, username, password };
}

/** `org.apache.kafka.common.security.plain.PlainLoginModule required username="u" password="p";` */
function parseJaas(jaas: string, mechanism: SaslMechanism): Record<string, string> {
  const module = mechanism === 'PLAIN' ? 'PlainLoginModule' : 'ScramLoginModule';
  const match = /^\s*([\w.$]+)\s+(?:required|requisite|sufficient|optional)\s+([^]*?);?\s*$/.exec(jaas);
  if (match === null) throw new ClientConfigError('sasl.jaas.config', `is not of the form: org.apache.kafka.common.security...${module} required username="..." password="...";`);
  const [, className = '', options = ''] = match;
  if (!className.endsWith(module)) throw new ClientConfigError('sasl.jaas.config', `${className.split('.').at(-1)} does not go with sasl.mechanism=${mechanism}, which needs ${module}`);
  const found: Record<string, string> = {};
  for (const [, name = '', quoted, bare] of options.matchAll(/([\w.]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g)) found[name] = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '';
  return found;
}

function tlsOf(config: SecurityConfig, readText: (path: string) => string): TlsSettings {
  for (const name of ['ssl.truststore.type', 'ssl.keystore.type'] as const) {
    if (config[name].toUpperCase() !== 'PEM') throw new ClientConfigError(name, `${config[name]} is not supported: convert the store to PEM (openssl pkcs12 -in STORE.p12 -out FILE.pem -nodes), or name PEM files with ssl.ca.location, ssl.certificate.location and ssl.key.location`);
  }
  const pem = (inline: readonly (keyof SecurityConfig)[], files: readonly (keyof SecurityConfig)[]): string | undefined => {
    const given = inline.find((name) => config[name] !== '');
    if (given !== undefined) return checkedPem(given, config[given] as string);
    const file = files.find((name) => config[name] !== '');
    return file === undefined ? undefined : checkedPem(file, readPem(file, config[file] as string, readText));
  };
  const ca = pem(['ssl.ca.pem', 'ssl.truststore.certificates'], ['ssl.ca.location', 'ssl.truststore.location']);
  const certificate = pem(['ssl.certificate.pem', 'ssl.keystore.certificate.chain'], ['ssl.certificate.location', 'ssl.keystore.location']);
  const key = pem(['ssl.key.pem', 'ssl.keystore.key'], ['ssl.key.location', 'ssl.keystore.location']);
  if ((certificate === undefined) !== (key === undefined)) {
    throw new ClientConfigError(certificate === undefined ? 'ssl.certificate.location' : 'ssl.key.location', 'is missing: a certificate and its key go together');
  }
  const [keyPassword, serverName] = [config['ssl.key.password'], config['ssl.server.name']];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(keyPassword === '' ? {} : { keyPassword }),
    ...(serverName === '' ? {} : { serverName }),
    verifies: !config['enable.ssl.certificate.verification'] ? 'nothing' : config['ssl.endpoint.identification.algorithm'] === 'https' ? 'chainAndName' : 'chain',
  };
}

function readPem(name: string, path: string, readText: (path: string) => string): string {
  try {
    return readText(path);
  } catch (error) {
    throw new ClientConfigError(name, `cannot read ${path}: ${(error as { code?: string }).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`);
  }
}

function checkedPem(name: string, pem: string): string {
  if (!pem.includes('-----BEGIN ')) throw new ClientConfigError(name, 'holds no PEM (-----BEGIN ...-----); Java key stores and PKCS#12 files are to be converted first');
  // Properties files and environment variables carry line ends as \n.
  return pem.includes('\n') ? pem : pem.replaceAll(String.raw`\n`, '\n');
}
