/** The result of an experiment as a page: what to take, every variant with its figures and its promise, and the verdicts against the baseline. Pure. */
import type { ExperimentResult, SpreadFigure, VariantComparison, VariantSummary } from '../compare/experiment/experiment-result.ts';
import { criteriaText, measuredText, targetsOf, troubles, unseenNote } from '../compare/experiment/experiment-text.ts';
import { figureText } from '../compare/experiment/experiment-summary.ts';
import { counted, durationText } from '../render/number-text.ts';
import { DASH } from '../render/page.ts';
import { paretoPlot } from './chart/pareto-plot.ts';
import { embeddedJson } from './embedded-run.ts';
import { dataTable, definitions, details, html, note, section, type Content, type Markup, type TableColumn } from './markup.ts';
import { pageHtml } from './page-shell.ts';
import { differencesTable, metricsTable } from './section/verdict-section.ts';

const COLUMNS: readonly { readonly metric: string; readonly head: string }[] = [
  { metric: 'throughput.acknowledged', head: 'records/s' },
  { metric: 'publish.p50', head: 'p50' },
  { metric: 'publish.p99', head: 'p99' },
  { metric: 'publish.p99.9', head: 'p99.9' },
  { metric: 'wire.bytesPerRecord', head: 'bytes/record' },
  { metric: 'cpu.brokers', head: 'CPU of brokers' },
  { metric: 'cpu.load', head: 'CPU of the load' },
];

export function experimentHtml(result: ExperimentResult): string {
  const { experiment, description, variants, blocks, seed, elapsedSeconds, endedEarly, experimentId, startedAt, recommendation } = result;
  const header = html`<header>
<h1>${experiment}</h1>
<p class="meta">experiment <code>${experimentId}</code> · ${startedAt.slice(0, 19).replace('T', ' ')} UTC · ${counted(variants.length, 'variant')} in ${blocks.complete} of ${counted(blocks.planned, 'block')}, order drawn by seed ${seed} · took ${durationText(Math.round(elapsedSeconds))}</p>
<p>${description}</p>
${endedEarly === null ? null : html`<p class="alarm">${endedEarly}</p>`}
<p><b>${recommendation.words}</b></p>
</header>
`;
  return pageHtml({
    title: `${experiment} · headroom experiment ${experimentId}`,
    header,
    sections: [
      ['variants', 'Variants', variantsSection(result)],
      ['verdicts', 'Verdicts', verdictsSection(result)],
      ['thresholds', 'Thresholds', thresholdsSection(result)],
      ['published', 'Published figures', publishedSection(result)],
      ['trouble', 'To know', troubleSection(result)],
      ['runs', 'Runs', runsSection(result)],
    ],
    embedded: embeddedJson('experiment', result),
  });
}

function variantsSection(result: ExperimentResult): Markup {
  const { variants, baseline, recommendation } = result;
  const columns: TableColumn[] = [{ head: 'variant' }, { head: 'runs', isNumber: true }, ...COLUMNS.map(({ head }) => ({ head, isNumber: true }))];
  const rows = variants.map((variant): Content[] => {
    const { name, runs, figures } = variant;
    const complete = runs.filter(({ status }) => status === 'complete').length;
    const remarks = [...(name === baseline ? ['baseline'] : []), ...(recommendation.front.includes(name) ? ['on the front'] : [])];
    return [
      html`<b>${name}</b>${remarks.length === 0 ? null : html` <span class="unit">${remarks.join(', ')}</span>`}`,
      complete === runs.length ? String(complete) : html`<span class="warn">${complete} of ${runs.length}</span>`,
      ...COLUMNS.map(({ metric }) => spreadMarkup(figures[metric], `variants.${variants.indexOf(variant)}.figures.${metric}.median`)),
    ];
  });
  return section(
    { id: 'variants', title: 'Variants', remark: 'medians of the runs, lowest and highest below' },
    paretoPlot(result),
    dataTable({ label: 'Figures of each variant', columns, rows }),
    note('Publish latency counts from the moment a record was due. Bytes as on the wire and in the log. CPU: seconds a million records, of all brokers, and of the client that makes the load.'),
    targetsOf(variants).length === 0 ? null : html`<h3>Targets</h3>${definitions(targetsOf(variants).map(([names, target]) => [names, target]))}`,
    unseenNote(variants) === null ? null : note(unseenNote(variants) ?? ''),
    html`<h3>Acknowledged means</h3>`,
    definitions([...Map.groupBy(variants, ({ durability }) => durability.words)].map(([words, own]) => [own.length === variants.length ? 'all' : own.map(({ name }) => name).join(', '), words])),
    recommendation.excluded.map(({ variant, reason }) => html`<p class="warn">${variant} takes no part in the recommendation: ${reason}</p>`),
  );
}

function spreadMarkup(figure: SpreadFigure | undefined, path: string): Markup {
  if (figure === undefined) return html`<span class="none">${DASH}</span>`;
  const { median, min, max, unit, values } = figure;
  const range = values.length > 1 ? html`<br><span class="unit">${figureText(min, unit)} – ${figureText(max, unit)}</span>` : null;
  return html`<data value="${median}" data-path="${path}">${figureText(median, unit)}</data>${range}`;
}

function verdictsSection({ comparisons, baseline }: ExperimentResult): Markup | null {
  if (comparisons.length === 0) return null;
  return section({ id: 'verdicts', title: `Against ${baseline}` }, comparisons.map(verdictsOn), note(criteriaText(comparisons)));
}

function verdictsOn({ variant, outcome, leftOut }: VariantComparison): Markup {
  const reasons = [...new Set(leftOut.map(({ reason }) => reason))].join('; ');
  if (outcome.kind === 'refused') return html`<h3>${variant}</h3><p class="warn">Not compared: ${reasons || outcome.refusals.map(({ reason }) => reason).join('; ')}</p>`;
  const differences = differencesTable(`What ${variant} has other than the baseline`, outcome.comparison.configurationDifferences);
  return html`<h3>${variant}</h3>${metricsTable(outcome.comparison, `${variant} against the baseline`)}${leftOut.length === 0 ? null : html`<p class="warn">${counted(leftOut.length, 'block')} left out: ${reasons}</p>`}${differences === null ? null : details('What differs in the settings', differences)}`;
}

function thresholdsSection({ thresholds }: ExperimentResult): Markup | null {
  if (thresholds.length === 0) return null;
  const rows = thresholds.map((threshold): Content[] => [html`<b class="${threshold.passed ? 'good' : 'bad'}">${threshold.passed ? 'held' : 'FAILED'}</b>`, threshold.variant, html`<code>${threshold.metric} ${threshold.expression}</code>`, measuredText(threshold)]);
  return section({ id: 'thresholds', title: 'Thresholds', remark: 'on the medians of the runs; counts of records on the worst run' }, dataTable({ label: 'Thresholds', columns: [{ head: '' }, { head: 'variant' }, { head: 'threshold' }, { head: 'measured', isNumber: true }], rows }));
}

function publishedSection({ published }: ExperimentResult): Markup | null {
  if (published === null) return null;
  const rows = published.rows.map(({ variant, metric, published: theirs, measured }): Content[] => [variant, metric, theirs, measured ?? DASH]);
  return section({ id: 'published', title: 'Published figures', remark: published.source }, dataTable({ label: 'Published figures beside the measured ones', columns: [{ head: 'variant' }, { head: 'metric' }, { head: 'published', isNumber: true }, { head: 'measured here', isNumber: true }], rows }));
}

function troubleSection(result: ExperimentResult): Markup | null {
  const lines = troubles(result);
  return lines.length === 0 ? null : section({ id: 'trouble', title: 'To know' }, lines.map((line) => html`<p class="warn">${line}</p>`));
}

function runsSection({ variants }: ExperimentResult): Markup {
  const rows = variants.flatMap(({ name, runs }: VariantSummary) => runs.map(({ runId, block, position, status, isVerified }): Content[] => [html`<code>${runId}</code>`, name, String(block), String(position), status, isVerified === null ? 'not checked' : isVerified ? 'passed' : html`<b class="bad">FAILED</b>`]));
  return section(
    { id: 'runs', title: 'Runs', remark: 'each is stored whole: headroom results show RUN' },
    details(counted(rows.length, 'run'), dataTable({ label: 'Runs', columns: [{ head: 'run' }, { head: 'variant' }, { head: 'block', isNumber: true }, { head: 'position', isNumber: true }, { head: 'ended' }, { head: 'verification' }], rows })),
    note('The result stands in this page as JSON: JSON.parse(document.getElementById(\'experiment\').textContent).'),
  );
}
