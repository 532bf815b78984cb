/** Whether the log holds what was acknowledged: the verdict, what was compared, every kind of harm with its count, the first anomalies. */
import type { Run, VerificationDone } from '../run.ts';
import { counted, countText, latencyText } from './number-text.ts';
import { figures, sentence, table, type Column, type Figure, type Page } from './page.ts';

const ANOMALY_COLUMNS: readonly Column[] = [
  { head: 'anomaly', align: 'left' },
  { head: 'partition', align: 'right' },
  { head: 'offset', align: 'right' },
  { head: 'records', align: 'right' },
  { head: 'what was found', align: 'left', isFlexible: true },
];

const ANOMALIES_SHOWN = 10;

export function verificationText({ verification, configuration }: Run, page: Page): string[] {
  const { colors } = page;
  if (verification.kind === 'skipped') {
    const verdict = configuration.verifies ? colors.red('NOT DONE') : colors.yellow('SKIPPED');
    return [`${colors.bold('Verification')}  ${verdict}`, ...sentence(page, verification.reason)];
  }
  const verdict = verification.passed ? colors.bold(colors.green('PASSED')) : colors.bold(colors.red('FAILED'));
  return [
    `${colors.bold('Verification')}  ${verdict}`,
    ...sentence(page, verification.method, { paint: colors.dim }),
    ...figures(page, harmFigures(verification, page)),
    ...sentence(page, readText(verification), { paint: colors.dim }),
    ...allowedText(verification).flatMap((text) => sentence(page, text, { paint: colors.dim })),
    ...anomaliesText(verification, page),
  ];
}

function harmFigures(done: VerificationDone, page: Page): Figure[] {
  const { acknowledgedRecords, confirmedRecords } = done;
  const missing = acknowledgedRecords - confirmedRecords;
  const harm = (label: string, count: number, unit = 'records'): Figure => ({ label, number: count === 0 ? '0' : { text: countText(count), paint: page.colors.red }, unit });
  const rare = [
    harm('changed', done.changedRecords),
    harm('misplaced', done.misplacedRecords),
    harm('corrupt', done.corruptBatches, 'batches'),
    harm('gaps in offsets', done.gaps, 'gaps'),
  ].filter(({ number }) => number !== '0');
  return [
    { label: 'acknowledged', number: countText(acknowledgedRecords), unit: 'records' },
    { label: 'confirmed', number: countText(confirmedRecords), unit: 'records', remark: missing === 0 ? 'all of them' : `${countText(missing)} are not` },
    harm('lost', done.lostRecords),
    harm('duplicated', done.duplicatedRecords),
    harm('reordered', done.reorderedRecords),
    ...rare,
  ];
}

function readText(done: VerificationDone): string {
  const read = `Read back ${counted(done.recordsRead, 'record')} in ${counted(done.batchesRead, 'batch', 'batches')} of ${counted(done.partitionCount, 'partition')}`;
  const isClean = done.changedRecords + done.misplacedRecords + done.corruptBatches + done.gaps === 0;
  const clean = isClean ? ' Nothing changed, misplaced or corrupt, no gap in the offsets.' : '';
  return `${read} in ${latencyText(done.elapsedMs * 1000)}; ${countText(done.recordsCheckedSingly)} checked one by one.${clean}`;
}

/** What is no harm, yet should not surprise. */
function allowedText(done: VerificationDone): string[] {
  const found: string[] = [];
  if (done.unacknowledgedSeenRecords > 0) found.push(`${countText(done.unacknowledgedSeenRecords)} in the log without an acknowledgement: allowed`);
  if (done.unconfirmedSeenRecords + done.unconfirmedMissingRecords > 0) {
    found.push(`sent with acks=0: ${countText(done.unconfirmedSeenRecords)} seen, ${countText(done.unconfirmedMissingRecords)} not, which nobody promised`);
  }
  if (done.expiredRecords > 0) found.push(`${countText(done.expiredRecords)} deleted by retention before the check`);
  if (done.foreignRecords > 0) found.push(`${countText(done.foreignRecords)} written by somebody else`);
  return found.length === 0 ? [] : [`Other records: ${found.join('; ')}.`];
}

function anomaliesText({ anomalies, anomalyCount }: VerificationDone, page: Page): string[] {
  if (anomalies.length === 0) return [];
  const shown = anomalies.slice(0, ANOMALIES_SHOWN);
  const rows = shown.map(({ kind, partition, offset, recordCount, detail }) => [kind, String(partition), countText(offset), countText(recordCount), detail]);
  const rest = anomalyCount - shown.length;
  return ['', ...table(page, ANOMALY_COLUMNS, rows), ...(rest > 0 ? sentence(page, `and ${countText(rest)} more`) : [])];
}
