/** How many blocks the noise of a pilot asks for. */
import { expect, it } from 'vitest';
import { blocksWanted } from '../../../../results/compare/experiment/blocks-wanted.ts';
import { SeededRandom } from '../../../../results/statistics/seeded-random.ts';
import type { Run } from '../../../../results/run.ts';
import { sampleRun } from '../../sample-run.ts';

const QUESTION = { variants: [{ name: 'a' }, { name: 'b' }], baseline: 'a', metricIds: ['cpu.brokers'], minDifference: 0.01, detect: 0.05, alpha: 0.05 };

function runs({ blocks, noise, change, seed = 5 }: { blocks: number; noise: number; change: number; seed?: number }): Run[] {
  const random = new SeededRandom(seed);
  const run = (variant: string, block: number, factor: number): Run => {
    const sample = sampleRun({ id: `${variant}-${block}`, repeat: { experimentId: 'x', experiment: 'x', variant, block, position: 1 } });
    const brokers = sample.measured.brokers.map((broker) => ({ ...broker, cpuSeconds: broker.cpuSeconds * factor * Math.exp(noise * random.normal()) }));
    return { ...sample, measured: { ...sample.measured, brokers } };
  };
  return Array.from({ length: blocks }, (_, at) => [run('a', at + 1, 1), run('b', at + 1, change)]).flat();
}

it('asks for more the noisier the pairs are, and names the comparison that decides', () => {
  const [quiet, noisy] = [0.005, 0.04].map((noise) => blocksWanted(runs({ blocks: 12, noise, change: 1 }), QUESTION));
  expect(quiet?.blocks).toBeLessThanOrEqual(6);
  expect(noisy?.decidedBy?.deviation).toBeCloseTo(0.04 * Math.SQRT2, 1);
  expect(noisy?.blocks).toBeGreaterThan(10);
  expect(noisy?.decidedBy).toMatchObject({ variant: 'b', metricId: 'cpu.brokers' });
});

it('does not look at the difference: the same noise asks for the same blocks whatever the variants did', () => {
  const [alike, slower] = [1, 1.5].map((change) => blocksWanted(runs({ blocks: 8, noise: 0.03, change }), QUESTION).blocks);
  expect(slower).toBe(alike);
});

it('asks for fewer when only larger changes are to be found', () => {
  const pilot = runs({ blocks: 8, noise: 0.03, change: 1 });
  expect(blocksWanted(pilot, { ...QUESTION, detect: 0.2 }).blocks).toBeLessThan(blocksWanted(pilot, QUESTION).blocks);
});

it('tells no noise from one pair', () => {
  expect(blocksWanted(runs({ blocks: 1, noise: 0.03, change: 1 }), QUESTION)).toEqual({ blocks: 0, decidedBy: null });
});
