/** A sample of events for a terminal. Pure. */
import type { SampleRecord } from '../sample-record.ts';
import { bytesText, counted, countText, significant } from './number-text.ts';
import { createPage, heading, labelled, table } from './page.ts';

export function sampleText({ path, format, recordCount, isWhole, recordBytes, keys, compression, warnings }: SampleRecord, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const sizes = [...new Set(compression.map(({ batchBytes }) => batchBytes))];
  const codecs = [...new Set(compression.map(({ codec }) => codec))];
  const facts: [string, string][] = [
    ['records', `${countText(recordCount)}${isWhole ? '' : ', the beginning of the file'}, read as ${format}`],
    ['size', `${bytesText(recordBytes.mean)} on average, p50 ${bytesText(recordBytes.p50)}, p90 ${bytesText(recordBytes.p90)}, p99 ${bytesText(recordBytes.p99)}, at most ${bytesText(recordBytes.max)}`],
  ];
  if (keys !== null) facts.push(['key', `${keys.path}: ${counted(keys.distinctCount, 'different one')}, the hottest has ${significant(keys.hottestShare * 100)} % (${significant(keys.hottestShareLow * 100)} % - ${significant(keys.hottestShareHigh * 100)} %)${keys.withoutKeyCount === 0 ? '' : `; ${counted(keys.withoutKeyCount, 'record')} without it`}`]);
  for (const warning of warnings) facts.push(['mind', warning]);
  const columns = [{ head: 'compression in batches of', align: 'left' }, ...sizes.map((size) => ({ head: bytesText(size), align: 'right' }) as const)] as const;
  const rows = codecs.map((codec) => [codec, ...sizes.map((size) => `${significant(compression.find((each) => each.codec === codec && each.batchBytes === size)?.ratio ?? 0)}x`)]);
  return `${[...heading(page, 'Sample', path), ...labelled(page, facts), ...table(page, columns, rows)].join('\n')}\n`;
}
