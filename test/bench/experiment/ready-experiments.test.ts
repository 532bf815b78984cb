import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blocksForSignificance, pilotBlocks } from '../../../bench/experiment/blocks.ts';
import { parse } from 'yaml';
import { z } from 'zod';
import { defaultBenchOptions } from '../../../bench/bench-options.ts';
import { readExperiment } from '../../../bench/experiment/file/experiment-file.ts';
import { experimentSchemaText } from '../../../bench/experiment/file/experiment-schema.ts';
import { estimatedSeconds } from '../../../bench/experiment/experiment-runner.ts';
import { experimentPath, readyExperimentNames, readyExperimentsDirectory } from '../../../bench/experiment/ready-experiments.ts';
import { variantsOf } from '../../../bench/experiment/variants.ts';

it('the ready experiments are there', () => {
  expect(readyExperimentNames()).toEqual(['acks', 'calibrate', 'catch-up', 'clickstream', 'compression', 'consumers', 'durability', 'hot-key', 'linger-batch', 'partitions', 'side-by-side', 'stall', 'tuning', 'tuning-throughput']);
  expect(experimentPath('no-such-experiment')).toBeUndefined();
});

/** Compares nothing: its runs differ so that their costs can be told apart, and one block of them is enough. */
const CALIBRATION = 'calibrate';

describe.each(readyExperimentNames())('%s', (name) => {
  const experiment = readExperiment(readFileSync(experimentPath(name) as string, 'utf8'));
  // It varies nothing of its own: the command line names the clusters.
  const targets = name === 'side-by-side' ? [{ name: 'embedded', settings: {} }, { name: 'kafka', settings: { target: { bootstrap: 'localhost:9092' } } }] : [];
  const { all } = variantsOf(experiment, { targets });

  it('is named as its file, and holds variants that can run', () => {
    expect(experiment.name).toBe(name);
    expect(all.length).toBeGreaterThan(name === 'clickstream' ? 0 : 1);
  });

  it.skipIf(name === CALIBRATION)('has blocks enough for a verdict, and time for them', () => {
    const tests = { testCount: experiment.metricIds.length * (all.length - 1), alpha: 0.05 };
    const blocks = experiment.repeats === 'auto' ? pilotBlocks(tests) : experiment.repeats;
    expect(blocks).toBeGreaterThanOrEqual(blocksForSignificance(tests));
    expect(estimatedSeconds(all, blocks)).toBeLessThan(experiment.budgetSeconds as number);
  });
});

it('acks takes less than six minutes', () => {
  const experiment = readExperiment(readFileSync(experimentPath('acks') as string, 'utf8'));
  expect(estimatedSeconds(variantsOf(experiment).all, Number(experiment.repeats))).toBeLessThan(360);
});

it('calibrate takes less than ten minutes, and varies whatever has a price', () => {
  const experiment = readExperiment(readFileSync(experimentPath(CALIBRATION) as string, 'utf8'));
  const { all } = variantsOf(experiment);
  expect(estimatedSeconds(all, Number(experiment.repeats))).toBeLessThan(600);
  const distinct = (valueOf: (each: (typeof all)[number]['options']) => unknown): number => new Set(all.map(({ options }) => JSON.stringify(valueOf(options)))).size;
  expect({ loads: distinct(({ load }) => load.kind), replicas: distinct(({ topic }) => topic.replicationFactor), acks: distinct(({ producerProperties }) => producerProperties['acks']), groups: distinct(({ groups }) => groups.length) }).toEqual({ loads: 2, replicas: 3, acks: 2, groups: 3 });
  for (const varied of [distinct(({ workload }) => workload), distinct(({ producerProperties }) => producerProperties['compression.type']), distinct(({ topic }) => topic.partitions), distinct(({ producerProperties }) => producerProperties['batch.size'])]) expect(varied).toBeGreaterThanOrEqual(3);
});

it('clickstream is the run that headroom bench makes by itself', () => {
  const { all } = variantsOf(readExperiment(readFileSync(experimentPath('clickstream') as string, 'utf8')));
  const [variant] = all;
  expect({ ...variant?.options, name: 'clickstream' }).toEqual(defaultBenchOptions);
});

describe('the published JSON Schema', () => {
  const published = readFileSync(join(readyExperimentsDirectory() as string, 'experiment.schema.json'), 'utf8');

  it('is what the code says (headroom bench --schema > experiments/experiment.schema.json)', () => {
    expect(published).toBe(experimentSchemaText());
  });

  it.each(readyExperimentNames())('takes %s, which names it for editors', (name) => {
    const text = readFileSync(experimentPath(name) as string, 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=experiment\.schema\.json\n/);
    const schema = z.fromJSONSchema(JSON.parse(published) as Parameters<typeof z.fromJSONSchema>[0]);
    expect(schema.safeParse(parse(text)).error?.issues).toBeUndefined();
    expect(schema.safeParse({ ...(parse(text) as object), repeat: 3 }).success).toBe(false);
  });
});
