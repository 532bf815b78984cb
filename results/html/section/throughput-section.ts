/** What went through in the measured window, before and after compression, and what went wrong on the way. */
import type { Run } from '../../run.ts';
import { counted, countText, decimalBytesText, durationText, megabytesText, percentText, rateText, significant } from '../../render/number-text.ts';
import { dataTable, definitions, figure, html, note, section, type Content, type Markup } from '../markup.ts';

const PATH = 'measured.throughput';

export function throughputSection({ measured }: Run): Markup {
  const { throughput, measureStartSecond, measureEndSecond } = measured;
  const windowSeconds = measureEndSecond - measureStartSecond;
  const perSecond = (bytes: number): string => (windowSeconds > 0 ? `${megabytesText(bytes / windowSeconds)} MB/s` : '');
  const { offeredPerSecond, achievedPerSecond, requests, batches, total } = throughput;
  const shareText = offeredPerSecond === null || offeredPerSecond === 0 ? '' : `${percentText(achievedPerSecond / offeredPerSecond)} of the offered rate`;
  const rows: Content[][] = [
    ['offered', figure(`${PATH}.offeredPerSecond`, offeredPerSecond, rateText), 'records/s', offeredPerSecond === null ? 'closed loop: no rate is offered' : ''],
    ['achieved', figure(`${PATH}.achievedPerSecond`, achievedPerSecond, rateText), 'records/s', shareText],
    ['acknowledged', figure(`${PATH}.acknowledgedRecords`, throughput.acknowledgedRecords, countText), 'records', ''],
    ['before compression', ...bytesCells('uncompressedBytes', throughput.uncompressedBytes), perSecond(throughput.uncompressedBytes)],
    ['on the wire', ...bytesCells('compressedBytes', throughput.compressedBytes), perSecond(throughput.compressedBytes)],
    ['compression ratio', figure(`${PATH}.compressionRatio`, throughput.compressionRatio, significant), '', 'before compression / on the wire'],
    ['batches', figure(`${PATH}.batches`, batches, countText), 'batches', batches > 0 ? `${decimalBytesText(throughput.compressedBytes / batches)} on the wire each` : ''],
    ['records per batch', figure(`${PATH}.recordsPerBatch`, throughput.recordsPerBatch, significant), 'records', ''],
    ['requests', figure(`${PATH}.requests`, requests, countText), 'requests', requests === null || requests === 0 ? '' : `${significant(batches / requests)} batches each`],
    ['mean key', figure(`${PATH}.keyBytesMean`, throughput.keyBytesMean, significant), 'B', ''],
    ['mean value', figure(`${PATH}.valueBytesMean`, throughput.valueBytesMean, significant), 'B', ''],
  ];
  return section(
    { id: 'throughput', title: 'Throughput', remark: `measured window: ${measureStartSecond} s to ${measureEndSecond} s of the load (${durationText(windowSeconds)})` },
    dataTable({ label: 'Throughput', columns: [{ head: '' }, { head: '', isNumber: true }, { head: '' }, { head: '' }], rows }),
    note(
      'Whole load with warm-up and drain, records: ',
      figure(`${PATH}.total.sentRecords`, total.sentRecords, countText), ' sent, ',
      figure(`${PATH}.total.acknowledgedRecords`, total.acknowledgedRecords, countText), ' acknowledged, ',
      figure(`${PATH}.total.failedRecords`, total.failedRecords, countText), ' failed, ',
      figure(`${PATH}.total.unsentRecords`, total.unsentRecords, countText), ' due but never sent.',
    ),
  );
}

export function errorsSection({ measured: { errors, throughput } }: Run): Markup {
  const failed = Object.values(errors.failedRecordsByError).reduce((sum, count) => sum + count, 0);
  const unsent = throughput.total.unsentRecords;
  const options = { id: 'errors', title: 'Errors and retries' };
  if (failed === 0 && errors.batchesRetried === 0 && errors.bufferFullCount === 0 && unsent === 0) {
    return section(options, html`<p>None: no record was given up, no batch sent again, the producer's buffer was never full.</p>`);
  }
  const rows: [string, Content][] = [
    ['given up', failed === 0 ? 'no record' : html`${counted(failed, 'record')}: ${byName('failedRecordsByError', errors.failedRecordsByError)}`],
    ['retried', errors.batchesRetried === 0 ? 'no batch' : html`${figure('measured.errors.batchesRetried', errors.batchesRetried, countText)} batches ${afterErrors(errors.retriesByError)}`],
    ['buffer.memory', errors.bufferFullCount === 0 ? 'never full' : html`full ${figure('measured.errors.bufferFullCount', errors.bufferFullCount, countText)} times: records waited for room`],
  ];
  if (unsent > 0) rows.push(['never sent', `${counted(unsent, 'record')} that the schedule had due`]);
  return section(options, definitions(rows));
}

/** The number and its unit in cells of their own. */
function bytesCells(field: 'uncompressedBytes' | 'compressedBytes', bytes: number): [Content, Content] {
  const [number = '', unit = ''] = decimalBytesText(bytes).split(' ');
  return [figure(`${PATH}.${field}`, bytes, () => number), unit];
}

function afterErrors(counts: Readonly<Record<string, number>>): Content {
  return Object.values(counts).some((count) => count > 0) ? html`after ${byName('retriesByError', counts)}` : '';
}

/** Most frequent first. */
function byName(field: 'failedRecordsByError' | 'retriesByError', counts: Readonly<Record<string, number>>): Content[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count], at) => html`${at === 0 ? '' : ', '}${name} ${figure(`measured.errors.${field}.${name}`, count, countText)}`);
}
