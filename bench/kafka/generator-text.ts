/** What load costs those who make it, as a table: one row a generator and load, and the ratio within rounds. */
import { countText, significant } from '../../results/render/number-text.ts';
import { createPage, sentence, table, type Cell, type Column } from '../../results/render/page.ts';
import { metricStatistics } from '../../results/compare/metric-comparison.ts';
import { mean } from '../../results/statistics/sample.ts';
import type { GeneratorName, GeneratorRun } from './generator-comparison.ts';

const COLUMNS: readonly Column[] = [
  { head: 'load', align: 'left' },
  { head: 'generator', align: 'left' },
  { head: 'CPU s/M records', align: 'right' },
  { head: 'lowest - highest', align: 'right' },
  { head: 'records/s', align: 'right' },
  { head: 'headroom / it', align: 'right' },
  { head: '95 %', align: 'right' },
];

export function generatorText(runs: readonly GeneratorRun[], options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const loads = [...Map.groupBy(runs, ({ recordBytes, compression, ratePerSecond }) => `${recordBytes} B ${compression}, ${ratePerSecond === null ? 'unthrottled' : `${significant(ratePerSecond / 1000)}k/s`}`)];
  const rows = loads.flatMap(([load, ofLoad]) => [...Map.groupBy(ofLoad, ({ generator }) => generator)].map(([generator, own], at): Cell[] => [at === 0 ? load : '', generator, ...figures(own), ...ratio(ofLoad, generator)]));
  return `${[
    ...table(page, COLUMNS, rows),
    '',
    ...sentence(page, 'CPU time of the whole process, a JVM\'s compiler and collector included, by records that the log grew by in the same seconds; acks=all, idempotent, linger.ms=10, batch.size=65536. Ratios are within rounds: geometric mean with its bootstrap interval. rdkafka_performance repeats one pattern, which costs a codec next to nothing.', { paint: page.colors.dim }),
  ].join('\n')}\n`;
}

function figures(runs: readonly GeneratorRun[]): [string, string, string] {
  const costs = runs.map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion);
  return [significant(mean(costs)), `${significant(Math.min(...costs))} - ${significant(Math.max(...costs))}`, countText(mean(runs.map(({ recordsPerSecond }) => recordsPerSecond)))];
}

function ratio(runs: readonly GeneratorRun[], generator: GeneratorName): [string, string] {
  if (generator === 'headroom') return ['', ''];
  const costsOf = (name: GeneratorName): number[] => runs.filter((run) => run.generator === name).map(({ cpuSecondsPerMillion }) => cpuSecondsPerMillion);
  const { ratio: found, interval } = metricStatistics({ baseline: costsOf(generator), candidate: costsOf('headroom') }, { isPaired: true, alpha: 0.05, resampleCount: 5000, seed: 1 });
  return [significant(found), interval === null ? '' : `${significant(interval.low)} - ${significant(interval.high)}`];
}
