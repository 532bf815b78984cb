/** The plain workload that other calculators are asked about, from a plan's inputs. */
import type { PeersWorkload } from '../results/peers/peers-record.ts';
import type { SizedTopic, SizingInputs } from './sizing-inputs.ts';

/** The clouds' formulas know three zones. */
const ZONES = 3;
const HOUR_SECONDS = 3600;

/** All topics as one: rates added, sizes and factors weighted by what they write. */
export function peersWorkload({ topics, loadFactor }: SizingInputs): PeersWorkload {
  const total = (of: (topic: SizedTopic) => number): number => topics.reduce((sum, topic) => sum + of(topic), 0);
  const rate = total(({ peakRate }) => peakRate.value);
  const bytes = total(({ peakRate, recordBytes }) => peakRate.value * recordBytes.value);
  const wireOf = ({ peakRate, recordBytes, compressionRatio }: SizedTopic): number => (peakRate.value * recordBytes.value) / compressionRatio.value;
  const weighted = (of: (topic: SizedTopic) => number): number => total((topic) => wireOf(topic) * of(topic)) / total(wireOf);
  return {
    eventsPerSecond: rate * loadFactor.value,
    eventBytes: bytes / rate,
    replicationFactor: Math.round(weighted(({ replicationFactor }) => replicationFactor.value)),
    groups: Math.round(weighted(({ groups }) => groups.length)),
    retentionHours: weighted(({ retention }) => retention.seconds?.value ?? 0) / HOUR_SECONDS,
    compressionRatio: bytes / total(wireOf),
    zones: ZONES,
  };
}
