/** The histograms of a run by the names under which they are exported and drawn. A damaged one is an answer; decoding never throws. */
import { LatencyHistogram } from '../histogram.ts';
import type { HistogramRecord, Run } from '../run.ts';

/** `publish`, `schedule-delay`, `batching`, `request`, then `end-to-end:<group>` for each group. */
export function histogramRecords({ measured }: Run): Map<string, HistogramRecord> {
  const { publish, scheduleDelay, batching, request } = measured.latency;
  return new Map([
    ['publish', publish],
    ['schedule-delay', scheduleDelay],
    ['batching', batching],
    ['request', request],
    ...measured.groups.map(({ name, endToEnd }): [string, HistogramRecord] => [`end-to-end:${name}`, endToEnd]),
  ]);
}

export type Decoded = { readonly kind: 'histogram'; readonly histogram: LatencyHistogram } | { readonly kind: 'damaged'; readonly reason: string };

export function decodeHistogram(record: HistogramRecord): Decoded {
  let histogram: LatencyHistogram;
  try {
    histogram = LatencyHistogram.fromRecord(record);
  } catch (error) {
    return { kind: 'damaged', reason: `hdrBase64 cannot be decoded: ${(error as Error).message}` };
  }
  const { count } = record.summary;
  if (histogram.count !== count) return { kind: 'damaged', reason: `hdrBase64 holds ${histogram.count} samples, its summary says ${count}` };
  return { kind: 'histogram', histogram };
}
