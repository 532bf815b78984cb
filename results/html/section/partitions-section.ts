/** How evenly the records fell on the partitions, and how evenly these were served: each one's longest wait for an acknowledgement. */
import type { Run } from '../../run.ts';
import { hottestPartition } from '../../hottest-partition.ts';
import { counted, countText, latencyText, percentText } from '../../render/number-text.ts';
import { DASH } from '../../render/page.ts';
import { keysWords } from '../../render/workload-words.ts';
import { round, WIDTH, xLabels } from '../chart/line-chart.ts';
import { exactScale, shortCount, zeroScale, type Scale } from '../chart/scale.ts';
import { dataTable, details, html, note, section, trusted, type Content, type Markup } from '../markup.ts';

const HEIGHT_PX = 130;
const ROWS_ID = 'partition-rows';

interface PartitionRow {
  readonly partition: number;
  /** Undefined: the run did not store it. */
  readonly records: number | undefined;
  /** Undefined: it never waited. */
  readonly wait: { readonly startMs: number; readonly durationMs: number } | undefined;
}

export function partitionsSection(run: Run): Markup | null {
  const { measured, configuration } = run;
  const rows = rowsOf(run);
  const killed = new Set(measured.events.flatMap((event) => (event.kind === 'brokerKilled' || event.kind === 'brokerPaused' ? event.ledPartitions : [])));
  if (rows.length === 0) return null;
  return section(
    { id: 'partitions', title: 'Partitions', remark: `${counted(configuration.topic.partitions, 'partition')}; ${keysWords(configuration.workload)}` },
    recordsChart(run, rows, killed),
    waitsChart(rows, killed),
    measured.acknowledgedRecordsByPartition === undefined ? note('This run did not store the records of each partition: their balance shows here only by the waits.') : null,
    details('Table of partitions', table(rows, killed)),
  );
}

function rowsOf({ measured: { acknowledgedRecordsByPartition: records = [], acknowledgementGaps: gaps } }: Run): PartitionRow[] {
  const waits = new Map(gaps.map((gap) => [gap.partition, gap]));
  const partitions = records.length > 0 ? records.keys().toArray() : [...waits.keys()].sort((a, b) => a - b);
  return partitions.map((partition) => ({ partition, records: records[partition], wait: waits.get(partition) }));
}

function recordsChart({ measured }: Run, rows: readonly PartitionRow[], killed: ReadonlySet<number>): Markup | null {
  const hottest = hottestPartition(measured);
  if (hottest === undefined) return null;
  const even = percentText(1 / rows.length);
  return barChart({
    title: 'Records',
    unit: 'acknowledged in the measured window, by partition',
    answer: `most: ${(hottest.share * 100).toFixed(1)} % on partition ${hottest.partition} (evenly it would be ${even})`,
    description: `A bar for each of ${counted(rows.length, 'partition')}; partition ${hottest.partition} has the most records, ${countText(hottest.records)}.`,
    values: rows.flatMap(({ partition, records }) => (records === undefined ? [] : [{ partition, value: records }])),
    y: zeroScale({ largest: hottest.records, text: shortCount }),
    columns: '1',
    last: rows.at(-1)?.partition ?? 0,
    killed,
  });
}

function waitsChart(rows: readonly PartitionRow[], killed: ReadonlySet<number>): Markup | null {
  const values = rows.flatMap(({ partition, wait }) => (wait === undefined ? [] : [{ partition, value: wait.durationMs * 1000 }]));
  const ordered = values.map(({ value }) => value).sort((a, b) => a - b);
  const [shortest, longest] = [ordered[0], ordered.at(-1)];
  if (shortest === undefined || longest === undefined) return null;
  return barChart({
    title: 'Longest wait for an acknowledgement',
    unit: 'by partition, while records were waiting',
    answer: `median ${latencyText(ordered[Math.floor(ordered.length / 2)] ?? 0)}, longest ${latencyText(longest)}`,
    description: `A bar for each of ${counted(values.length, 'partition')}, from ${latencyText(shortest)} to ${latencyText(longest)}.`,
    values,
    y: zeroScale({ largest: longest, text: latencyText }),
    columns: '2 3',
    last: rows.at(-1)?.partition ?? 0,
    killed,
  });
}

interface BarChart {
  readonly title: string;
  readonly unit: string;
  readonly answer: string;
  readonly description: string;
  readonly values: readonly { readonly partition: number; readonly value: number }[];
  readonly y: Scale;
  /** Of the table, for the read-out. */
  readonly columns: string;
  readonly last: number;
  readonly killed: ReadonlySet<number>;
}

function barChart({ title, unit, answer, description, values, y, columns, last, killed }: BarChart): Markup {
  const x = exactScale({ from: -0.5, to: last + 0.5, tickCount: 10, text: String });
  const width = Math.max(0.4, (WIDTH / (last + 1)) * 0.7);
  const bars = values.map(({ partition, value }) => {
    const height = y.share(value) * HEIGHT_PX;
    const left = x.share(partition) * WIDTH - width / 2;
    return html`<path class="area c-${killed.has(partition) ? 'bad' : 'publish'}" d="${trusted(`M${round(left)} ${HEIGHT_PX}v${round(-height)}h${round(width)}V${HEIGHT_PX}Z`)}"/>`;
  });
  const ticks = y.ticks.map(({ value, text }) => html`<span class="y" style="top:${round((1 - y.share(value)) * HEIGHT_PX)}px" aria-hidden="true">${text}</span>`);
  const red = killed.size === 0 ? null : html` <span class="bad">red: led by the broker at fault</span>`;
  return html`<figure class="chart" data-rows="${ROWS_ID}" data-columns="${columns}">
<figcaption><b>${title}</b> <span class="unit">${unit}</span>${red} <output>${answer}</output></figcaption>
<div class="plot" style="height:${HEIGHT_PX}px"><svg viewBox="0 0 ${WIDTH} ${HEIGHT_PX}" preserveAspectRatio="none" role="img"><title>${title}, by partition</title><desc>${description}</desc>
${y.ticks.map(({ value }) => html`<path class="grid" d="M0 ${round((1 - y.share(value)) * HEIGHT_PX)}H${WIDTH}"/>`)}
${bars}</svg>${ticks}${xLabels(x)}<i class="cross" hidden></i></div></figure>
`;
}

function table(rows: readonly PartitionRow[], killed: ReadonlySet<number>): Markup {
  const last = rows.at(-1)?.partition ?? 0;
  const columns = [
    { head: 'partition', isNumber: true, field: 'partition' },
    { head: 'records', isNumber: true, field: 'records' },
    { head: 'longest wait', isNumber: true, field: 'durationMs' },
    { head: 'from second', isNumber: true, field: 'startMs' },
    { head: '' },
  ];
  const cells = rows.map(({ partition, records, wait }): Content[] => [
    String(partition),
    records === undefined ? DASH : countText(records),
    wait === undefined ? DASH : latencyText(wait.durationMs * 1000),
    wait === undefined ? DASH : (wait.startMs / 1000).toFixed(2),
    killed.has(partition) ? 'led by the broker at fault' : '',
  ]);
  return dataTable({ label: 'Records and longest wait of each partition', id: ROWS_ID, columns, rows: cells, xs: rows.map(({ partition }) => ((partition + 0.5) / (last + 1)) * WIDTH) });
}
