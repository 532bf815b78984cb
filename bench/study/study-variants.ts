/** What the blocks of a study of the comparison hold: one configuration twice, and once with slower brokers. */
import { extname } from 'node:path';
import type { Run } from '../../results/run.ts';
import type { StudyBlock } from '../../results/study/comparison-study.ts';
import type { BenchOptions } from '../bench-options.ts';
import type { Variant } from '../experiment/variants.ts';

export const studyVariantNames = ['same-1', 'same-2', 'slower'] as const;

/** `slowerShare`: CPU time that the slower brokers burn for each unit they use, 0.05 for 5 %; 0: there are none. The alike ones carry the same module with 0. */
export function studyVariants(options: BenchOptions & { target: { kind: 'embedded' } }, slowerShare: number): Variant[] {
  return studyVariantNames.filter((name) => name !== 'slower' || slowerShare > 0).map((name) => ({
    name,
    options: { ...options, target: { ...options.target, brokerModules: [handicap(name === 'slower' ? slowerShare : 0)] } },
  }));
}

function handicap(share: number): string {
  return `${new URL(`./slow-broker${extname(import.meta.url)}`, import.meta.url)}?share=${share}`;
}

/** Blocks of which every run is complete, in order, of one study after the other; how many others there were. */
export function studyBlocks(runs: readonly Run[]): { blocks: StudyBlock[]; leftOut: number } {
  const byBlock = [...Map.groupBy(runs, ({ repeat }) => `${repeat?.experimentId} ${repeat?.block}`).values()];
  const blocks = byBlock.flatMap((block): StudyBlock[] => {
    const [first, second, slower] = studyVariantNames.map((name) => block.find(({ repeat }) => repeat?.variant === name));
    if (first === undefined || second === undefined || block.some(({ status }) => status.kind !== 'complete')) return [];
    return [{ same: [first, second], slower }];
  });
  return { blocks, leftOut: byBlock.length - blocks.length };
}
