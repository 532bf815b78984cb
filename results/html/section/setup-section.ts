/** The machine and the versions, and the configuration: all of it, every field by its path, so that nothing in force is left unsaid. */
import type { Run } from '../../run.ts';
import { calibrationRows, machineRows } from '../../render/machine-text.ts';
import { bytesText, durationText, latencyText } from '../../render/number-text.ts';
import { DASH } from '../../render/page.ts';
import { dataTable, definitions, html, section, type Content, type Markup } from '../markup.ts';

export function environmentSection(run: Run): Markup {
  const { headroom, measured, repeat } = run;
  const { readiness } = measured;
  const commit = headroom.commit === null ? 'not from a checkout' : html`<code>${headroom.commit}</code>${headroom.isDirty === true ? ', with uncommitted changes' : ''}`;
  const rows: [string, Content][] = [
    ...machineRows(run),
    ['headroom', html`${headroom.version}, ${commit}`],
    ['seed', String(run.seed)],
    ['ready', readiness.clusterMs === null && readiness.firstAcknowledgedMs === null ? DASH : `cluster ${msText(readiness.clusterMs)}, first acknowledgement ${msText(readiness.firstAcknowledgedMs)} after the brokers' start`],
  ];
  if (repeat !== null && repeat !== undefined) rows.push(['experiment', `${repeat.experiment} (${repeat.experimentId}), variant ${repeat.variant}, block ${repeat.block}, position ${repeat.position}`]);
  if (run.commandLine.length > 0) rows.push(['command', html`<code>${run.commandLine.map(quoted).join(' ')}</code>`]);
  return section({ id: 'environment', title: 'Environment', remark: run.configuration.target.kind === 'embedded' ? '' : 'of the generator' }, definitions(rows), calibrationTable(run));
}

function calibrationTable(run: Run): Markup | null {
  const rows = calibrationRows(run);
  if (rows.length === 0) return null;
  const columns = [{ head: '' }, { head: 'before the run', isNumber: true }, { head: 'after it', isNumber: true }, { head: 'change' }];
  const cells = rows.map(({ label, before, after, words, isDrift }): Content[] => [label, before, after, isDrift ? html`<b class="warn">${words}</b>` : words]);
  return html`<h3>Calibration</h3><p class="unit">the same work, timed before and after the run: a machine that changed meanwhile shows here</p>${dataTable({ label: 'Calibration', columns, rows: cells })}`;
}

export function configurationSection({ configuration }: Run): Markup {
  const { target } = configuration;
  const groups = new Map<string, [string, unknown][]>();
  for (const [name, value] of Object.entries(configuration)) {
    const isNested = typeof value === 'object' && value !== null;
    const group = isNested ? name : '';
    groups.set(group, [...(groups.get(group) ?? []), ...(isNested ? flattened(value, '') : [[name, value] satisfies [string, unknown]])]);
  }
  const tables = [...groups].map(([name, rows]) => [
    name === '' ? null : html`<h3>${TITLES[name] ?? name}</h3>`,
    rows.length === 0
      ? html`<p class="unit">${name === 'producerProperties' ? 'defaults' : 'none'}</p>`
      : dataTable({ label: `Configuration ${name}`, columns: [{ head: '' }, { head: '' }], rows: rows.map(([path, value]) => [html`<code>${path}</code>`, valueText(path, value)]) }),
  ]);
  const durability = target.kind === 'embedded' ? html`<p>Durability: ${target.durability}.</p>` : null;
  return section({ id: 'configuration', title: 'Configuration', remark: 'all of it' }, durability, html`<div class="settings">${tables.map((table) => html`<div>${table}</div>`)}</div>`);
}

const TITLES: Readonly<Record<string, string>> = { workload: 'Workload', load: 'Load', topic: 'Topic', producerProperties: 'Producer', groups: 'Groups', target: 'Target', faults: 'Faults' };

/** Every leaf with its path. Properties of Kafka keep their names, which have points themselves. */
function flattened(value: unknown, path: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path, value]];
  const entries = Object.entries(value);
  if (entries.length === 0) return path === '' ? [] : [[path, 'none']];
  return entries.flatMap(([name, inner]) => flattened(inner, path === '' ? name : `${path}.${name}`));
}

/** As it is stored, and in a reader's units beside it where the name says what it is. */
function valueText(path: string, value: unknown): Content {
  if (value === null || value === undefined) return DASH;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
  const number = Number(text);
  if (text === '' || !Number.isFinite(number) || number < 1000) return text;
  const readable = readableText(path, number);
  return readable === null ? text : html`${text} <span class="unit">${readable}</span>`;
}

/** Null where the name does not say the unit. */
function readableText(path: string, value: number): string | null {
  if (path.endsWith('.ms')) return durationText(value / 1000);
  if (path.endsWith('Us')) return latencyText(value);
  if (path.endsWith('Seconds')) return durationText(value);
  return /(?:\.bytes|Bytes|\.memory|batch\.size)$/.test(path) ? bytesText(value) : null;
}

function msText(ms: number | null): string {
  return ms === null ? DASH : latencyText(ms * 1000);
}

/** As a shell would need it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
