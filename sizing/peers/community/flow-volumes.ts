/** F2, the bytes that move inside a cluster for what producers send: the part on which all guides agree. Says nothing of how many brokers carry it. */
import type { Peer } from '../peer.ts';

export const flowVolumes: Peer = {
  name: 'Flow volumes',
  source: 'Cloudera, Red Hat, Google and Oracle sizing guides; Redpanda sizing use cases',
  knownFlaws: ['takes all groups for readers at the tip and all leaders for balanced', 'counts bytes only: small batches exhaust request threads first'],
};

export interface FlowInputs {
  /** Into the cluster, after compression. */
  readonly producedBytesPerSecond: number;
  readonly replicationFactor: number;
  /** Groups that read everything, at the tip. */
  readonly groups: number;
  /** Of them, those that have fallen out of the page cache. */
  readonly laggingGroups?: number;
}

export interface FlowBytesPerSecond {
  /** W x R: what network and disks take in. */
  readonly written: number;
  /** (R + C - 1) x W: what leaves the brokers. */
  readonly read: number;
  /** (R - 1) x W. */
  readonly replicated: number;
  /** W x (R + L): disks, reads of those who lag included. */
  readonly disk: number;
}

/** Of the whole cluster, bytes/s. Source: F2 (Cloudera, Red Hat, Google, Oracle). */
export function flowBytesPerSecond({ producedBytesPerSecond, replicationFactor, groups, laggingGroups = 0 }: FlowInputs): FlowBytesPerSecond {
  return {
    written: producedBytesPerSecond * replicationFactor,
    read: producedBytesPerSecond * (replicationFactor + groups - 1),
    replicated: producedBytesPerSecond * (replicationFactor - 1),
    disk: producedBytesPerSecond * (replicationFactor + laggingGroups),
  };
}
