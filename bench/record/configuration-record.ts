/** What was asked for, as it stands in the stored run: defaults that were in force included. */
import type { KeyDistributionRecord, LoadShape, Properties, RateShapeRecord, RunConfiguration, TargetConfiguration, WorkloadConfiguration } from '../../results/run.ts';
import { parseProducerConfig, producerProperties } from '../../engine/client/producer-config.ts';
import type { BenchOptions } from '../bench-options.ts';
import type { ExperimentOutcome } from '../experiment-outcome.ts';
import { offeredRange } from '../load/offered-load.ts';
import type { RateShape } from '../load/shape/rate-shape.ts';
import { readTrace } from '../load/shape/trace-file.ts';
import type { KeyDistribution } from '../workload/key-picker.ts';

export function configurationRecord({ options, topic, target, loads = [] }: Pick<ExperimentOutcome, 'options' | 'topic' | 'target'> & { readonly loads?: ExperimentOutcome['loads'] }): RunConfiguration {
  return {
    name: options.name,
    workload: workloadRecord(options),
    load: loadRecord(options),
    warmupSeconds: options.warmupSeconds,
    durationSeconds: options.durationSeconds,
    workerCount: options.workerCount,
    topic: { ...options.topic, name: topic },
    ...clientRecord(loads),
    producerProperties: allProducerProperties(options.producerProperties),
    groups: options.groups,
    target: targetRecord(options, target),
    faults: options.faults,
    verifies: options.verifies,
  };
}

function loadRecord({ load, ...window }: BenchOptions): LoadShape {
  const range = offeredRange(load, window);
  if (load.kind !== 'shaped' || range === undefined) return load as Exclude<BenchOptions['load'], { kind: 'shaped' }>;
  return { ...load, shape: shapeRecord(load.shape), ...range };
}

function shapeRecord(shape: RateShape): RateShapeRecord {
  if (shape.kind !== 'trace') return shape;
  const { pieces, seconds } = readTrace(shape.path);
  return { ...shape, points: pieces.length, seconds };
}

/** Absent for headroom's own, whose version is the run's. */
function clientRecord(loads: ExperimentOutcome['loads']): { readonly client?: string } {
  const version = loads.find(({ clientVersion }) => clientVersion !== undefined)?.clientVersion;
  return version === undefined ? {} : { client: version };
}

function workloadRecord({ workload }: BenchOptions): WorkloadConfiguration {
  if (workload.kind === 'file') return { kind: 'file', path: workload.path, key: workload.key ?? null };
  return { ...workload, keys: keysRecord(workload.keys) };
}

function keysRecord(keys: KeyDistribution): KeyDistributionRecord {
  return { ...keys };
}

/** With the defaults of those that were not given. */
function allProducerProperties(given: Properties): Properties {
  const parsed = parseProducerConfig(given);
  return Object.fromEntries((Object.keys(producerProperties) as (keyof typeof producerProperties)[]).map((name) => [name, given[name] ?? String(parsed[name])]));
}

function targetRecord(options: BenchOptions, facts: ExperimentOutcome['target']): TargetConfiguration {
  const { target } = options;
  if (target.kind === 'external') {
    const { brokerVersions = [], securityProtocol, saslMechanism } = facts;
    return { kind: 'external', bootstrap: target.bootstrap, brokerVersions, ...(securityProtocol === undefined ? {} : { securityProtocol }), ...(saslMechanism === undefined ? {} : { saslMechanism }) };
  }
  return {
    kind: 'embedded',
    brokerCount: target.brokerCount,
    dataDirectory: { path: facts.dataDirectory ?? '', kind: target.dataDirectory === undefined ? 'temporary' : 'kept' },
    files: facts.filesKind === 'mapped' ? 'mapped' : facts.filesKind === 'memory' ? 'memory' : 'portable',
    brokerProperties: target.brokerProperties,
    ...(target.brokerModules === undefined ? {} : { brokerModules: target.brokerModules }),
    durability: durabilityText(options),
  };
}

/** What an acknowledgement promised. Brokers answer from the page cache, as Kafka's do by default, unless flush.messages=1. */
function durabilityText({ producerProperties: given, topic }: BenchOptions): string {
  const acks = parseProducerConfig(given).requiredAcks;
  if (acks === 0) return 'nothing: the producer waits for no answer';
  const isSynced = topic.properties['flush.messages'] === '1';
  if (acks === 1 && isSynced) return "synced to the leader's disk before it was given, on no other replica for sure";
  if (acks === 1) return "in the leader's page cache, not synced to disk, on no other replica for sure";
  const minIsr = topic.properties['min.insync.replicas'] ?? '1';
  if (isSynced) return `synced to the disk of every in-sync replica (at least ${minIsr} of ${topic.replicationFactor}) before it was given`;
  return `in the page cache of every in-sync replica (at least ${minIsr} of ${topic.replicationFactor}), not synced to disk`;
}
