/** How a client's connections are encrypted and authenticated. Plain data that may cross threads; it holds secrets, so it is never printed or stored. */
import type { TlsSettings } from '../../environment.ts';

export const saslMechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
export type SaslMechanism = (typeof saslMechanisms)[number];

export interface SaslSettings {
  readonly mechanism: SaslMechanism;
  readonly username: string;
  readonly password: string;
}

export interface ClientSecurity {
  readonly tls?: TlsSettings | undefined;
  readonly sasl?: SaslSettings | undefined;
}

/** The peer is not who it should be, or does not take us for whom we say: trying again does not help. */
export class SecurityError extends Error {
  override readonly name = 'SecurityError';
}

export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

/** Kafka's word for it. */
export function securityProtocolOf({ tls, sasl }: ClientSecurity): SecurityProtocol {
  return `${sasl === undefined ? '' : 'SASL_'}${tls === undefined ? 'PLAINTEXT' : 'SSL'}` as SecurityProtocol;
}
