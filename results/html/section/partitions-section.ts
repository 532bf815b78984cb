/** How evenly partitions were served, by what a run stores of each: its longest wait for an acknowledgement. */
import type { AcknowledgementGapRecord, Run } from '../../run.ts';
import { counted, latencyText } from '../../render/number-text.ts';
import { round, WIDTH, xLabels } from '../chart/line-chart.ts';
import { exactScale, zeroScale } from '../chart/scale.ts';
import { dataTable, details, html, note, section, trusted, type Content, type Markup } from '../markup.ts';
import { keysText } from './headline-section.ts';

const HEIGHT_PX = 130;
const ROWS_ID = 'partition-rows';

export function partitionsSection({ measured, configuration }: Run): Markup | null {
  const gaps = measured.acknowledgementGaps.toSorted((a, b) => a.partition - b.partition);
  const { topic, workload } = configuration;
  const killed = new Set(measured.events.flatMap((event) => (event.kind === 'brokerKilled' || event.kind === 'brokerPaused' ? event.ledPartitions : [])));
  const keys = workload.kind === 'file' ? (workload.key === null ? 'no keys' : `keyed by ${workload.key}`) : keysText(workload.keys);
  if (gaps.length === 0) return null;
  return section(
    { id: 'partitions', title: 'Partitions', remark: `${counted(topic.partitions, 'partition')}; ${keys}` },
    chart(gaps, killed),
    note('A run does not store the records of each partition: their balance shows here only by the waits.'),
    details('Table of partitions', table(gaps, killed)),
  );
}

function chart(gaps: readonly AcknowledgementGapRecord[], killed: ReadonlySet<number>): Markup {
  const last = gaps.at(-1)?.partition ?? 0;
  const x = exactScale({ from: -0.5, to: last + 0.5, tickCount: 10, text: String });
  const ordered = gaps.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const largest = ordered.at(-1) ?? 0;
  const y = zeroScale({ largest: largest * 1000, text: latencyText });
  const width = Math.max(0.4, (WIDTH / (last + 1)) * 0.7);
  const bars = gaps.map(({ partition, durationMs }) => {
    const height = y.share(durationMs * 1000) * HEIGHT_PX;
    const left = x.share(partition) * WIDTH - width / 2;
    return html`<path class="area c-${killed.has(partition) ? 'bad' : 'publish'}" d="${trusted(`M${round(left)} ${HEIGHT_PX}v${round(-height)}h${round(width)}V${HEIGHT_PX}Z`)}"/>`;
  });
  const median = ordered[Math.floor(ordered.length / 2)] ?? 0;
  const ticks = y.ticks.map(({ value, text }) => html`<span class="y" style="top:${round((1 - y.share(value)) * HEIGHT_PX)}px" aria-hidden="true">${text}</span>`);
  const red = killed.size === 0 ? null : html` <span class="bad">red: led by the broker at fault</span>`;
  return html`<figure class="chart" data-rows="${ROWS_ID}" data-columns="1 2">
<figcaption><b>Longest wait for an acknowledgement</b> <span class="unit">by partition, while records were waiting</span>${red} <output>median ${latencyText(median * 1000)}, longest ${latencyText(largest * 1000)}</output></figcaption>
<div class="plot" style="height:${HEIGHT_PX}px"><svg viewBox="0 0 ${WIDTH} ${HEIGHT_PX}" preserveAspectRatio="none" role="img"><title>Longest wait for an acknowledgement, by partition</title><desc>A bar for each of ${counted(gaps.length, 'partition')}, from ${latencyText((ordered[0] ?? 0) * 1000)} to ${latencyText(largest * 1000)}.</desc>
${y.ticks.map(({ value }) => html`<path class="grid" d="M0 ${round((1 - y.share(value)) * HEIGHT_PX)}H${WIDTH}"/>`)}
${bars}</svg>${ticks}${xLabels(x)}<i class="cross" hidden></i></div></figure>
`;
}

function table(gaps: readonly AcknowledgementGapRecord[], killed: ReadonlySet<number>): Markup {
  const last = gaps.at(-1)?.partition ?? 0;
  const columns = [
    { head: 'partition', isNumber: true, field: 'partition' },
    { head: 'longest wait', isNumber: true, field: 'durationMs' },
    { head: 'from second', isNumber: true, field: 'startMs' },
    { head: '' },
  ];
  const rows = gaps.map(({ partition, startMs, durationMs }): Content[] => [String(partition), latencyText(durationMs * 1000), (startMs / 1000).toFixed(2), killed.has(partition) ? 'led by the broker at fault' : '']);
  return dataTable({ label: 'Longest wait of each partition', id: ROWS_ID, columns, rows, xs: gaps.map(({ partition }) => ((partition + 0.5) / (last + 1)) * WIDTH) });
}
