/**
 * The histograms of a run as a HistogramLog (`.hlog`, format 1.3): one line each, tagged with its name, over the measured window. Values are
 * microseconds, Interval_Max milliseconds, and timestamps count from the start of the load. A damaged histogram is left out and named.
 */
import type { Run } from '../run.ts';
import { decodeHistogram, histogramRecords } from './stored-histograms.ts';

export function histogramLog(run: Run): string {
  const { startedAt, id, headroom, configuration, measured } = run;
  const { measureStartSecond, measureEndSecond } = measured;
  const lines = [
    '#[Histogram log format version 1.3]',
    `#[headroom ${headroom.version}, run ${id}, ${plainWords(configuration.name)}; histogram values are microseconds, timestamps count from the load's start]`,
    `#[StartTime: ${(Date.parse(startedAt) / 1000).toFixed(3)} (seconds since epoch), ${startedAt}]`,
  ];
  const intervals: string[] = [];
  for (const [name, record] of histogramRecords(run)) {
    const decoded = decodeHistogram(record);
    if (decoded.kind === 'damaged') {
      lines.push(`#[${plainWords(name)} is left out: ${plainWords(decoded.reason)}]`);
      continue;
    }
    const { maxUs, overflowCount, rangeUsMax } = record.summary;
    if (overflowCount > 0) lines.push(`#[${plainWords(name)}: ${overflowCount} samples above ${rangeUsMax} us are not in its histogram]`);
    const largestMs = (maxUs ?? (overflowCount > 0 ? rangeUsMax : 0)) / 1000;
    intervals.push(`Tag=${tagOf(name)},${measureStartSecond.toFixed(3)},${(measureEndSecond - measureStartSecond).toFixed(3)},${largestMs.toFixed(3)},${record.hdrBase64}`);
  }
  return `${[...lines, '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"', ...intervals].join('\n')}\n`;
}

/** Commas and spaces would end it. */
function tagOf(name: string): string {
  return name.replaceAll(/[\s,]+/g, '_');
}

function plainWords(text: string): string {
  return text.replaceAll(/[\r\n\]]+/g, ' ');
}
