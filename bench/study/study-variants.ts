/** What the blocks of a study of the comparison hold: one configuration twice, and once with slower brokers. */
import { extname } from 'node:path';
import type { Run } from '../../results/run.ts';
import type { StudyBlock } from '../../results/study/comparison-study.ts';
import type { BenchOptions } from '../bench-options.ts';
import type { Variant } from '../experiment/variants.ts';

export const studyVariantNames = ['same-1', 'same-2', 'slower'] as const;

/** `slowerShare`: CPU time that the slower brokers burn for each unit they use, 0.05 for 5 %. The alike ones carry the same module with 0. */
export function studyVariants(options: BenchOptions & { target: { kind: 'embedded' } }, slowerShare: number): Variant[] {
  return studyVariantNames.map((name) => ({
    name,
    options: { ...options, target: { ...options.target, brokerModules: [handicap(name === 'slower' ? slowerShare : 0)] } },
  }));
}

function handicap(share: number): string {
  return `${new URL(`./slow-broker${extname(import.meta.url)}`, import.meta.url)}?share=${share}`;
}

/** Blocks of which every run is complete, in order; how many others there were. */
export function studyBlocks(runs: readonly Run[]): { blocks: StudyBlock[]; leftOut: number } {
  const byBlock = [...Map.groupBy(runs, ({ repeat }) => repeat?.block ?? 0).values()];
  const blocks = byBlock.flatMap((block): StudyBlock[] => {
    const [first, second, slower] = studyVariantNames.map((name) => block.find(({ repeat, status }) => repeat?.variant === name && status.kind === 'complete'));
    return first === undefined || second === undefined || slower === undefined ? [] : [{ same: [first, second], slower }];
  });
  return { blocks, leftOut: byBlock.length - blocks.length };
}
