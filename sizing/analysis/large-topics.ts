/** Where there are many topics: those that bring the most bytes, about which alone a plan asks what would change it. */
import { topicId } from '../../results/plan-ids.ts';
import { counted } from '../../results/render/number-text.ts';
import type { SizedTopic, SizingInputs } from '../sizing-inputs.ts';

const LARGE_MAX = 8;

export interface LargeTopics {
  /** Whether an input or a count is of one of the others. */
  isOfOthers(id: string): boolean;
  /** What is left out, in words; empty where nothing is. */
  readonly notes: readonly string[];
}

export function largeTopics({ topics }: SizingInputs): LargeTopics {
  if (topics.length <= LARGE_MAX) return { isOfOthers: () => false, notes: [] };
  const bytesOf = ({ peakRate, recordBytes, compressionRatio, replicationFactor }: SizedTopic): number => (peakRate.value * recordBytes.value * replicationFactor.value) / compressionRatio.value;
  const rising = topics.toSorted((a, b) => bytesOf(b) - bytesOf(a));
  const ids = new Set(rising.slice(LARGE_MAX).flatMap((topic) => [...quantityIds(topic), `${topicId(topic.name)}.partitions`]));
  for (const id of rising.slice(0, LARGE_MAX).flatMap(quantityIds)) ids.delete(id);
  return { isOfOthers: (id) => ids.has(id), notes: [`What would change the plan is asked of the cluster and of the ${LARGE_MAX} topics that bring the most bytes, not of ${counted(topics.length - LARGE_MAX, 'other')}.`] };
}

function quantityIds(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('id' in node && 'unit' in node && typeof node.id === 'string') return [node.id];
  return Object.values(node).flatMap(quantityIds);
}
