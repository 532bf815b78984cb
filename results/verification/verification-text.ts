/** A plan held against a run, for the terminal: what was kept and scaled, one row a quantity, the verdict in words. Pure. */
import { bytesText, counted, durationText, latencyText, percentText, rateText, significant } from '../render/number-text.ts';
import { createPage, DASH, heading, sentence, table, type Cell, type Page } from '../render/page.ts';
import { isDisturbed, standingOf, type EarlierVerifications, type PlanVerification, type VerificationRow, type VerificationSummary, type VerifiedQuantity } from './plan-verification.ts';

export const quantityWords: Readonly<Record<VerifiedQuantity, string>> = {
  'rate.held': 'rate held, of what was offered',
  'publish.p50': 'publish p50',
  'publish.p99': 'publish p99',
  'wire.bytes': 'bytes on the wire a record',
  'disk.bytes': 'bytes on disk a record and replica',
  'cpu.broker': 'broker CPU s per million records',
  'consumers.held': 'slowest group, of what was written',
};

export function verificationText(record: PlanVerification, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const columns = [{ head: '', align: 'left', isFlexible: true }, { head: 'predicted', align: 'right' }, { head: '90 % interval', align: 'right' }, { head: 'measured', align: 'right' }, { head: 'off by', align: 'right' }, { head: 'inside', align: 'left' }] as const;
  return `${[
    ...heading(page, 'Plan against a run', `${record.plan.name}, topic ${record.plan.topic}, ${record.host.coreCount} x ${record.host.cpuModel}`),
    ...sentence(page, `As planned: ${record.kept.join(', ')}.`),
    ...sentence(page, scaleWords(record)),
    ...sentence(page, record.basis.kind === 'runs' ? `Rate and latencies are predicted by a model of ${counted(record.basis.runCount, 'run')}, bytes and processor time by the plan's inputs.` : 'Nothing was measured before (--from): rate, latencies and processor time rest on assumed inputs, and their intervals are wide.'),
    '',
    ...table(page, columns, record.rows.map((row) => cellsOf(row, page))),
    '',
    ...sentence(page, verdictWords(record), { paint: record.verdict.kind === 'refuted' ? page.colors.red : page.colors.green }),
    ...(isDisturbed(record) ? sentence(page, `The machine was not left alone or changed meanwhile${record.verdict.kind === 'refuted' ? ': what lies outside may be due to that' : ''}. Repeat it on a quiet one.`, { paint: page.colors.yellow }) : []),
    ...record.notes.flatMap((note) => sentence(page, note)),
    ...sentence(page, `Run ${record.runId}, its records ${{ confirmed: 'all read back', notConfirmed: 'NOT all found as acknowledged', notChecked: 'not read back' }[record.records]}.`),
  ].join('\n')}\n`;
}

/** Within a sentence. */
const NAMES: Readonly<Record<VerifiedQuantity, string>> = {
  'rate.held': 'the rate held',
  'publish.p50': 'publish p50',
  'publish.p99': 'publish p99',
  'wire.bytes': 'bytes on the wire',
  'disk.bytes': 'bytes on disk',
  'cpu.broker': 'broker CPU',
  'consumers.held': 'what the slowest group read',
};

/** `Refuted: worse than predicted is publish p99.` */
export function verdictWords({ verdict, records, scale, basis }: Pick<PlanVerification, 'verdict' | 'records' | 'scale' | 'basis'>): string {
  const { better } = verdict;
  const inside = better.length === 0 ? 'everything inside its interval' : `everything else inside its interval, and better than predicted ${better.length === 1 ? 'is' : 'are'} ${namesOf(better)}`;
  const room = better.length === 0 ? '' : ` ${better.length === 1 ? 'That was' : 'Those were'} planned too carefully: there is more room than the plan says.`;
  switch (verdict.kind) {
    case 'verified':
      return `Verified${better.length === 0 ? '' : ', with room'}: ${inside}, at the planned peak.${room}`;
    case 'extrapolated':
      return `Extrapolated by ${significant(verdict.factor)} x${better.length === 0 ? '' : ', with room'}: ${inside}, at ${rateText(scale.ratePerSecond)} records/s; beyond it the plan is arithmetic.${room}`;
    case 'refuted': {
      const reasons = [...(verdict.worse.length === 0 ? [] : [`worse than predicted ${verdict.worse.length === 1 ? 'is' : 'are'} ${namesOf(verdict.worse)}`]), ...(records === 'notConfirmed' ? ['acknowledged records were not found as they were sent'] : [])];
      const remedy = basis.kind === 'assumed' && verdict.worse.length > 0 ? ' What was assumed may be at fault: headroom bench calibrate measures it, and --from plans with that.' : '';
      return `Refuted: ${reasons.join('; ')}.${verdict.worse.length > 0 ? ' On a cluster like this one the plan would provide too little.' : ''}${remedy}`;
    }
  }
}

function namesOf(quantities: readonly VerifiedQuantity[]): string {
  return quantities.map((quantity) => NAMES[quantity]).join(', ');
}

/** What a plan says of earlier ones: nothing in it is changed by them. */
export function earlierText({ same, changed, others }: EarlierVerifications, options: { width: number; isColored: boolean }): string {
  const page = createPage(options);
  const lines = [['of this plan', same], ['of this plan with other inputs', changed], ['of other plans', others]] as const;
  return `${[
    ...sentence(page, 'Earlier verifications on this machine; no interval above is widened by them:'),
    ...lines.flatMap(([whose, summary]) => (summary === null ? [] : sentence(page, summaryWords(whose, summary)))),
  ].join('\n')}\n`;
}

function summaryWords(whose: string, { count, refutedCount, disturbedCount, ratios }: VerificationSummary): string {
  const told = ratios.filter(({ quantity }) => quantity === 'publish.p99' || quantity === 'cpu.broker' || quantity === 'wire.bytes');
  const words = told.map((each) => `${quantityWords[each.quantity]} ${significant(each.median)}${each.count === 1 ? '' : ` (${significant(each.low)} - ${significant(each.high)})`}`);
  const disturbed = disturbedCount === 0 ? '' : disturbedCount === count ? ', disturbed by other work and not counted on' : `, ${disturbedCount} disturbed by other work and not counted on`;
  return `${count} ${whose}, ${refutedCount === 0 ? 'none' : refutedCount} refuted${disturbed}${words.length === 0 ? '' : `; measured over predicted: ${words.join(', ')}`}.`;
}

function scaleWords({ scale, target }: PlanVerification): string {
  const { plannedPerSecond, ratePerSecond, factor, maximumPerSecond, loadShare, limitedBy, groups } = scale;
  const members = groups.map(({ name, planned, members: scaled }) => `${name} ${planned === scaled ? planned : `${planned} -> ${scaled}`}`).join(', ');
  const machine = `${rateText(maximumPerSecond)} records/s predicted for ${target === 'external' ? 'the load that this machine makes alone' : 'this machine'}`;
  const rate = limitedBy === 'plan' ? `The planned peak of ${rateText(ratePerSecond)} records/s, ${percentText(ratePerSecond / maximumPerSecond)} of the ${machine}` : `Scaled down by ${significant(factor)}: ${rateText(plannedPerSecond)} -> ${rateText(ratePerSecond)} records/s, ${percentText(loadShare)} of the ${machine}`;
  return `${rate}${members === '' ? '' : `; members ${members}`}.`;
}

function cellsOf(row: VerificationRow, page: Page): Cell[] {
  const { quantity, predicted, measured, logRatio } = row;
  const text = (value: number): string => valueText(quantity, value);
  const off = logRatio === null ? DASH : offText(logRatio);
  const inside: Cell = { inside: 'yes', better: { text: 'no, better', paint: page.colors.green }, worse: { text: 'NO, worse', paint: page.colors.red }, notJudged: 'not judged' }[standingOf(row)];
  return [quantityWords[quantity], predicted === null ? DASH : text(predicted.value), predicted === null ? DASH : `${text(predicted.low)} - ${text(predicted.high)}`, measured === null ? DASH : text(measured), off, inside];
}

function offText(logRatio: number): string {
  const off = Math.exp(logRatio) - 1;
  return `${off < 0 ? '-' : '+'}${off >= 2 ? `${significant(off * 100)} %` : percentText(Math.abs(off))}`;
}

function valueText(quantity: VerifiedQuantity, value: number): string {
  switch (quantity) {
    case 'rate.held':
    case 'consumers.held':
      return `${(value * 100).toFixed(1)} %`;
    case 'publish.p50':
    case 'publish.p99':
      return value < 1 ? latencyText(value * 1e6) : durationText(value);
    case 'wire.bytes':
    case 'disk.bytes':
      return value < 1000 ? significant(value) : bytesText(value);
    case 'cpu.broker':
      return significant(value);
  }
}
