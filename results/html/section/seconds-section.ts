/** The course of the run: rates, publish latency, what groups read and how far behind they were, CPU of the brokers; and all of it as a table. */
import type { Run, SecondRecord } from '../../run.ts';
import { countText, latencyText, rateText, significant } from '../../render/number-text.ts';
import { DASH } from '../../render/page.ts';
import { latencyHeatMap } from '../chart/heat-map.ts';
import { lineChart, type LineChart, type Point, type Series } from '../chart/line-chart.ts';
import { logScale, shortCount, zeroScale } from '../chart/scale.ts';
import { columnXs, pointsOf, secondsAxis, worstOf, type SecondsAxis } from '../chart/seconds-axis.ts';
import { dataTable, details, note, section, type Content, type Markup, type TableColumn } from '../markup.ts';
import { brokerColor, groupColor } from '../palette.ts';

const ROWS_ID = 'seconds-rows';

/** A series of the charts is a column of the table. */
interface Track {
  readonly head: string;
  readonly field: string;
  readonly points: readonly Point[];
  readonly text: (value: number) => string;
}

interface Tracks {
  /** Undefined in a closed loop, and in runs that did not store it. */
  readonly offered: Track | undefined;
  readonly acknowledged: Track;
  readonly failed: Track;
  readonly p50: Track;
  readonly p99: Track;
  readonly max: Track;
  readonly read: readonly Track[];
  readonly lag: readonly Track[];
  readonly cpu: readonly Track[];
}

export function secondsSection(run: Run): Markup | null {
  const axis = secondsAxis(run);
  if (axis === undefined) return null;
  const tracks = tracksOf(run, axis);
  const ordered = [...(tracks.offered === undefined ? [] : [tracks.offered]), tracks.acknowledged, tracks.failed, tracks.p50, tracks.p99, tracks.max, ...tracks.read, ...tracks.lag, ...tracks.cpu];
  const frame = (shown: readonly Track[]): Pick<LineChart, 'x' | 'bands' | 'rows'> => ({
    x: axis.scale,
    bands: axis.bands,
    rows: { id: ROWS_ID, columns: shown.map((track) => ordered.indexOf(track) + 1) },
  });
  const charts = [rateChart(run, tracks, frame), latencyChart(run, tracks, frame), latencyHeatMap(axis), readChart(run, tracks, frame), lagChart(run, tracks, frame), cpuChart(run, tracks, frame)];
  const binned = axis.secondsPerColumn === 1 ? '' : `a point is ${axis.secondsPerColumn} s: the lowest rate, the highest latency and lag in it`;
  return section(
    { id: 'seconds', title: 'Second by second', remark: binned },
    charts,
    note('x: seconds from the start of the load.'),
    details(axis.secondsPerColumn === 1 ? 'Table of the seconds' : `Table, ${axis.secondsPerColumn} s a row`, secondsTable(axis, ordered)),
  );
}

type Frame = (shown: readonly Track[]) => Pick<LineChart, 'x' | 'bands' | 'rows'>;

function tracksOf({ measured, configuration }: Run, axis: SecondsAxis): Tracks {
  const lowest = (value: (second: SecondRecord) => number | null | undefined): Point[] => pointsOf(axis, value, 'lowest');
  const highest = (value: (second: SecondRecord) => number | null | undefined): Point[] => pointsOf(axis, value, 'highest');
  const samples = new Map(measured.brokerSamples.map((sample) => [`${sample.brokerId} ${sample.second}`, sample.cpuCores]));
  const brokerIds = [...new Set(measured.brokerSamples.map(({ brokerId }) => brokerId))].sort((a, b) => a - b);
  const groups = configuration.groups.map(({ name }) => name);
  const hasOffered = measured.seconds.some(({ offeredRecords }) => offeredRecords !== undefined);
  return {
    offered: hasOffered ? { head: 'offered', field: 'offeredRecords', points: lowest(({ offeredRecords }) => offeredRecords), text: (records) => countText(Math.round(records)) } : undefined,
    acknowledged: { head: 'acknowledged', field: 'acknowledgedRecords', points: lowest(({ acknowledgedRecords }) => acknowledgedRecords), text: countText },
    failed: { head: 'failed', field: 'failedRecords', points: highest(({ failedRecords }) => failedRecords), text: countText },
    p50: { head: 'p50', field: 'p50Us', points: highest(({ p50Us }) => p50Us), text: latencyText },
    p99: { head: 'p99', field: 'p99Us', points: highest(({ p99Us }) => p99Us), text: latencyText },
    max: { head: 'max', field: 'maxUs', points: highest(({ maxUs }) => maxUs), text: latencyText },
    read: groups.map((name) => ({ head: `read by ${name}`, field: `consumedRecordsByGroup.${name}`, points: lowest(({ consumedRecordsByGroup }) => consumedRecordsByGroup[name]), text: countText })),
    lag: groups.map((name) => ({ head: `lag of ${name}`, field: `lagRecordsByGroup.${name}`, points: highest(({ lagRecordsByGroup }) => lagRecordsByGroup[name]), text: countText })),
    cpu: brokerIds.map((id) => ({ head: `broker ${id} cores`, field: `cpuCores.${id}`, points: highest(({ second }) => samples.get(`${id} ${second}`)), text: significant })),
  };
}

function rateChart({ measured, configuration }: Run, { offered, acknowledged, failed }: Tracks, frame: Frame): Markup {
  const { load } = configuration;
  const ends = [acknowledged.points[0]?.x ?? 0, measured.measureEndSecond];
  const highest = load.kind === 'open' ? load.ratePerSecond : load.kind === 'shaped' ? load.highestPerSecond : 0;
  const hasFailed = (largestOf([failed]) ?? 0) > 0;
  const series: Series[] = [{ name: 'acknowledged', color: 'publish', line: 'solid', points: acknowledged.points }];
  const offeredPoints = load.kind === 'shaped' ? offered?.points.filter(({ x }) => x < measured.measureEndSecond) : load.kind === 'open' ? ends.map((x) => ({ x, y: load.ratePerSecond })) : undefined;
  if (load.kind !== 'closed' && offeredPoints !== undefined) series.unshift({ name: load.arrivals === 'constant' ? 'offered' : 'offered, mean', color: 'dim', line: 'dashed', points: offeredPoints });
  if (hasFailed) series.push({ name: 'failed', color: 'bad', line: 'solid', points: failed.points });
  const shown = hasFailed ? [acknowledged, failed] : [acknowledged];
  const largest = Math.max(largestOf(shown) ?? 0, highest);
  const inWindow = measured.seconds.filter(({ second }) => second >= measured.measureStartSecond && second < measured.measureEndSecond);
  const low = inWindow.length === 0 ? undefined : inWindow.reduce((worst, second) => (second.acknowledgedRecords < worst.acknowledgedRecords ? second : worst));
  return lineChart({
    title: 'Rate',
    unit: 'records/s',
    description: `Records acknowledged in each second of the load${load.kind === 'closed' ? '' : load.kind === 'open' ? `, beside the offered ${rateText(load.ratePerSecond)} records/s` : `, beside the rate that was offered, at most ${rateText(highest)} records/s`}.`,
    remark: low === undefined ? null : `lowest in the measured window: ${countText(low.acknowledgedRecords)} in second ${low.second}`,
    heightPx: 150,
    y: zeroScale({ largest, text: shortCount }),
    series,
    ...frame(shown),
  });
}

function latencyChart({ measured }: Run, { p50, p99, max }: Tracks, frame: Frame): Markup | null {
  const largest = largestOf([max, p99, p50]);
  if (largest === null) return null;
  const smallest = worstOf(p50.points.map(({ y }) => y), 'lowest') ?? largest;
  const inWindow = measured.seconds.filter(({ second, p99Us }) => second >= measured.measureStartSecond && second < measured.measureEndSecond && p99Us !== null);
  const worst = inWindow.length === 0 ? undefined : inWindow.reduce((high, second) => ((second.p99Us ?? -1) > (high.p99Us ?? -1) ? second : high));
  return lineChart({
    title: 'Publish latency',
    unit: 'of the records due in the second, log',
    description: 'Median, 99th percentile and maximum of publish latency for the records that were due in each second.',
    remark: worst === undefined || worst.p99Us === null ? null : `highest p99 in the measured window: ${latencyText(worst.p99Us)} in second ${worst.second}`,
    heightPx: 190,
    y: logScale({ smallest, largest, text: latencyText }),
    series: [
      { name: 'p50', color: 'publish', line: 'thin', points: p50.points },
      { name: 'p99', color: 'publish', line: 'solid', points: p99.points },
      { name: 'max', color: 'publish', line: 'dotted', points: max.points },
    ],
    ...frame([p50, p99, max]),
  });
}

function readChart(run: Run, { read }: Tracks, frame: Frame): Markup | null {
  if (largestOf(read) === null) return null;
  return lineChart({
    title: 'Read',
    unit: 'records/s',
    description: 'Records read by each consumer group in each second.',
    remark: null,
    heightPx: 110,
    y: zeroScale({ largest: largestOf(read) ?? 0, tickCount: 2, text: shortCount }),
    series: groupSeries(run, read),
    ...frame(read),
  });
}

function lagChart(run: Run, { lag }: Tracks, frame: Frame): Markup | null {
  const largest = largestOf(lag);
  if (largest === null || largest === 0) return null;
  return lineChart({
    title: 'Lag',
    unit: 'records',
    description: 'Records not yet read by each consumer group at the end of each second.',
    remark: `highest: ${countText(largest)}`,
    heightPx: 110,
    y: zeroScale({ largest, tickCount: 2, text: shortCount }),
    series: groupSeries(run, lag),
    ...frame(lag),
  });
}

function cpuChart({ host }: Run, { cpu }: Tracks, frame: Frame): Markup | null {
  const largest = largestOf(cpu);
  if (largest === null) return null;
  return lineChart({
    title: 'CPU of the brokers',
    unit: 'cores',
    description: 'Processor cores used by each broker process in each second.',
    remark: `highest: ${significant(largest)} of ${host.coreCount}`,
    heightPx: 110,
    y: zeroScale({ largest, tickCount: 2, text: shortCount }),
    series: cpu.map(({ head, points }, at): Series => ({ name: head.replace(/ cores$/, ''), color: brokerColor(at), line: at % 3 === 2 ? 'dashed' : 'solid', points })),
    ...frame(cpu),
  });
}

function groupSeries({ configuration }: Run, tracks: readonly Track[]): Series[] {
  return tracks.map(({ points }, at) => ({ name: configuration.groups[at]?.name ?? '', color: groupColor(at), line: 'solid', points }));
}

function secondsTable(axis: SecondsAxis, tracks: readonly Track[]): Markup {
  const columns: TableColumn[] = [{ head: 'second', isNumber: true, field: 'second' }, ...tracks.map(({ head, field }): TableColumn => ({ head, field, isNumber: true }))];
  const rows = axis.columns.map(({ fromSecond, toSecond }, at): Content[] => [
    toSecond - fromSecond === 1 ? String(fromSecond) : `${fromSecond}–${toSecond - 1}`,
    ...tracks.map(({ points, text }) => {
      const y = points[at]?.y;
      return y === null || y === undefined ? DASH : text(y);
    }),
  ]);
  return dataTable({ label: 'Figures of each second', id: ROWS_ID, columns, rows, xs: columnXs(axis) });
}

function largestOf(tracks: readonly Track[]): number | null {
  return worstOf(tracks.flatMap(({ points }) => points.map(({ y }) => y)), 'highest');
}
