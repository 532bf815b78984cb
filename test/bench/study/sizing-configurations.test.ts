import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readExperiment } from '../../../bench/experiment/file/experiment-file.ts';
import { experimentPath } from '../../../bench/experiment/ready-experiments.ts';
import { variantsOf } from '../../../bench/experiment/variants.ts';
import type { BenchOptions } from '../../../bench/bench-options.ts';
import { plannedShape } from '../../../bench/study/planned-shape.ts';
import { throughputVariants } from '../../../bench/study/sizing-configurations.ts';

const shapeOf = ({ workload, topic, producerProperties, groups }: BenchOptions): string => JSON.stringify([workload, topic, producerProperties, groups]);

it('no configuration of the study is one of the calibration', () => {
  const calibrated = variantsOf(readExperiment(readFileSync(experimentPath('calibrate') as string, 'utf8'))).all.map(({ options }) => shapeOf(options));
  const studied = throughputVariants().map(({ options }) => shapeOf(options));
  expect(studied.length).toBeGreaterThanOrEqual(12);
  expect(new Set(studied).size).toBe(studied.length);
  expect(studied.filter((each) => calibrated.includes(each))).toEqual([]);
});

it("a shape's records are those of the workload: their size, full batches, and what the codec makes of them", () => {
  const [first] = throughputVariants();
  if (first === undefined) throw new Error('the study has configurations');
  const shape = plannedShape(first.options, 3);
  expect(shape).toMatchObject({ codec: 'zstd', partitions: 30, replicationFactor: 3, brokers: 3, members: 0, groups: 0 });
  expect(shape.recordBytes * shape.recordsPerBatch).toBeLessThanOrEqual(65_536);
  expect(shape.recordBytes * (shape.recordsPerBatch + 2)).toBeGreaterThan(65_536);
  expect(shape.recordBytes / shape.wireBytes).toBeGreaterThan(4);
});
