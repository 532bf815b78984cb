/** What a sample of events measured, as inputs of a topic. */
import type { SampleRecord } from '../results/sample-record.ts';
import { bytesText, countText, significant } from '../results/render/number-text.ts';
import type { MeasuredTopic } from './config/topic-reader.ts';
import { harmonic } from './queueing/key-load.ts';
import { input } from './sizing-inputs.ts';

/** `fillBytes`: uncompressed bytes that a batch really gets; the ratio is read there. */
export function sampleInputs(sample: SampleRecord, { codec, fillBytes }: { codec: string; fillBytes: number }): MeasuredTopic {
  const { recordBytes, recordCount, keys } = sample;
  const counted = `over ${countText(recordCount)} records of ${sample.path}${sample.isWhole ? '' : ' (its beginning)'}`;
  const ratio = ratioAt(sample, { codec, fillBytes });
  return {
    recordBytes: input('record.size', 'record size', recordBytes.mean, 'bytes', { source: 'measured', why: `mean of key and value, ${counted}; p99 ${bytesText(recordBytes.p99)}` }),
    ...(ratio === undefined ? {} : { compressionRatio: input('compression', 'compression ratio', ratio.value, 'ratio', { source: 'measured', low: ratio.low, high: ratio.high, why: `${codec} in batches of ${bytesText(fillBytes)}, ${counted}; the range is that of its tenths` }) }),
    ...(keys === null || keys.distinctCount === 0 ? {} : { keys: keyLaw(sample, counted) }),
  };
}

/** Between the two measured sizes next to it, by the logarithm of the size. Undefined: the codec was not measured. */
export function ratioAt({ compression }: Pick<SampleRecord, 'compression'>, { codec, fillBytes }: { codec: string; fillBytes: number }): { value: number; low: number; high: number } | undefined {
  const points = compression.filter((each) => each.codec === codec).toSorted((a, b) => a.batchBytes - b.batchBytes);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const above = points.find(({ batchBytes }) => batchBytes >= fillBytes) ?? last;
  const below = points.findLast(({ batchBytes }) => batchBytes <= fillBytes) ?? first;
  const way = above.batchBytes === below.batchBytes ? 0 : Math.log(fillBytes / below.batchBytes) / Math.log(above.batchBytes / below.batchBytes);
  const mixed = (of: (point: typeof above) => number): number => of(below) + (of(above) - of(below)) * way;
  return { value: mixed(({ ratio }) => ratio), low: mixed(({ ratioLow }) => ratioLow), high: mixed(({ ratioHigh }) => ratioHigh) };
}

/** The law that has as many keys as were seen and the hottest one's share. */
function keyLaw({ keys }: SampleRecord, counted: string): NonNullable<MeasuredTopic['keys']> {
  const { path, distinctCount, hottestShare, hottestShareLow, hottestShareHigh } = keys as NonNullable<SampleRecord['keys']>;
  const exponentFor = (share: number): number => exponentOf({ keys: distinctCount, share });
  return {
    kind: 'law',
    name: path,
    count: input('key.count', 'keys', distinctCount, 'count', { source: 'measured', why: `different ones ${counted}: there may be more` }),
    exponent: input('key.zipf', 'Zipf exponent of the keys', exponentFor(hottestShare), 'ratio', { source: 'measured', low: exponentFor(hottestShareLow), high: exponentFor(hottestShareHigh), why: `so that the hottest key has its ${significant(hottestShare * 100)} %, ${counted}` }),
  };
}

const EXPONENT_MAX = 8;

/** The exponent with which the hottest of so many keys has the share; 0 when all alike have more. */
export function exponentOf({ keys, share }: { keys: number; share: number }): number {
  let [low, high] = [0, EXPONENT_MAX];
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (1 / harmonic(keys, middle) < share) low = middle;
    else high = middle;
  }
  return high < 1e-9 ? 0 : high;
}
