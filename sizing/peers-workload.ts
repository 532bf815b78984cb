/** The plain workload that other calculators are asked about, from a plan's inputs. */
import type { PeersWorkload } from '../results/peers/peers-record.ts';
import type { SizedTopic, SizingInputs } from './sizing-inputs.ts';

/** The clouds' formulas know three zones. */
const ZONES = 3;
const HOUR_SECONDS = 3600;
const YEAR_SECONDS = 31_557_600;

/** All topics as one: rates added, sizes and factors weighted by what they write; grown as far as the plan is sized for, so that all answer the same. */
export function peersWorkload({ topics, loadFactor, growth }: SizingInputs): PeersWorkload {
  const total = (of: (topic: SizedTopic) => number): number => topics.reduce((sum, topic) => sum + of(topic), 0);
  const rate = total(({ peakRate }) => peakRate.value);
  const bytes = total(({ peakRate, recordBytes }) => peakRate.value * recordBytes.value);
  const wireOf = ({ peakRate, recordBytes, compressionRatio }: SizedTopic): number => (peakRate.value * recordBytes.value) / compressionRatio.value;
  const averageOf = (topic: SizedTopic): number => (wireOf(topic) * topic.averageRate.value) / topic.peakRate.value;
  const factor = loadFactor.value * (growth === null || growth.sizeFor === 'today' ? 1 : (1 + growth.perYear.value) ** (growth.horizon.value / YEAR_SECONDS));
  const weighted = (of: (topic: SizedTopic) => number): number => total((topic) => wireOf(topic) * of(topic)) / total(wireOf);
  return {
    eventsPerSecond: rate * factor,
    averageEventsPerSecond: rate * factor * Math.min(1, total(averageOf) / total(wireOf)),
    eventBytes: bytes / rate,
    replicationFactor: Math.round(weighted(({ replicationFactor }) => replicationFactor.value)),
    groups: Math.round(weighted(({ groups }) => groups.length)),
    retentionHours: total((topic) => averageOf(topic) * (topic.retention.seconds?.value ?? 0)) / total(averageOf) / HOUR_SECONDS,
    compressionRatio: bytes / total(wireOf),
    zones: ZONES,
  };
}
