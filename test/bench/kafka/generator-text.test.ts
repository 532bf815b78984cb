/** The table of what load costs. */
import { expect, it } from 'vitest';
import type { GeneratorRun } from '../../../bench/kafka/generator-comparison.ts';
import { generatorText } from '../../../bench/kafka/generator-text.ts';

const LOAD = { recordBytes: 100, compression: 'zstd', ratePerSecond: null };

function rounds(costs: Record<GeneratorRun['generator'], readonly number[]>): GeneratorRun[] {
  return Object.entries(costs).flatMap(([generator, each]) => each.map((cpuSecondsPerMillion, at) => ({ ...LOAD, round: at + 1, generator: generator as GeneratorRun['generator'], cpuSecondsPerMillion, recordsPerSecond: 1e6 })));
}

it('gives the ratio within rounds: a machine that is slower in one round does not move it', () => {
  const text = generatorText(rounds({ headroom: [0.5, 1, 0.5], 'kafka-producer-perf-test': [2, 4, 2], rdkafka_performance: [1, 2, 1] }), { width: 140, isColored: false });
  const rowOf = (name: string): string => text.split('\n').find((line) => line.includes(name)) ?? '';
  expect(rowOf('headroom  ')).toMatch(/100 B zstd, unthrottled +headroom +0\.667 +0\.500 - 1 +1,000,000$/);
  expect(rowOf('kafka-producer-perf-test')).toMatch(/2\.67 +2 - 4 +1,000,000 +0\.250 +0\.250 - 0\.250$/);
  expect(rowOf('rdkafka_performance ')).toMatch(/0\.500 +0\.500 - 0\.500$/);
});

it('has no interval from a single round', () => {
  const text = generatorText(rounds({ headroom: [0.5], 'kafka-producer-perf-test': [2], rdkafka_performance: [1] }), { width: 140, isColored: false });
  expect(text).toMatch(/kafka-producer-perf-test +2 +2 - 2 +1,000,000 +0\.250$/m);
});
