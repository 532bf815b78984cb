/** What went through in the measured window: offered and achieved rate, bytes before and after compression, batches; and what went wrong on the way. */
import { hottestPartition } from '../hottest-partition.ts';
import type { Run } from '../run.ts';
import { counted, countText, decimalBytesText, durationText, megabytesText, percentText, rateText, significant } from './number-text.ts';
import { DASH, figures, heading, labelled, orDash, sentence, type Figure, type Page } from './page.ts';

/** Below this share of the offered rate a run did not sustain it. */
const SUSTAINED_SHARE = 0.995;

export function throughputText({ measured }: Run, page: Page): string[] {
  const { throughput, measureStartSecond, measureEndSecond } = measured;
  const windowSeconds = measureEndSecond - measureStartSecond;
  const perSecond = (total: number): string => (windowSeconds > 0 ? `${megabytesText(total / windowSeconds)} MB/s` : '');
  const hasRecords = throughput.acknowledgedRecords > 0;
  const rows: Figure[] = [
    { label: 'offered', number: orDash(throughput.offeredPerSecond, rateText), unit: 'records/s', remark: throughput.offeredPerSecond === null ? 'closed loop: no rate is offered' : '' },
    windowSeconds > 0 ? achievedFigure(throughput, page) : { label: 'achieved', number: DASH, unit: 'records/s', remark: 'no second was measured' },
    { label: 'acknowledged', number: countText(throughput.acknowledgedRecords), unit: 'records' },
    { label: 'before compression', ...bytesFigure(throughput.uncompressedBytes), remark: perSecond(throughput.uncompressedBytes) },
    { label: 'on the wire', ...bytesFigure(throughput.compressedBytes), remark: perSecond(throughput.compressedBytes) },
    { label: 'compression ratio', number: orDash(throughput.compressionRatio, significant), unit: '', remark: 'before compression / on the wire' },
    { label: 'batches', number: countText(throughput.batches), unit: 'batches', remark: hasRecords && throughput.batches > 0 ? `${decimalBytesText(throughput.compressedBytes / throughput.batches)} on the wire each` : '' },
    { label: 'records per batch', number: orDash(throughput.recordsPerBatch, significant), unit: 'records' },
    ...hottestFigure(measured),
    { label: 'requests', number: orDash(throughput.requests, countText), unit: 'requests', remark: batchesPerRequest(throughput) },
  ];
  const windowText = `measured window: ${measureStartSecond} s to ${measureEndSecond} s of the load (${durationText(windowSeconds)})`;
  return [...heading(page, 'Throughput', windowText), ...figures(page, rows), ...sentence(page, wholeLoadText(throughput.total), { paint: page.colors.dim })];
}

export function errorsText({ measured: { errors, throughput } }: Run, page: Page): string[] {
  const failed = Object.values(errors.failedRecordsByError).reduce((sum, count) => sum + count, 0);
  const unsent = throughput.total.unsentRecords;
  if (failed === 0 && errors.batchesRetried === 0 && errors.bufferFullCount === 0 && unsent === 0) {
    return [...heading(page, 'Errors and retries'), ...sentence(page, 'None: no record was given up, no batch sent again, the producer\'s buffer was never full.')];
  }
  const rows: [string, string][] = [
    ['given up', failed === 0 ? 'no record' : `${counted(failed, 'record')}: ${byName(errors.failedRecordsByError)}`],
    ['retried', errors.batchesRetried === 0 ? 'no batch' : `${counted(errors.batchesRetried, 'batch', 'batches')}${retryCauses(errors.retriesByError)}`],
    ['buffer.memory', errors.bufferFullCount === 0 ? 'never full' : `full ${counted(errors.bufferFullCount, 'time')}: records waited for room`],
  ];
  if (unsent > 0) rows.push(['never sent', `${counted(unsent, 'record')} that the schedule had due`]);
  return [...heading(page, 'Errors and retries'), ...labelled(page, rows)];
}

function achievedFigure(throughput: Run['measured']['throughput'], page: Page): Figure {
  const { offeredPerSecond, achievedPerSecond } = throughput;
  const text = rateText(achievedPerSecond);
  if (offeredPerSecond === null || offeredPerSecond === 0) return { label: 'achieved', number: { text, paint: page.colors.bold }, unit: 'records/s' };
  const share = achievedPerSecond / offeredPerSecond;
  const isSustained = share >= SUSTAINED_SHARE;
  return {
    label: 'achieved',
    number: { text, paint: isSustained ? page.colors.green : page.colors.red },
    unit: 'records/s',
    remark: `${percentText(share)} of the offered rate${isSustained ? '' : ': not sustained'}`,
  };
}

/** Only where runs store it. */
function hottestFigure(measured: Run['measured']): Figure[] {
  const hottest = hottestPartition(measured);
  if (hottest === undefined) return [];
  const even = percentText(1 / (measured.acknowledgedRecordsByPartition?.length ?? 1));
  return [{ label: 'hottest partition', number: (hottest.share * 100).toFixed(1), unit: '%', remark: `of the records, on partition ${hottest.partition}; evenly it would be ${even}` }];
}

/** `412 MB` with the unit in its own column. */
function bytesFigure(bytes: number): { number: string; unit: string } {
  const [number = DASH, unit = ''] = decimalBytesText(bytes).split(' ');
  return { number, unit };
}

function batchesPerRequest({ requests, batches }: Run['measured']['throughput']): string {
  return requests === null || requests === 0 ? '' : `${significant(batches / requests)} batches each`;
}

function wholeLoadText({ sentRecords, acknowledgedRecords, failedRecords, unsentRecords }: Run['measured']['throughput']['total']): string {
  const parts = [`${countText(sentRecords)} sent`, `${countText(acknowledgedRecords)} acknowledged`, `${countText(failedRecords)} failed`, `${countText(unsentRecords)} due but never sent`];
  return `Whole load with warm-up and drain, records: ${parts.join(', ')}.`;
}

function retryCauses(retriesByError: Readonly<Record<string, number>>): string {
  const causes = byName(retriesByError);
  return causes === '' ? '' : ` after ${causes}`;
}

/** Most frequent first. */
function byName(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${countText(count)}`)
    .join(', ');
}
