/**
 * What runs and samples measured, written into a configuration where it has a setting for it and leaves it open; and the names of what was
 * measured and has none. A value that the file gives stays as it is written there.
 */
import type { PlanQuantity } from '../../results/plan-record.ts';
import { topicDefaults } from '../input-defaults.ts';
import type { SizedCluster, SizedTopic, SizingInputs } from '../sizing-inputs.ts';
import type { GivenUnit } from '../units.ts';
import { givenText } from './given-text.ts';

export type Draft = Record<string, unknown>;

/** Changes the draft. */
export function writeMeasured(draft: Draft, { topics, cluster }: SizingInputs): void {
  const drafts = draft['topics'] as Record<string, Draft>;
  for (const topic of topics) writeTopic(drafts[topic.name] as Draft, topic);
  writeHardware(draft, cluster);
  writeLatency(draft, cluster);
}

/** In words; what they are measured at can only be had from the runs themselves. */
export function measuredWithoutSetting({ cluster: { processor, fetchRound }, measuredMost }: SizingInputs): string[] {
  const { secondsPerBatch, secondsPerFetch, coresPerLink, idleCores, unseen } = processor;
  const names = [secondsPerBatch, secondsPerFetch, coresPerLink, idleCores, unseen, fetchRound].filter(({ source }) => source === 'measured').map(({ name }) => name);
  return measuredMost === null ? names : [...names, 'how far the runs went, beyond which the plan says that it extrapolates'];
}

function writeTopic(draft: Draft, topic: SizedTopic): void {
  const { compressionRatio, keys, partitionBytesPerSecond, producer } = topic;
  draft['recordSize'] = filled(draft['recordSize'], topic.recordBytes, { unit: 'bytes' });
  if (compressionRatio.source === 'measured') {
    const parts = typeof draft['compression'] === 'object' ? (draft['compression'] as Draft) : { codec: producer.compression };
    draft['compression'] = { ...parts, ratio: filled(parts['ratio'], compressionRatio, { unit: 'ratio' }) };
  }
  if (typeof draft['key'] === 'string' && keys.kind === 'law') {
    draft['key'] = { name: keys.name, count: filled(undefined, keys.count, { unit: 'count' }), zipf: filled(undefined, keys.exponent, { unit: 'ratio' }) };
  }
  draft['partitionRate'] = filled(draft['partitionRate'], partitionBytesPerSecond, { unit: 'bytes/s', isFound: partitionBytesPerSecond.source === 'measured' || isRaised(partitionBytesPerSecond, topic.name) });
  for (const { name, consumerRate } of topic.groups) writeGroup(draft['groups'] as Draft, name, consumerRate);
}

/** No limit was reached, but something was seen: it stands in the reason, and may be more than the low end of what is assumed. */
function isRaised({ source, why }: PlanQuantity, topic: string): boolean {
  return source === 'assumed' && why !== topicDefaults.partitionBytesPerSecond(topic).why;
}

function writeGroup(groups: Draft, name: string, rate: PlanQuantity): void {
  const group = groups[name];
  if (rate.source !== 'measured') return;
  if (typeof group !== 'object' || group === null || 'value' in group) groups[name] = filled(group, rate, { unit: 'records/s' });
  else if (!('serviceTime' in group) || isOpen((group as Draft)['serviceTime'])) {
    const { serviceTime: _, ...rest } = group as Draft;
    groups[name] = { ...rest, rate: filled(rest['rate'], rate, { unit: 'records/s' }) };
  }
}

const PER_MEGABYTE = 1e6;

/** `measured` as a profile asks for the runs; here stands what they measured. */
function writeHardware(draft: Draft, { processor }: SizedCluster): void {
  const before = typeof draft['hardware'] === 'string' ? { profile: draft['hardware'] } : ((draft['hardware'] as Draft | undefined) ?? {});
  const { profile, ...rest } = before as Draft;
  const written: Draft = {
    ...(profile === undefined || profile === 'measured' ? {} : { profile }),
    ...rest,
    cpuPerMegabyteWritten: filled(rest['cpuPerMegabyteWritten'], processor.secondsPerWrittenByte, { unit: 'seconds', per: PER_MEGABYTE }),
    cpuPerMegabyteRead: filled(rest['cpuPerMegabyteRead'], processor.secondsPerReadByte, { unit: 'seconds', per: PER_MEGABYTE }),
    cpuPerRequest: filled(rest['cpuPerRequest'], processor.secondsPerRequest, { unit: 'seconds' }),
  };
  const known = Object.entries(written).filter(([, value]) => value !== undefined);
  if (known.length === 0) delete draft['hardware'];
  else if (known.length > 1 || typeof draft['hardware'] !== 'string') draft['hardware'] = Object.fromEntries(known);
}

function writeLatency(draft: Draft, { latency }: SizedCluster): void {
  const before = draft['latency'] as Draft | undefined;
  if (before === undefined || before['curve'] !== undefined || latency === null || latency.curve === null) return;
  draft['latency'] = { ...before, curve: latency.curve.map(({ utilization, seconds }) => ({ utilization: givenText(utilization, 'ratio', { isShare: true }), latency: givenText(seconds, 'seconds') })) };
}

interface Filling {
  readonly unit: GivenUnit;
  /** Of the setting over the input. */
  readonly per?: number;
  readonly isFound?: boolean;
}

/** What stands there; where nothing does, or an assumption, the quantity that was measured. */
function filled(there: unknown, quantity: PlanQuantity, { unit, per = 1, isFound = quantity.source === 'measured' }: Filling): unknown {
  if (!isFound || !isOpen(there)) return there;
  const { value, low, high, source, why, runId, date } = quantity;
  const text = (number: number): string => givenText(number * per, unit);
  return { value: text(value), low: text(low), high: text(high), source, why, ...(runId === undefined ? {} : { run: runId }), ...(date === undefined ? {} : { date }) };
}

function isOpen(there: unknown): boolean {
  return there === undefined || (typeof there === 'object' && there !== null && (there as Draft)['source'] === 'assumed');
}
