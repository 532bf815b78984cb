/**
 * What the study of predictions is tested on: configurations that no calibration has (experiments/calibrate.yaml), each with another mix of record
 * size, codec, partitions, replicas, acknowledgements and groups, inside the range that the calibration spans. Each is run as fast as it goes, then at
 * a share of what that reached, all of it twice. Nothing of a prediction may be fitted to these runs.
 */
import type { Run } from '../../results/run.ts';
import { median } from '../../results/statistics/sample.ts';
import type { Settings } from '../experiment/file/experiment-schema.ts';
import { benchOptionsOf, layered } from '../experiment/settings.ts';
import type { Variant } from '../experiment/variants.ts';

/** Of the throughput that was reached. */
export const LOAD_SHARE = 0.5;
export const STUDY_BLOCKS = 2;

const BASE: Settings = { warmup: '3s', duration: '6s', verify: false, consumers: 'none' };
const one = { reader: { members: 2 } };
const two = { reader: { members: 2 }, other: { members: 1 } };

export const sizingConfigurations: Readonly<Record<string, Settings>> = {
  'clicks-zstd-30': { topic: { partitions: 30 } },
  'clicks-lz4-8-group': { topic: { partitions: 8 }, producer: { 'compression.type': 'lz4' }, consumers: one },
  'clicks-snappy-16-leader': { topic: { partitions: 16, replicationFactor: 2 }, producer: { 'compression.type': 'snappy', acks: 1 }, consumers: one },
  'clicks-plain-24-leader': { topic: { partitions: 24 }, producer: { 'compression.type': 'none', acks: 1 } },
  'clicks-zstd-15-single': { topic: { partitions: 15, replicationFactor: 1 }, producer: { 'linger.ms': 5, acks: 1 }, consumers: two },
  'clicks-lz4-50-half-batch': { topic: { partitions: 50, replicationFactor: 2 }, producer: { 'compression.type': 'lz4', 'batch.size': 32_768 } },
  '150-plain-40': { workload: { recordSize: '150 B' }, topic: { partitions: 40 }, producer: { 'compression.type': 'none' } },
  '200-lz4-10-single': { workload: { recordSize: '200 B' }, topic: { partitions: 10, replicationFactor: 1 }, producer: { 'compression.type': 'lz4' }, consumers: two },
  '200-zstd-20-group': { workload: { recordSize: '200 B' }, topic: { partitions: 20 }, consumers: one },
  '300-snappy-6-groups': { workload: { recordSize: '300 B' }, topic: { partitions: 6 }, producer: { 'compression.type': 'snappy' }, consumers: two },
  '500-lz4-16': { workload: { recordSize: '500 B' }, topic: { partitions: 16 }, producer: { 'compression.type': 'lz4' } },
  '500-plain-20-single': { workload: { recordSize: '500 B' }, topic: { partitions: 20, replicationFactor: 1 }, producer: { 'compression.type': 'none', acks: 1 }, consumers: one },
  '800-zstd-12-group': { workload: { recordSize: '800 B' }, topic: { partitions: 12 }, consumers: one },
  '800-snappy-30-leader': { workload: { recordSize: '800 B' }, topic: { partitions: 30, replicationFactor: 2 }, producer: { 'compression.type': 'snappy', acks: 1 } },
};

/** As fast as it goes: the generator is part of what is predicted. */
export function throughputVariants(): Variant[] {
  return Object.entries(sizingConfigurations).map(([name, settings]) => ({ name, options: benchOptionsOf(layered([BASE, settings, { load: { closedLoop: true } }]), `sizing-study/${name}`) }));
}

/** At a share of the rate that the same configuration reached; those without a complete run are left out. */
export function latencyVariants(fullRuns: readonly Run[]): Variant[] {
  return Object.entries(sizingConfigurations).flatMap(([name, settings]) => {
    const reached = fullRuns.filter(({ repeat, status }) => repeat?.variant === name && status.kind === 'complete').map(({ measured }) => measured.throughput.achievedPerSecond);
    if (reached.length === 0) return [];
    const rate = Math.round(median(reached) * LOAD_SHARE);
    return [{ name, options: benchOptionsOf(layered([BASE, settings, { load: { rate: `${rate}/s` } }]), `sizing-study/${name}`) }];
  });
}
