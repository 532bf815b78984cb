/** What a run is pointed at: an embedded cluster that it starts and stops, or any Kafka at a bootstrap address. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientSecurity } from '../../engine/client/security/client-security.ts';
import type { Endpoint } from '../../engine/environment.ts';
import { startCluster, type EmbeddedCluster } from '../../engine/cluster/embedded-cluster.ts';
import type { TargetOptions } from '../bench-options.ts';
import { parseBootstrap } from './bootstrap.ts';
import { targetSecurity } from './target-security.ts';

export type TargetBroker = EmbeddedCluster['brokers'][number];

export interface Target {
  readonly kind: TargetOptions['kind'];
  readonly bootstrap: readonly Endpoint[];
  /** How clients connect; undefined: plaintext. */
  readonly security: ClientSecurity | undefined;
  /** Empty for an external target: its processes are out of reach. */
  readonly brokers: readonly TargetBroker[];
  readonly dataDirectory: string | undefined;
  /** How the brokers hold their segments; undefined for an external target. */
  readonly filesKind: string | undefined;
  /** Sentences about brokers whose disk failed; grows while the run goes on. */
  readonly failures: readonly string[];
  /** So many brokers have lost their disk that fewer than `minInsyncReplicas` are left: nothing more is to be expected of it. */
  isLost(minInsyncReplicas: number): boolean;
  close(): Promise<void>;
}

/**
 * A consumer group is there to be measured from its first record on: no wait for further members. On one machine a broker that is
 * silent for 3 s is dead (Kafka's default, for networks, is 9 s).
 */
const EMBEDDED_PROPERTIES = { 'group.initial.rebalance.delay.ms': '0', 'broker.session.timeout.ms': '3000', 'broker.heartbeat.interval.ms': '500' };

export interface OpenTarget {
  readonly options: TargetOptions;
  /** See ClusterOptions. */
  readonly environmentModule: string | undefined;
  readonly onLine: (line: string) => void;
}

export async function openTarget({ options, environmentModule, onLine }: OpenTarget): Promise<Target> {
  if (options.kind === 'external') {
    const reached = { bootstrap: parseBootstrap(options.bootstrap), security: targetSecurity(options) };
    return { kind: 'external', ...reached, brokers: [], dataDirectory: undefined, filesKind: undefined, failures: [], isLost: () => false, close: async () => {} };
  }
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'headroom-')));
  const removeData = async (): Promise<void> => {
    if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true, force: true });
  };
  const failures: string[] = [];
  try {
    const cluster = await startCluster({
      brokerCount: options.brokerCount,
      dataDirectory,
      isTemporary: options.dataDirectory === undefined,
      isPreferred: options.isEven !== true,
      properties: { ...EMBEDDED_PROPERTIES, ...options.brokerProperties },
      ...(options.brokerModules === undefined ? {} : { brokerModules: options.brokerModules }),
      ...(environmentModule === undefined ? {} : { environmentModule }),
      onLine: (brokerId, line) => onLine(`broker ${brokerId}: ${line}`),
      onDirectoryFailed: (brokerId, message) => failures.push(`the disk of broker ${brokerId} failed and its partitions went offline: ${message}`),
    });
    const close = async (): Promise<void> => {
      await cluster.stop();
      await removeData();
    };
    const { brokers, filesKind } = cluster;
    return {
      kind: 'embedded',
      bootstrap: parseBootstrap(cluster.bootstrap),
      security: undefined,
      brokers,
      dataDirectory,
      filesKind,
      failures,
      isLost: (minInsyncReplicas) => brokers.length - failures.length < Math.max(1, minInsyncReplicas),
      close,
    };
  } catch (error) {
    await removeData();
    throw error;
  }
}
