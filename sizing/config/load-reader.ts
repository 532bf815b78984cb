/** How much comes in: records/s, or bytes/s with what was counted; average and peak. */
import { topicId } from '../../results/plan-ids.ts';
import type { PlanQuantity } from '../../results/plan-record.ts';
import { significant } from '../../results/render/number-text.ts';
import { ConfigValueError } from './config-error.ts';
import type { LoadConfig, QuantityConfig, TopicConfig } from './config-schema.ts';
import type { ConfigPath, QuantityReader } from './quantity-reader.ts';

export interface LoadRates {
  readonly averageRate: PlanQuantity;
  readonly peakRate: PlanQuantity;
}

type Sizes = { readonly recordBytes: PlanQuantity; readonly compressionRatio: PlanQuantity };

export function readLoad(reader: QuantityReader, { path, topic, sizes }: { path: ConfigPath; topic: TopicConfig; sizes: Sizes }): LoadRates {
  const prefix = topicId(String(path.at(-1)));
  if (topic.rate !== undefined && topic.throughput !== undefined) throw new ConfigValueError([...path, 'throughput'], 'throughput: the rate is given already; keep one of the two');
  if (topic.rate !== undefined) return checked(rates(topic.rate, (raw, at, which) => reader.read([...path, 'rate', ...at], raw, { id: `${prefix}.rate.${which}`, name: `${which} rate`, unit: 'records/s' })), [...path, 'rate']);
  if (topic.throughput === undefined) throw new ConfigValueError([...path, 'rate'], `rate is missing in ${path.join('.')}: the peak, for example 100k/s`);
  if (topic.throughputIs === undefined) throw new ConfigValueError([...path, 'throughput'], 'throughput: of what? say "throughputIs: before compression" or "throughputIs: after compression"; the two differ by the compression ratio');
  const factor = (topic.throughputIs === 'after compression' ? sizes.compressionRatio.value : 1) / sizes.recordBytes.value;
  return checked(rates(topic.throughput, (raw, at, which) => {
    const bytes = reader.read([...path, 'throughput', ...at], raw, { id: `${prefix}.rate.${which}`, name: `${which} rate`, unit: 'bytes/s' });
    if (bytes === undefined) return undefined;
    const per = topic.throughputIs === 'after compression' ? `x ${significant(sizes.compressionRatio.value)} / ${significant(sizes.recordBytes.value)} B` : `/ ${significant(sizes.recordBytes.value)} B`;
    return { ...bytes, value: bytes.value * factor, low: bytes.low * factor, high: bytes.high * factor, unit: 'records/s', why: `${bytes.why}, as throughput ${per}` };
  }), [...path, 'throughput']);
}

type ReadOne = (raw: QuantityConfig | undefined, at: ConfigPath, which: 'average' | 'peak') => PlanQuantity | undefined;

function rates(load: LoadConfig, read: ReadOne): { average: PlanQuantity | undefined; peak: PlanQuantity } {
  if (typeof load === 'object' && 'peak' in load) return { average: read(load.average, ['average'], 'average'), peak: read(load.peak, ['peak'], 'peak') as PlanQuantity };
  return { average: undefined, peak: read(load, [], 'peak') as PlanQuantity };
}

function checked({ average, peak }: { average: PlanQuantity | undefined; peak: PlanQuantity }, path: ConfigPath): LoadRates {
  if (average !== undefined && average.value > peak.value) throw new ConfigValueError([...path, 'average'], `average: ${significant(average.value)}/s is more than the peak of ${significant(peak.value)}/s: are they swapped?`);
  return { peakRate: peak, averageRate: average ?? peak };
}
