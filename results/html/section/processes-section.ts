/** Who read the records and how far behind, and what the processes of the run used: CPU and memory of each broker, of the generator, of its threads. */
import type { GroupRecord, Run } from '../../run.ts';
import { bytesText, countText, megabytesText, percentText, rateText, significant } from '../../render/number-text.ts';
import { DASH } from '../../render/page.ts';
import { REQUEST_HEADS, requestRows } from '../../render/request-cells.ts';
import { membersText, rebalanceSentences } from '../../render/rebalance-text.ts';
import { worstOf } from '../chart/seconds-axis.ts';
import { dataTable, definitions, figure, html, note, section, type Content, type Markup } from '../markup.ts';
import { groupColor } from '../palette.ts';

/** A thread busier than this cannot be trusted to have kept its schedule. */
const BUSY_SHARE_HIGH = 0.8;

export function groupsSection({ measured: { groups, measureStartSecond, measureEndSecond } }: Run): Markup | null {
  if (groups.length === 0) return null;
  const windowSeconds = measureEndSecond - measureStartSecond;
  const rows = groups.map((group, at): Content[] => {
    const number = (field: 'memberCount' | 'records' | 'lagRecordsMax' | 'lagRecordsFinal' | 'rebalances'): Markup => figure(`measured.groups.${at}.${field}`, group[field], countText);
    return [
      html`<span class="c-${groupColor(at)}">${group.name}</span>`,
      number('memberCount'),
      number('records'),
      figure(`measured.groups.${at}.recordsPerSecond`, group.recordsPerSecond, rateText),
      number('lagRecordsMax'),
      group.lagRecordsFinal === 0 ? number('lagRecordsFinal') : html`<span class="warn">${number('lagRecordsFinal')}</span>`,
      number('rebalances'),
    ];
  });
  const heads = ['members', 'records', 'records/s', 'max lag', 'final lag', 'rebalances'];
  return section(
    { id: 'groups', title: 'Consumer groups', remark: 'measured window; lag: records below the high watermark that the group had not read' },
    dataTable({ label: 'Consumer groups', columns: [{ head: 'group' }, ...heads.map((head) => ({ head, isNumber: true }))], rows }),
    definitions(groups.map((group, at) => [group.name, html`${capacity(group, `measured.groups.${at}`, windowSeconds)}${membersOf(group)}`])),
  );
}

export function resourcesSection({ measured, configuration, host }: Run): Markup {
  const { brokers, generator, brokerSamples } = measured;
  const windowSeconds = measured.measureEndSecond - measured.measureStartSecond;
  const millions = measured.throughput.acknowledgedRecords / 1e6;
  const perMillion = (cpuSeconds: number): string => (millions > 0 ? significant(cpuSeconds / millions) : DASH);
  const cores = (cpuSeconds: number): string => (windowSeconds > 0 ? significant(cpuSeconds / windowSeconds) : DASH);
  const rows = brokers.map(({ brokerId, endpoint, isController, scheduling, cpuSeconds, cpuCoresMean, rssBytesMax }, at): Content[] => {
    const peak = worstOf(brokerSamples.filter((sample) => sample.brokerId === brokerId).map((sample) => sample.cpuCores), 'highest');
    const path = `measured.brokers.${at}`;
    return [
      html`broker ${brokerId} <span class="unit">${endpoint}${isController ? ', controller' : ''}${scheduling === 'preferred' ? ', nice -10' : ''}</span>`,
      figure(`${path}.cpuCoresMean`, cpuCoresMean, significant),
      peak === null ? DASH : significant(peak),
      figure(`${path}.cpuSeconds`, cpuSeconds, significant),
      perMillion(cpuSeconds),
      figure(`${path}.rssBytesMax`, rssBytesMax, bytesText),
      '',
    ];
  });
  if (brokers.length > 1) {
    const total = brokers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
    rows.push(['all brokers', cores(total), '', significant(total), perMillion(total), bytesText(brokers.reduce((sum, { rssBytesMax }) => sum + rssBytesMax, 0)), '']);
  }
  const memory = generator.rssBytesMax > 0 ? figure('measured.generator.rssBytesMax', generator.rssBytesMax, bytesText) : DASH;
  rows.push(['generator', cores(generator.cpuSeconds), '', figure('measured.generator.cpuSeconds', generator.cpuSeconds, significant), perMillion(generator.cpuSeconds), memory, '']);
  for (const [at, { name, cpuSeconds, utilization, scheduling }] of generator.workers.entries()) {
    const path = `measured.generator.workers.${at}`;
    const busy = figure(`${path}.utilization`, utilization, percentText);
    rows.push([html`<span class="unit">thread:</span> ${name}${scheduling === 'realTime' ? ', real time' : ''}`, cores(cpuSeconds), '', figure(`${path}.cpuSeconds`, cpuSeconds, significant), perMillion(cpuSeconds), '', utilization > BUSY_SHARE_HIGH ? html`<span class="bad">${busy}</span>` : busy]);
  }
  const asked = requestRows(measured);
  const heads = ['cores', 'peak', 'CPU s', 'CPU s/M rec', 'RSS max', 'busy'];
  return section(
    { id: 'resources', title: 'CPU and memory', remark: `measured window; CPU seconds also per million acknowledged records; the host has ${host.coreCount} cores` },
    dataTable({ label: 'CPU and memory', columns: [{ head: '' }, ...heads.map((head) => ({ head, isNumber: true }))], rows }),
    asked.length === 0 ? null : dataTable({ label: 'Requests served', columns: [{ head: 'requests served' }, ...REQUEST_HEADS.map((head) => ({ head, isNumber: true }))], rows: asked }),
    configuration.target.kind === 'external' ? note('The brokers are not headroom\'s: their CPU and memory were not measured.') : null,
  );
}

function membersOf(group: GroupRecord): Markup {
  const members = membersText(group);
  const lines = [...(members === '' ? [] : [members]), ...rebalanceSentences(group).map((text) => `rebalance ${text}`)];
  return html`${lines.map((line) => html`<br>${line}`)}`;
}

function capacity({ bytes, serviceRatePerMember }: GroupRecord, path: string, windowSeconds: number): Markup {
  const volume = windowSeconds > 0 ? `${megabytesText(bytes / windowSeconds)} MB/s read; ` : '';
  if (serviceRatePerMember === null) return html`${volume}what a member can take was not measured: it was never busy enough`;
  return html`${volume}a member can take ${figure(`${path}.serviceRatePerMember.perSecond`, serviceRatePerMember.perSecond, rateText)} records/s, ${serviceRatePerMember.method}`;
}
