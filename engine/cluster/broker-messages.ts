/** What a cluster and its broker processes tell each other over the IPC channel. */
import type { Endpoint } from '../environment.ts';
import type { ServedRequests } from '../server/request-counter.ts';

/** The process's only argument, as JSON. */
export interface BrokerProcessOptions {
  readonly brokerId: number;
  readonly clusterId: string;
  readonly directory: string;
  readonly port: number;
  readonly properties: Readonly<Record<string, string>>;
  /** Set for the combined node: it runs the controller too, on this port. */
  readonly controllerPort?: number;
  /** The data are the cluster's own: when the parent dies the broker removes them and, when it is the last, their parent. */
  readonly isTemporary: boolean;
  /** See ClusterOptions. */
  readonly isPreferred: boolean;
  /** See ClusterOptions. */
  readonly environmentModule?: string;
}

export type ToBroker = { readonly kind: 'controller'; readonly endpoint: Endpoint } | { readonly kind: 'stop'; readonly handsOver: boolean } | { readonly kind: 'askServed' };

export type FromBroker =
  | { readonly kind: 'controller'; readonly endpoint: Endpoint }
  | { readonly kind: 'ready'; readonly endpoint: Endpoint; readonly filesKind: string; readonly isPreferred: boolean }
  | { readonly kind: 'failed'; readonly message: string }
  /** The broker lives, and serves nothing any more. */
  | { readonly kind: 'directoryFailed'; readonly message: string }
  | { readonly kind: 'log'; readonly line: string }
  /** Answers askServed, in its order. */
  | ({ readonly kind: 'served' } & ServedByProcess);

/** Since the process began. */
export interface ServedByProcess {
  readonly broker: ServedRequests;
  /** Of a combined node; null: no controller here. */
  readonly controller: ServedRequests | null;
}
