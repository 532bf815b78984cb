/** The measured window of a run: whole seconds since the load's start, [measureStartSecond, measureEndSecond). */
import { LatencyHistogram } from '../../results/histogram.ts';
import type { HistogramRecord } from '../../results/run.ts';
import type { LoadOutcome } from '../experiment-outcome.ts';
import type { HistogramSeries } from '../latency/histogram-series.ts';

export type MeasuredWindow = Pick<LoadOutcome, 'measureStartSecond' | 'measureEndSecond'>;

/** Its seconds as one histogram. */
export function mergedRecord(series: HistogramSeries, { measureStartSecond, measureEndSecond }: MeasuredWindow): HistogramRecord {
  const { histogram, meanUs, overflowCount } = series.merge(measureStartSecond, measureEndSecond);
  return LatencyHistogram.of(histogram, { meanUs, overflowCount }).toRecord();
}

export function measuredSeconds({ measureStartSecond, measureEndSecond }: MeasuredWindow): number {
  return measureEndSecond - measureStartSecond;
}
