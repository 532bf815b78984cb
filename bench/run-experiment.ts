/**
 * One run from nothing to its outcome: target, topic, workers, load, fault, drain, check. Whatever it opened is closed again, also
 * when a step throws or the signal aborts; an abort during the load gives what was measured until then.
 */
import { tmpdir } from 'node:os';
import { extname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Admin, AdminError } from '../engine/client/admin.ts';
import { ClusterClient, TopicNotReadyError } from '../engine/client/cluster-client.ts';
import { ClientConfigError } from '../engine/client/config-table.ts';
import { parseConsumerConfig } from '../engine/client/consumer-config.ts';
import { ConnectionLostError, UnsupportedApiError } from '../engine/client/kafka-connection.ts';
import { parseProducerConfig } from '../engine/client/producer-config.ts';
import { ClusterError } from '../engine/cluster/embedded-cluster.ts';
import { SecurityError, securityProtocolOf } from '../engine/client/security/client-security.ts';
import type { Environment } from '../engine/environment.ts';
import { createHostEnvironment } from '../engine/host/host-environment.ts';
import { checkBenchOptions, minInsyncReplicas, type BenchOptions } from './bench-options.ts';
import { ExperimentError } from './experiment-error.ts';
import type { ExperimentOutcome, LoadOutcome, Readiness, TargetFacts } from './experiment-outcome.ts';
import { FaultTimeline, needsFaultyEnvironment } from './fault/fault-timeline.ts';
import { checkOffered } from './load/offered-load.ts';
import { readMachine } from './machine/machine-reading.ts';
import { LibrdkafkaMissingError, loadLibrdkafka } from './load/driver/librdkafka-package.ts';
import { LoadPhase } from './load/load-phase.ts';
import type { OnProgress } from './run-progress.ts';
import { checkCompression, reachCluster, type ReachedBroker } from './target/cluster-reach.ts';
import { prepareTopic, type ExperimentTopic } from './target/experiment-topic.ts';
import { probeReadiness } from './target/readiness.ts';
import { TopologyWatcher } from './target/topology-watcher.ts';
import { openTarget, type Target } from './target/target.ts';
import { targetSecurity } from './target/target-security.ts';
import { checkTargetSettings } from './target/target-settings.ts';
import type { EventCheckOptions } from './verify/event-checks.ts';
import { runVerification } from './verify/verification-worker.ts';
import { withCompressionRatio } from './workload/compressibility.ts';
import { spreadOf } from './workload/key-writer.ts';
import { openRecordSource } from './workload/workload.ts';

export interface RunExperimentOptions {
  readonly options: BenchOptions;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Rejects with ExperimentError when the options contradict or the target does not do what is asked. */
export async function runExperiment(given: RunExperimentOptions): Promise<ExperimentOutcome> {
  checkBenchOptions(given.options);
  checkClients(given.options);
  checkDriver(given.options);
  const run = { ...given, options: resolved(given.options) };
  checkTargetSettings(run.options);
  const isStamped = checkWorkload(run.options);
  // The clients' timers do not keep a process alive.
  const keptAlive = setInterval(() => {}, 60_000);
  try {
    const { target } = run.options;
    const dataDirectory = target.kind === 'external' ? undefined : (target.dataDirectory ?? tmpdir());
    run.onProgress({ kind: 'phase', phase: 'calibrating', detail: '' });
    const before = await readMachine(dataDirectory);
    const outcome = await runSteps(run, isStamped);
    // Who interrupts a run does not want to wait for this.
    const after = run.signal.aborted ? null : await readMachine(dataDirectory);
    return { ...outcome, machine: { before, after } };
  } catch (error) {
    throw ENVIRONMENT_ERRORS.some((kind) => error instanceof kind) ? new ExperimentError('environment', (error as Error).message, error) : error;
  } finally {
    clearInterval(keptAlive);
  }
}

const ENVIRONMENT_ERRORS = [SecurityError, AdminError, ClusterError, ConnectionLostError, UnsupportedApiError, TopicNotReadyError];
const REACH_LIMIT_MS = 10_000;
const FAULTY_ENVIRONMENT = new URL(`./fault/faulty-environment${extname(import.meta.url)}`, import.meta.url).href;

/** When it resolves, brokers and clients are gone. */
async function runSteps(run: RunExperimentOptions, isStamped: boolean): Promise<Omit<ExperimentOutcome, 'machine'>> {
  const { options, onProgress, signal } = run;
  signal.throwIfAborted();

  await using closing = new AsyncDisposableStack();
  const startedAtEpochMs = Date.now();
  const startMs = performance.now();
  onProgress({ kind: 'phase', phase: 'starting', detail: options.target.kind === 'embedded' ? `${options.target.brokerCount} brokers` : options.target.bootstrap });
  const environmentModule = needsFaultyEnvironment(options.faults) ? FAULTY_ENVIRONMENT : undefined;
  const target = await openTarget({ options: options.target, environmentModule, onLine: (sentence) => onProgress({ kind: 'event', sentence }) });
  closing.defer(() => target.close());
  closing.defer(() => onProgress({ kind: 'phase', phase: 'closing', detail: '' }));
  const clusterMs = performance.now() - startMs;

  const environment = createHostEnvironment();
  const client = new ClusterClient(environment, { bootstrap: [...target.bootstrap], clientId: 'headroom-bench', security: target.security });
  closing.defer(() => client.close());
  const reached = await reach(client, { environment, options, target, signal });
  const admin = new Admin(client);
  const readiness = await readinessOf(target, { client, admin, replicationFactor: options.topic.replicationFactor, startMs, clusterMs });
  signal.throwIfAborted();
  onProgress({ kind: 'phase', phase: 'creatingTopic', detail: `${options.topic.partitions} partitions` });
  const topic = await prepareTopic(client, admin, options);
  closing.defer(async () => {
    const failure = await Promise.race([topic.close().then(() => undefined, String), delay(REACH_LIMIT_MS, 'no answer', { ref: false })]);
    if (failure !== undefined) onProgress({ kind: 'event', sentence: `topic ${topic.name} is left behind: ${failure}` });
  });
  signal.throwIfAborted();

  const topology = new TopologyWatcher(client, { topic: topic.name, controllerId: target.brokers.find(({ isController }) => isController)?.id });
  const loadPhase = new LoadPhase({ options, target, topic, topology, isStamped, onProgress, signal });
  closing.defer(() => loadPhase.close());
  await loadPhase.open();
  signal.throwIfAborted();
  const load = await loadPhase.run((way) => new FaultTimeline({
    ...way,
    faults: options.faults,
    brokers: target.brokers,
    dataDirectory: target.dataDirectory,
    leaders: () => topology.leaders(topic.partitionCount),
    memberCountOf: (group) => options.groups.find(({ name }) => name === group)?.memberCount ?? 0,
    onEvent: (sentence) => onProgress({ kind: 'event', sentence }),
  }));
  const checked = await verify(run, { target, topic, isStamped, load });
  return { ...load, warnings: [...load.warnings, ...target.failures], options, target: factsOf(target, reached), topic: topic.name, startedAtEpochMs, readiness, ...checked };
}

function factsOf({ brokers, dataDirectory, filesKind, security }: Target, reached: readonly ReachedBroker[]): TargetFacts {
  return {
    brokers: brokers.map(({ id, endpoint, isController, isPreferred }) => ({ id, endpoint, isController, isPreferred })),
    dataDirectory,
    filesKind,
    brokerVersions: reached.toSorted((a, b) => a.id - b.id).map(({ version }) => version),
    ...(security === undefined ? {} : { securityProtocol: securityProtocolOf(security), saslMechanism: security.sasl?.mechanism }),
  };
}

/** A cluster that cannot be used is found before anything else is tried. Empty for the embedded one, whose brokers are known. */
async function reach(client: ClusterClient, { environment, options, target, signal }: { environment: Environment; options: BenchOptions; target: Target; signal: AbortSignal }): Promise<ReachedBroker[]> {
  if (target.kind === 'external') {
    const reached = await reachCluster(environment, { ...target, signal });
    checkCompression(options, reached);
    await client.refresh();
    return reached;
  }
  const deadlineMs = performance.now() + REACH_LIMIT_MS;
  for (;;) {
    signal.throwIfAborted();
    try {
      await client.refresh();
      return [];
    } catch (error) {
      if (!(error instanceof ConnectionLostError) || performance.now() >= deadlineMs) {
        throw new ExperimentError('environment', `the embedded cluster: ${(error as Error).message}`, error);
      }
    }
    await delay(200);
  }
}

/** Client properties that cannot be used are found before anything is started. */
function checkClients({ producerProperties, groups }: BenchOptions): void {
  try {
    parseProducerConfig(producerProperties);
    for (const { name, properties } of groups) parseConsumerConfig({ 'group.id': name, ...properties });
  } catch (error) {
    if (error instanceof ClientConfigError) throw new ExperimentError('usage', error.message, error);
    throw error;
  }
}

/** With what is found by trial. */
function resolved(options: BenchOptions): BenchOptions {
  try {
    return withCompressionRatio(options);
  } catch (error) {
    throw new ExperimentError('usage', (error as Error).message, error);
  }
}

/** Opens workload and trace once, so that a file that cannot be used is found before anything is started. True when values carry stamps. */
function checkWorkload(options: BenchOptions): boolean {
  try {
    checkOffered(options.load, options);
    const source = openRecordSource(options.workload, { seed: options.seed, worker: 0 });
    source.close();
    return source.isStamped;
  } catch (error) {
    throw new ExperimentError('usage', (error as Error).message, error);
  }
}

/** A client that is not installed, or cannot do what is asked, is found before anything is started. */
function checkDriver({ client, target }: BenchOptions): void {
  if (client !== 'librdkafka') return;
  try {
    loadLibrdkafka();
  } catch (error) {
    if (error instanceof LibrdkafkaMissingError) throw new ExperimentError('environment', error.message, error);
    throw error;
  }
  const security = target.kind === 'external' ? targetSecurity(target) : undefined;
  if (security?.tls?.serverName !== undefined) throw new ExperimentError('usage', '--client librdkafka has no ssl.server.name: leave it out, with ssl.endpoint.identification.algorithm=none');
}

async function readinessOf(
  target: Target,
  probe: { client: ClusterClient; admin: Admin; replicationFactor: number; startMs: number; clusterMs: number },
): Promise<Readiness> {
  if (target.kind === 'external') return { clusterMs: undefined, firstAcknowledgedMs: undefined };
  await probeReadiness(probe.client, probe.admin, probe.replicationFactor);
  return { clusterMs: probe.clusterMs, firstAcknowledgedMs: performance.now() - probe.startMs };
}

async function verify(
  { options, onProgress, signal }: RunExperimentOptions,
  run: { target: Target; topic: ExperimentTopic; isStamped: boolean; load: LoadOutcome },
): Promise<Pick<ExperimentOutcome, 'verification' | 'failure'>> {
  if (!options.verifies || signal.aborted) return { verification: undefined, failure: undefined };
  const { target, topic, isStamped, load } = run;
  if (target.isLost(minInsyncReplicas(options.topic))) return { verification: undefined, failure: target.failures.join('; ') };
  onProgress({ kind: 'phase', phase: 'verifying', detail: `${topic.partitionCount} partitions` });
  const ledgers = load.loads.flatMap(({ ledger }) => (ledger === undefined ? [] : [ledger]));
  const recordLedgers = load.loads.flatMap(({ recordLedger }) => (recordLedger === undefined ? [] : [recordLedger]));
  const input = { recordLedgers, bootstrap: target.bootstrap, security: target.security, topic: topic.name, startOffsets: topic.startOffsets, ledgers, events: isStamped ? eventsOf(options, load) : undefined };
  try {
    return { verification: await runVerification(input, signal), failure: undefined };
  } catch (error) {
    // What was measured is kept: a target that died says something too.
    return { verification: undefined, failure: (error as Error).message };
  }
}

function eventsOf({ workload }: BenchOptions, load: LoadOutcome): EventCheckOptions | undefined {
  if (workload.kind === 'file') return undefined;
  const eventCounts: number[] = [];
  for (const { worker, sentRecords } of load.loads) eventCounts[worker] = sentRecords;
  return { keyCount: workload.keys.kind === 'none' ? 0 : workload.keys.keyCount, spread: spreadOf(workload.keySpread), eventCounts };
}
