/**
 * How a target is connected to: from the file of --command-config, from `target.properties` of an experiment file, from the environment for
 * secrets. What comes out holds secrets and goes to the clients only; the stored record names protocol and mechanism.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { ClientConfigError } from '../../engine/client/config-table.ts';
import type { ClientSecurity } from '../../engine/client/security/client-security.ts';
import { parseSecurity, securityProperties } from '../../engine/client/security/security-config.ts';
import type { TargetOptions } from '../bench-options.ts';
import { ExperimentError } from '../experiment-error.ts';
import { parsePropertiesFile, PropertiesFileError } from './properties-file.ts';

type ExternalTarget = Extract<TargetOptions, { kind: 'external' }>;
type Variables = Readonly<Record<string, string | undefined>>;

/** Stand in when neither file nor properties give the value. */
const BY_ENVIRONMENT: Readonly<Record<string, string>> = {
  'sasl.username': 'HEADROOM_SASL_USERNAME',
  'sasl.password': 'HEADROOM_SASL_PASSWORD',
  'ssl.key.password': 'HEADROOM_SSL_KEY_PASSWORD',
};
/** Of a client that a tool's file may well have, and that say nothing about the way to the cluster. */
const WITHOUT_EFFECT = /^(?:bootstrap\.servers|client\.(?:id|dns\.lookup)|request\.timeout\.ms|default\.api\.timeout\.ms|(?:connections|retries|retry|reconnect|metadata)\b.*|sasl\.(?:login|client\.callback)\..*)$/;
/** Kafka's EnvVarConfigProvider writes ${env:NAME}. */
const REFERENCE = /\$\{env:(?:\w*:)?([A-Za-z_]\w*)\}/g;

/** Undefined: plaintext. Throws ExperimentError (usage) that names the file and the property, and no secret. */
export function targetSecurity({ properties = {}, commandConfig }: ExternalTarget, variables: Variables = process.env): ClientSecurity | undefined {
  const ofFile = commandConfig === undefined ? {} : readCommandConfig(commandConfig);
  const given = { ...ofFile, ...properties };
  try {
    const resolved = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, withVariables(name, value, variables)]));
    const protocol = (resolved['security.protocol'] ?? '').trim().toUpperCase();
    for (const [name, variable] of Object.entries(BY_ENVIRONMENT)) {
      const value = variables[variable];
      const isOfUse = name.startsWith('sasl.') ? protocol.startsWith('SASL_') : protocol.endsWith('SSL');
      if (isOfUse && value !== undefined && (resolved[name] ?? '') === '' && !(name.startsWith('sasl.') && resolved['sasl.jaas.config'] !== undefined)) resolved[name] = value;
    }
    return parseSecurity(resolved, (path) => readFileSync(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof ClientConfigError)) throw error;
    throw new ExperimentError('usage', `${commandConfig === undefined ? 'target.properties: ' : `${commandConfig}: `}${error.message}`);
  }
}

/** A relative PEM file is one of the working directory, as for Kafka's tools, else one beside the file that names it. */
function readCommandConfig(path: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ExperimentError('usage', `--command-config: cannot read ${path}: ${(error as { code?: string }).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`);
  }
  try {
    const kept = Object.entries(parsePropertiesFile(text)).filter(([name]) => name in securityProperties || !WITHOUT_EFFECT.test(name));
    return Object.fromEntries(kept.map(([name, value]) => [name, name.endsWith('.location') && value !== '' && !isAbsolute(value) && !existsSync(value) ? join(dirname(path), value) : value]));
  } catch (error) {
    if (!(error instanceof PropertiesFileError)) throw error;
    throw new ExperimentError('usage', `--command-config: ${path}: ${error.message}`);
  }
}

function withVariables(name: string, value: string, variables: Variables): string {
  return value.replaceAll(REFERENCE, (_whole, variable: string) => {
    const found = variables[variable];
    if (found === undefined) throw new ClientConfigError(name, `\${env:${variable}}: there is no ${variable} in the environment`);
    return found;
  });
}
