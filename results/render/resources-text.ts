/** Who read the records and how far behind, and what the processes of the run used: CPU and memory of each broker, of the generator, of its threads. */
import type { GroupRecord, Run } from '../run.ts';
import { bytesText, countText, megabytesText, percentText, rateText, significant } from './number-text.ts';
import { REQUEST_HEADS, requestRows } from './request-cells.ts';
import { membersText, rebalanceSentences } from './rebalance-text.ts';
import { DASH, heading, labelled, orDash, sentence, table, type Cell, type Column, type Page } from './page.ts';

const GROUP_COLUMNS: readonly Column[] = [
  { head: 'group', align: 'left', isFlexible: true },
  { head: 'members', align: 'right' },
  { head: 'records', align: 'right' },
  { head: 'records/s', align: 'right' },
  { head: 'max lag', align: 'right' },
  { head: 'final lag', align: 'right' },
  { head: 'rebalances', align: 'right' },
];

const PROCESS_COLUMNS: readonly Column[] = [
  { head: '', align: 'left', isFlexible: true },
  { head: 'cores', align: 'right' },
  { head: 'peak', align: 'right' },
  { head: 'CPU s', align: 'right' },
  { head: 'CPU s/M rec', align: 'right' },
  { head: 'RSS max', align: 'right' },
  { head: 'busy', align: 'right' },
];

const REQUEST_COLUMNS: readonly Column[] = [{ head: 'requests served', align: 'left', isFlexible: true }, ...REQUEST_HEADS.map((head): Column => ({ head, align: 'right' }))];

/** A thread busier than this cannot be trusted to have kept its schedule. */
const BUSY_SHARE_HIGH = 0.8;

export function groupsText({ measured: { groups, measureStartSecond, measureEndSecond } }: Run, page: Page): string[] {
  if (groups.length === 0) return [];
  const windowSeconds = measureEndSecond - measureStartSecond;
  const rows = groups.map((group): Cell[] => [
    group.name,
    countText(group.memberCount),
    countText(group.records),
    rateText(group.recordsPerSecond),
    countText(group.lagRecordsMax),
    lagCell(group, page),
    countText(group.rebalances),
  ]);
  return [
    ...heading(page, 'Consumer groups', 'measured window; lag: records below the high watermark that the group had not read'),
    ...table(page, GROUP_COLUMNS, rows),
    ...labelled(page, groups.flatMap((group) => groupRows(group, windowSeconds))),
  ];
}

export function resourcesText({ measured, configuration }: Run, page: Page): string[] {
  const { brokers, brokerSamples, generator } = measured;
  const windowSeconds = measured.measureEndSecond - measured.measureStartSecond;
  const millions = measured.throughput.acknowledgedRecords / 1e6;
  const perMillion = (cpuSeconds: number): string => (millions > 0 ? significant(cpuSeconds / millions) : DASH);
  const cores = (cpuSeconds: number): string => (windowSeconds > 0 ? significant(cpuSeconds / windowSeconds) : DASH);
  const rows: Cell[][] = brokers.map(({ brokerId, endpoint, isController, scheduling, cpuSeconds, cpuCoresMean, rssBytesMax }) => [
    `broker ${brokerId} ${endpoint}${isController ? ', controller' : ''}${scheduling === 'preferred' ? ', nice -10' : ''}`,
    significant(cpuCoresMean),
    orDash(peakCores(brokerSamples, brokerId), significant),
    significant(cpuSeconds),
    perMillion(cpuSeconds),
    bytesText(rssBytesMax),
    '',
  ]);
  if (brokers.length > 1) {
    const total = brokers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
    rows.push(['all brokers', cores(total), '', significant(total), perMillion(total), bytesText(brokers.reduce((sum, { rssBytesMax }) => sum + rssBytesMax, 0)), '']);
  }
  rows.push(['generator', cores(generator.cpuSeconds), '', significant(generator.cpuSeconds), perMillion(generator.cpuSeconds), generator.rssBytesMax > 0 ? bytesText(generator.rssBytesMax) : DASH, '']);
  for (const { name, cpuSeconds, utilization, scheduling } of generator.workers) {
    const paint = utilization > BUSY_SHARE_HIGH ? page.colors.red : page.colors.dim;
    rows.push([`thread: ${name}${scheduling === 'realTime' ? ', real time' : ''}`, cores(cpuSeconds), '', significant(cpuSeconds), perMillion(cpuSeconds), '', { text: percentText(utilization), paint }]);
  }
  const asked = requestRows(measured);
  const note = configuration.target.kind === 'external' ? ['The brokers are not headroom\'s: their CPU and memory were not measured.'] : [];
  return [
    ...heading(page, 'CPU and memory', 'measured window; CPU seconds also per million acknowledged records'),
    ...table(page, PROCESS_COLUMNS, rows),
    ...(asked.length === 0 ? [] : ['', ...table(page, REQUEST_COLUMNS, asked)]),
    ...note.flatMap((text) => sentence(page, text, { paint: page.colors.dim })),
  ];
}

function groupRows(group: GroupRecord, windowSeconds: number): [string, string][] {
  const members = membersText(group);
  const texts = [capacityText(group, windowSeconds), ...(members === '' ? [] : [members]), ...rebalanceSentences(group).map((text) => `rebalance ${text}`)];
  return texts.map((text, at) => [at === 0 ? group.name.slice(0, 24) : '', text]);
}

function lagCell({ lagRecordsFinal }: GroupRecord, page: Page): Cell {
  const text = countText(lagRecordsFinal);
  return lagRecordsFinal === 0 ? text : { text, paint: page.colors.yellow };
}

function capacityText({ bytes, serviceRatePerMember }: GroupRecord, windowSeconds: number): string {
  const volume = windowSeconds > 0 ? `${megabytesText(bytes / windowSeconds)} MB/s read; ` : '';
  if (serviceRatePerMember === null) return `${volume}what a member can take was not measured: it was never busy enough`;
  return `${volume}a member can take ${rateText(serviceRatePerMember.perSecond)} records/s, ${serviceRatePerMember.method}`;
}

function peakCores(samples: Run['measured']['brokerSamples'], brokerId: number): number | null {
  const ofBroker = samples.filter((sample) => sample.brokerId === brokerId);
  return ofBroker.length === 0 ? null : Math.max(...ofBroker.map(({ cpuCores }) => cpuCores));
}
