/** Whether the log holds what was acknowledged: the verdict, what was compared, every count of the check, the first anomalies. */
import type { Run, VerificationDone } from '../../run.ts';
import { counted, countText, latencyText } from '../../render/number-text.ts';
import { dataTable, figure, html, note, section, type Content, type Markup } from '../markup.ts';

type CountField = { [Key in keyof VerificationDone]: VerificationDone[Key] extends number ? Key : never }[keyof VerificationDone];

/** Any of them but zero is harm. */
const HARM: readonly (readonly [name: string, field: CountField, unit: string])[] = [
  ['lost', 'lostRecords', 'records'],
  ['duplicated', 'duplicatedRecords', 'records'],
  ['reordered', 'reorderedRecords', 'records'],
  ['changed', 'changedRecords', 'records'],
  ['misplaced', 'misplacedRecords', 'records'],
  ['corrupt', 'corruptBatches', 'batches'],
  ['gaps in offsets', 'gaps', 'gaps'],
];

/** Shown when there are any. */
const ALLOWED: readonly (readonly [name: string, field: CountField, remark: string])[] = [
  ['not acknowledged, in the log', 'unacknowledgedSeenRecords', 'allowed'],
  ['sent with acks=0, seen', 'unconfirmedSeenRecords', ''],
  ['sent with acks=0, not seen', 'unconfirmedMissingRecords', 'which nobody promised'],
  ['deleted by retention', 'expiredRecords', 'before the check'],
  ['foreign', 'foreignRecords', 'written by somebody else'],
];

export function verificationSection({ verification, configuration }: Run): Markup {
  const id = 'verification';
  if (verification.kind === 'skipped') {
    return section({ id, title: html`Verification: <span class="${configuration.verifies ? 'bad' : 'warn'}">${configuration.verifies ? 'not done' : 'skipped'}</span>` }, html`<p>${verification.reason}</p>`);
  }
  const done = verification;
  const cell = (field: CountField): Markup => figure(`verification.${field}`, done[field], countText);
  const missing = done.acknowledgedRecords - done.confirmedRecords;
  const rows: Content[][] = [
    ['acknowledged', cell('acknowledgedRecords'), 'records', ''],
    ['confirmed', cell('confirmedRecords'), 'records', missing === 0 ? 'all of them' : html`<span class="bad">${countText(missing)} are not</span>`],
    ...HARM.map(([name, field, unit]): Content[] => [name, done[field] === 0 ? cell(field) : html`<b class="bad">${cell(field)}</b>`, unit, '']),
    ...ALLOWED.filter(([, field]) => done[field] > 0).map(([name, field, remark]): Content[] => [name, cell(field), 'records', remark]),
    ['read back', cell('recordsRead'), 'records', html`in ${cell('batchesRead')} batches of ${cell('partitionCount')} partitions, ${latencyText(done.elapsedMs * 1000)}`],
    ['checked one by one', cell('recordsCheckedSingly'), 'records', ''],
  ];
  return section(
    { id, title: html`Verification: <span class="${done.passed ? 'good' : 'bad'}">${done.passed ? 'passed' : 'FAILED'}</span>` },
    note(done.method),
    dataTable({ label: 'Counts of the verification', columns: [{ head: '' }, { head: '', isNumber: true }, { head: '' }, { head: '' }], rows }),
    anomalies(done),
  );
}

function anomalies({ anomalies: found, anomalyCount }: VerificationDone): Content {
  if (found.length === 0) return null;
  const columns = [{ head: 'anomaly' }, { head: 'partition', isNumber: true }, { head: 'offset', isNumber: true }, { head: 'records', isNumber: true }, { head: 'what was found' }];
  const rows = found.map(({ kind, partition, offset, recordCount, detail }): Content[] => [kind, String(partition), countText(offset), countText(recordCount), detail]);
  const rest = anomalyCount - found.length;
  return [html`<h3>Anomalies <small>${counted(anomalyCount, 'anomaly', 'anomalies')}</small></h3>`, dataTable({ label: 'Anomalies', columns, rows }), rest > 0 ? note(`and ${countText(rest)} more, which the run does not hold`) : null];
}
