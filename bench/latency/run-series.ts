/** The latency series of a run: what is held apart by second, and for how long. */
import { HistogramSeries } from './histogram-series.ts';

/** Longer than a record's two minutes of delivery.timeout.ms: the summary of a second misses no sample. */
const OPEN_SECONDS_SUMMARISED = 150;
/** Where only the window counts: what a run cut short may leave out of it. */
const OPEN_SECONDS_MERGED = 5;

interface PlannedWindow {
  readonly warmupSeconds: number;
  readonly durationSeconds: number;
}

export function publishSeries(window: PlannedWindow): HistogramSeries {
  return new HistogramSeries({ ...boundsOf(window), openSeconds: OPEN_SECONDS_SUMMARISED });
}

/** Of a latency that is told for the window only. */
export function windowSeries(window: PlannedWindow): HistogramSeries {
  return new HistogramSeries({ ...boundsOf(window), openSeconds: OPEN_SECONDS_MERGED });
}

function boundsOf({ warmupSeconds, durationSeconds }: PlannedWindow): { fromSecond: number; toSecond: number } {
  return { fromSecond: warmupSeconds, toSecond: warmupSeconds + durationSeconds };
}
