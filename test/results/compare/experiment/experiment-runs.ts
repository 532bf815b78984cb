/** Stored runs of an experiment with exact figures, for tests of what is made of them. */
import type { Run } from '../../../../results/run.ts';
import { experimentResult, type ExperimentInputs } from '../../../../results/compare/experiment/experiment-summary.ts';
import type { ExperimentResult } from '../../../../results/compare/experiment/experiment-result.ts';
import { exactRun } from '../synthetic-runs.ts';

export interface VariantShape {
  readonly name: string;
  readonly p50Us: number;
  readonly bytesFactor?: number;
  readonly acks?: string;
}

/** Blocks drift by a tenth each, which all variants share. */
export function experimentRuns(variants: readonly VariantShape[], blockCount: number): Run[] {
  return Array.from({ length: blockCount }, (_, at) =>
    variants.map(({ name, p50Us, bytesFactor = 1, acks = 'all' }, position): Run => {
      const run = exactRun(Math.round(p50Us * (1 + at / 10) * (1 + (at % 3) / 500)));
      const { throughput } = run.measured;
      return {
        ...run,
        configuration: { ...run.configuration, producerProperties: { ...run.configuration.producerProperties, acks } },
        measured: { ...run.measured, throughput: { ...throughput, compressedBytes: Math.round(throughput.compressedBytes * bytesFactor * (1 + (at % 3) / 1000)) } },
        repeat: { experimentId: 'exp', experiment: 'sample', variant: name, block: at + 1, position: position + 1 },
      };
    }),
  ).flat();
}

export function resultOf(variants: readonly VariantShape[], { blockCount = 8, runs = experimentRuns(variants, blockCount), ...changes }: Partial<ExperimentInputs> & { blockCount?: number } = {}): ExperimentResult {
  return experimentResult({
    experimentId: 'exp',
    experiment: 'sample',
    description: 'a sample',
    startedAt: '2026-08-05T10:00:00.000Z',
    elapsedSeconds: 120,
    seed: 1,
    endedEarly: null,
    baseline: variants[0]?.name ?? '',
    notes: [],
    variants: variants.map(({ name, acks = 'all' }) => ({ name, producerProperties: { acks }, topic: { replicationFactor: 3, properties: { 'min.insync.replicas': '2' } } })),
    blocksPlanned: blockCount,
    runs,
    metricIds: ['publish.p99', 'wire.bytesPerRecord'],
    minDifference: 0.05,
    thresholds: [],
    published: undefined,
    ...changes,
  });
}
