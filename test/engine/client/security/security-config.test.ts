import { describe, expect, it } from 'vitest';
import { parseSecurity } from '../../../../engine/client/security/security-config.ts';
import { parseProducerConfig } from '../../../../engine/client/producer-config.ts';

const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const files: Record<string, string> = { 'ca.pem': `${PEM}ca`, 'client.pem': `${PEM}client`, 'client.key': `${PEM}key`, 'store.jks': '\xfe\xed\xfe\xed' };

function parse(properties: Record<string, string>) {
  return parseSecurity(properties, (path) => {
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });
    return text;
  });
}

const SCRAM = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'SCRAM-SHA-512', 'sasl.username': 'alice', 'sasl.password': 'wonderland' };

describe('the properties of a connection', () => {
  it('are none for plaintext', () => {
    expect(parse({})).toBeUndefined();
    expect(parse({ 'security.protocol': 'PLAINTEXT' })).toBeUndefined();
  });

  it('are read by librdkafka\'s names', () => {
    expect(parse({ 'security.protocol': 'ssl', 'ssl.ca.location': 'ca.pem', 'ssl.certificate.location': 'client.pem', 'ssl.key.location': 'client.key', 'ssl.key.password': 'k' })).toEqual({
      tls: { ca: `${PEM}ca`, certificate: `${PEM}client`, key: `${PEM}key`, keyPassword: 'k', verifies: 'chainAndName' },
    });
    const { 'sasl.mechanism': _, ...others } = SCRAM;
    expect(parse({ ...others, 'sasl.mechanisms': 'PLAIN' })?.sasl).toEqual({ mechanism: 'PLAIN', username: 'alice', password: 'wonderland' });
  });

  it('are read by Kafka\'s names, with PEM stores and a JAAS line', () => {
    const jaas = 'org.apache.kafka.common.security.scram.ScramLoginModule required username="al\\"ice" password="won=der;land";';
    const properties = { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'SCRAM-SHA-256', 'sasl.jaas.config': jaas, 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': 'ca.pem', 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': 'client.pem' };
    expect(parse(properties)).toEqual({
      tls: { ca: `${PEM}ca`, certificate: `${PEM}client`, key: `${PEM}client`, verifies: 'chainAndName' },
      sasl: { mechanism: 'SCRAM-SHA-256', username: 'al"ice', password: 'won=der;land' },
    });
  });

  it('say how much of the peer is checked', () => {
    const ssl = { 'security.protocol': 'SSL' };
    expect(parse({ ...ssl, 'ssl.endpoint.identification.algorithm': '' })?.tls?.verifies).toBe('chain');
    expect(parse({ ...ssl, 'ssl.endpoint.identification.algorithm': 'none' })?.tls?.verifies).toBe('chain');
    expect(parse({ ...ssl, 'enable.ssl.certificate.verification': 'false' })?.tls?.verifies).toBe('nothing');
    expect(parse({ ...ssl, 'ssl.server.name': 'kafka.internal' })?.tls?.serverName).toBe('kafka.internal');
  });

  it.each<[Record<string, string>, string]>([
    [{ 'sasl.mechanism': 'PLAIN' }, 'security.protocol: PLAINTEXT makes no use of sasl.mechanism: set SASL_SSL or SASL_PLAINTEXT, or leave it out'],
    [{ 'security.protocol': 'SASL_PLAINTEXT', 'ssl.ca.location': 'ca.pem' }, 'security.protocol: SASL_PLAINTEXT makes no use of ssl.ca.location'],
    [{ 'security.protocol': 'TLS' }, "security.protocol: 'TLS' is none of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL"],
    [{ ...SCRAM, 'sasl.mechanism': 'GSSAPI' }, "sasl.mechanism: 'GSSAPI' is not supported; there are PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"],
    [{ 'security.protocol': 'SASL_SSL' }, 'sasl.mechanism: is not given; there are PLAIN'],
    [{ ...SCRAM, 'sasl.password': '' }, 'sasl.password: is missing'],
    [{ ...SCRAM, 'sasl.jaas.config': 'org.apache.kafka.common.security.plain.PlainLoginModule required username="a" password="wonderland";' }, 'sasl.jaas.config: PlainLoginModule does not go with sasl.mechanism=SCRAM-SHA-512'],
    [{ ...SCRAM, 'sasl.jaas.config': 'wonderland' }, 'sasl.jaas.config: is not of the form'],
    [{ 'security.protocol': 'SSL', 'ssl.ca.location': 'nowhere.pem' }, 'ssl.ca.location: cannot read nowhere.pem: there is no such file'],
    [{ 'security.protocol': 'SSL', 'ssl.ca.location': 'store.jks' }, 'ssl.ca.location: holds no PEM'],
    [{ 'security.protocol': 'SSL', 'ssl.truststore.type': 'JKS' }, 'ssl.truststore.type: JKS is not supported: convert the store to PEM'],
    [{ 'security.protocol': 'SSL', 'ssl.certificate.location': 'client.pem' }, 'ssl.key.location: is missing: a certificate and its key go together'],
    [{ 'security.protocol': 'SSL', 'ssl.ca.locations': 'ca.pem' }, "ssl.ca.locations: unknown property; the nearest known is 'ssl.ca.location'"],
  ])('are refused in words with a way out and without a secret: %j', (properties, message) => {
    expect(() => parse(properties)).toThrow(message);
    expect(() => parse(properties)).not.toThrow('wonderland');
  });

  it('are not the producer\'s', () => {
    expect(() => parseProducerConfig({ 'sasl.password': 'wonderland' })).toThrow('sasl.password: says how to connect, and holds for all clients');
  });
});
