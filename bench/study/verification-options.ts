/**
 * The run that holds a plan against what it says: one planned topic with its settings, at the rate and with the members that the machine holds.
 * Records are the user's own where there is a sample, else generated with the plan's size, compression ratio and key skew. What deletes or compacts
 * (retention, cleanup.policy) is left out: every record is read back after the run.
 */
import type { PlannedTopic } from '../../results/plan-record.ts';
import type { VerificationScale } from '../../results/verification/plan-verification.ts';
import type { SizedKeys, SizedTopic } from '../../sizing/sizing-inputs.ts';
import type { BenchOptions, TargetOptions } from '../bench-options.ts';
import { KEY_COUNT_MAX } from '../workload/event-stamp.ts';
import type { KeyDistribution } from '../workload/key-picker.ts';
import { openRecordSource, type Workload } from '../workload/workload.ts';

export interface VerificationPlan {
  readonly topic: PlannedTopic;
  readonly sized: SizedTopic;
  readonly target: TargetOptions;
  readonly sample: { readonly path: string; readonly key: string | undefined } | undefined;
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
}

/** Of keys that nothing is known of. */
const UNKNOWN_KEY_COUNT = 200_000;
const DELETES = /^(?:cleanup\.policy|retention\.|delete\.retention|local\.retention|remote\.|min\.cleanable|max\.compaction|min\.compaction)/;
const PRODUCER_PROPERTIES = ['acks', 'enable.idempotence', 'compression.type', 'linger.ms', 'batch.size'];
/** As in the exported consumer.properties. */
const SINK_PROPERTIES = { 'fetch.min.bytes': '262144', 'fetch.max.wait.ms': '500' };

export function verificationOptions({ topic, sized, target, sample, warmupSeconds, durationSeconds }: VerificationPlan, { ratePerSecond, groups }: Pick<VerificationScale, 'ratePerSecond' | 'groups'>): BenchOptions {
  const kinds = new Map(topic.groups.map(({ name, kind }) => [name, kind]));
  return {
    name: `verify/${topic.name}`,
    workload: workloadOf(sized, sample),
    load: { kind: 'open', ratePerSecond, arrivals: 'constant' },
    warmupSeconds,
    durationSeconds,
    topic: { name: undefined, partitions: topic.partitions, replicationFactor: topic.replicationFactor, properties: Object.fromEntries(Object.entries(topic.properties).filter(([name]) => !DELETES.test(name))), useExisting: false },
    producerProperties: Object.fromEntries(PRODUCER_PROPERTIES.flatMap((name) => (topic.producerProperties[name] === undefined ? [] : [[name, topic.producerProperties[name]]]))),
    groups: groups.map(({ name, members }) => ({ name, memberCount: members, serviceTimeUs: 0, properties: kinds.get(name) === 'sink' ? SINK_PROPERTIES : {} })),
    target,
    faults: [],
    workerCount: 1,
    seed: 1,
    verifies: true,
  };
}

function workloadOf({ recordBytes, compressionRatio, producer, keys }: SizedTopic, sample: VerificationPlan['sample']): Workload {
  if (sample !== undefined) return { kind: 'file', ...sample };
  const drawn = keysOf(keys);
  const plain = { kind: 'fixed', keys: drawn, recordBytes: 1, randomBytesRatio: 1 } as const;
  const source = openRecordSource(plain, { seed: 1, worker: 0 });
  const keyBytes = drawn.kind === 'none' ? 0 : source.keyBytesMean;
  source.close();
  const ratio = compressionRatio.value;
  return { ...plain, recordBytes: Math.max(1, Math.round(recordBytes.value - keyBytes)), ...(producer.compression === 'none' || ratio <= 1 ? {} : { compressionRatio: ratio }) };
}

function keysOf(keys: SizedKeys): KeyDistribution {
  switch (keys.kind) {
    case 'none':
      return { kind: 'none' };
    case 'unknown':
      return { kind: 'uniform', keyCount: UNKNOWN_KEY_COUNT };
    case 'hottest':
      return { kind: 'hotSet', keyCount: UNKNOWN_KEY_COUNT, hotKeyCount: 1, hotShare: keys.share.value };
    case 'law': {
      const keyCount = Math.max(1, Math.min(KEY_COUNT_MAX, Math.round(keys.count.value)));
      return keys.exponent.value > 0 ? { kind: 'zipf', keyCount, exponent: keys.exponent.value } : { kind: 'uniform', keyCount };
    }
  }
}
