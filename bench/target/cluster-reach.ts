/**
 * Whether a cluster can be used at all, found out before anything is made on it: one of the bootstrap servers answers, every broker answers at
 * the address that the cluster gives for it, and each has the APIs that a run needs. Within ten seconds, with one error.
 */
import { ConnectionLostError, KafkaConnection, UnsupportedApiError } from '../../engine/client/kafka-connection.ts';
import { SecurityError, type ClientSecurity } from '../../engine/client/security/client-security.ts';
import type { Endpoint, Environment } from '../../engine/environment.ts';
import type { Api } from '../../engine/protocol/api.ts';
import { CreateTopics, DeleteTopics, Fetch, FindCoordinator, Heartbeat, InitProducerId, JoinGroup, LeaveGroup, ListOffsets, Metadata, OffsetCommit, OffsetFetch, Produce, SyncGroup } from '../../engine/protocol/apis.ts';
import type { BenchOptions } from '../bench-options.ts';
import { ExperimentError } from '../experiment-error.ts';
import { brokerVersion } from './broker-version.ts';

export interface ReachedBroker extends Endpoint {
  readonly id: number;
  /** In words: `Kafka 4.2`. */
  readonly version: string;
  /** Highest common version of Produce. */
  readonly produceVersion: number;
}

export interface ReachOptions {
  readonly bootstrap: readonly Endpoint[];
  readonly security: ClientSecurity | undefined;
  readonly signal: AbortSignal;
}

/** Of each of the two steps: an address of the bootstrap list, and then the brokers. */
const STEP_LIMIT_MS = 4_500;
/** Magic 2 batches, with which everything here works. */
const PRODUCE_VERSION_MIN = 3;
const ZSTD_PRODUCE_VERSION = 7;
const NEEDED: readonly Api[] = [Metadata, Produce, Fetch, ListOffsets, CreateTopics, DeleteTopics, InitProducerId, FindCoordinator, JoinGroup, SyncGroup, Heartbeat, LeaveGroup, OffsetCommit, OffsetFetch];

/** Throws ExperimentError (environment). */
export async function reachCluster(environment: Environment, options: ReachOptions): Promise<ReachedBroker[]> {
  const listed = await brokersBy(environment, options);
  options.signal.throwIfAborted();
  const reached: ReachedBroker[] = [];
  const missing: { broker: { id: number }; error: Error }[] = [];
  await Promise.all(listed.map(async (broker) => {
    try {
      reached.push(await within(reachBroker(environment, broker, options.security), broker));
    } catch (error) {
      missing.push({ broker, error: error as Error });
    }
  }));
  if (missing.length > 0) {
    const words = missing.map(({ broker, error }) => `broker ${broker.id} (${error.message})`).join('; ');
    const hint = missing.every(({ error }) => error instanceof ConnectionLostError) ? '; clients use the addresses that the brokers advertise (advertised.listeners), not those of --bootstrap' : '';
    throw new ExperimentError('environment', `the cluster names ${listed.length} brokers, and not all can be used: ${words}${hint}`, missing[0]?.error);
  }
  return reached;
}

/** zstd came with Produce 7 (Kafka 2.1); an older broker refuses each batch. Throws ExperimentError (environment). */
export function checkCompression({ producerProperties }: BenchOptions, brokers: readonly ReachedBroker[]): void {
  const old = producerProperties['compression.type'] === 'zstd' ? brokers.find(({ produceVersion }) => produceVersion < ZSTD_PRODUCE_VERSION) : undefined;
  if (old !== undefined) throw new ExperimentError('environment', `broker ${old.id} is ${old.version}, and takes no zstd: choose --compression lz4, snappy, gzip or none`);
}

/** By the first of the bootstrap servers that answers. */
async function brokersBy(environment: Environment, { bootstrap, security }: ReachOptions): Promise<(Endpoint & { id: number })[]> {
  const attempts = bootstrap.map(async (endpoint) => {
    const connection = await KafkaConnection.open(environment, endpoint, connectionOptions(security));
    try {
      const { brokers } = await connection.request(Metadata, undefined, { topics: [], allowAutoTopicCreation: false });
      return brokers.map(({ nodeId, host, port }) => ({ id: nodeId, host, port }));
    } finally {
      connection.close();
    }
  });
  try {
    return await Promise.any(attempts.map((attempt, at) => within(attempt, bootstrap[at] as Endpoint)));
  } catch (error) {
    const errors = (error as AggregateError).errors as Error[];
    const telling = errors.find((each) => each instanceof SecurityError) ?? errors.find((each) => !(each instanceof ConnectionLostError));
    const hint = telling instanceof UnsupportedApiError ? '; it may be the listener of a controller: --bootstrap takes those of brokers' : '';
    throw new ExperimentError('environment', telling !== undefined ? `${telling.message}${hint}` : [...new Set(errors.map(({ message }) => message))].join('; '), errors[0]);
  }
}

async function reachBroker(environment: Environment, broker: Endpoint & { id: number }, security: ClientSecurity | undefined): Promise<ReachedBroker> {
  const connection = await KafkaConnection.open(environment, broker, connectionOptions(security));
  try {
    const version = brokerVersion(connection.apiVersions, connection.supportedFeature('metadata.version'));
    const lacking = NEEDED.filter((api) => connection.versionOf(api) === undefined || (api === Produce && (connection.versionOf(api) ?? 0) < PRODUCE_VERSION_MIN)).map((api) => `${api.name} ${rangeText(connection, api)}`);
    if (lacking.length > 0) throw new Error(`it is ${version}, and lacks ${lacking.join(', ')}: headroom needs Kafka 2.1 or newer, or something as capable`);
    return { ...broker, version, produceVersion: connection.versionOf(Produce) ?? 0 };
  } finally {
    connection.close();
  }
}

function rangeText(connection: KafkaConnection, api: Api): string {
  const theirs = connection.apiVersions.get(api.key);
  return theirs === undefined ? `${api.minVersion} or newer` : `in a version of ${api === Produce ? PRODUCE_VERSION_MIN : api.minVersion} to ${api.maxVersion} (it has ${theirs.min} to ${theirs.max})`;
}

/** Each of connecting, encrypting, authenticating and asking has a limit of its own; this is that of all together. */
async function within<Result>(step: Promise<Result>, { host, port }: Endpoint): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ConnectionLostError(`${host}:${port} did not answer within ${STEP_LIMIT_MS / 1000} s`)), STEP_LIMIT_MS);
  });
  step.catch(() => {});
  try {
    return await Promise.race([step, limit]);
  } finally {
    clearTimeout(timer);
  }
}

function connectionOptions(security: ClientSecurity | undefined) {
  return { clientId: 'headroom-reach', connectTimeoutMs: STEP_LIMIT_MS, requestTimeoutMs: STEP_LIMIT_MS, security };
}
