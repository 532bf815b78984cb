/** How late the generator itself was in handing records over, in one sentence: the error of the instrument, which is part of every publish latency. */
import type { Run } from '../run.ts';
import { percentileText } from './percentile-text.ts';

export const GENERATOR_LIMIT_CODE = 'generator-saturated';

export interface GeneratorTiming {
  readonly words: string;
  /** The generator was the limit: the figures do not speak of the target. */
  readonly isInvalid: boolean;
}

/** Undefined in a closed loop, which has no schedule to be late for, and without a sample. */
export function generatorTiming({ measured, configuration, warnings }: Run): GeneratorTiming | undefined {
  const { summary } = measured.latency.scheduleDelay;
  if (configuration.load.kind === 'closed' || summary.count === 0) return undefined;
  const late = `p50 ${percentileText(summary.p50Us, summary)}, p99 ${percentileText(summary.p99Us, summary)}, p99.9 ${percentileText(summary.p999Us, summary)} late in handing records over`;
  const limit = warnings.find(({ code }) => code === GENERATOR_LIMIT_CODE);
  if (limit === undefined) return { words: `${late}; publish and end-to-end hold it`, isInvalid: false };
  return { words: `${late}. INVALID: the generator, not the target, was the limit: ${limit.cause}. Comparisons leave this run out`, isInvalid: true };
}
