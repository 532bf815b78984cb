/** A study of how far to trust a comparison, as a page. Pure. */
import { counted, durationText, percentText } from '../render/number-text.ts';
import type { StudyResult } from '../study/study-result.ts';
import { methodWords, shareText, tenths } from '../study/study-text.ts';
import { embeddedJson } from './embedded-run.ts';
import { dataTable, details, html, note, section, type Content } from './markup.ts';
import { pageHtml } from './page-shell.ts';

export function studyHtml(result: StudyResult): string {
  const { id, startedAt, elapsedSeconds, runs, endedEarly, blocksLeftOut, metrics, slowerShare, host } = result;
  const header = html`<header>
<h1>How far to trust a comparison</h1>
<p class="meta">study <code>${id}</code> · ${startedAt.slice(0, 19).replace('T', ' ')} UTC · ${counted(runs.length, 'run')} · took ${durationText(Math.round(elapsedSeconds))} · ${host.cpuModel}, ${counted(host.coreCount, 'core')}, ${host.kernel}</p>
${endedEarly === null ? null : html`<p class="alarm">${endedEarly}</p>`}
${blocksLeftOut === 0 ? null : html`<p class="warn">${counted(blocksLeftOut, 'block')} with a run that failed left out.</p>`}
</header>
`;
  const rows = metrics.map(({ metricId, noise, slowdown, blocksByNoise, falseAlarms, found }): Content[] => [
    metricId,
    tenths(noise),
    html`${result.blocksPerComparison}, live<br>${blocksByNoise}, drawn`,
    html`${shareText(falseAlarms.live)}<br>${shareText(falseAlarms.resampled)}`,
    slowdown === null ? '' : tenths(slowdown - 1),
    found === null ? '' : html`${shareText(found.live)}<br>${shareText(found.resampled)}`,
  ]);
  const columns = [{ head: 'metric' }, { head: 'noise', isNumber: true }, { head: 'blocks' }, { head: 'alike, called different' }, { head: 'slower by', isNumber: true }, { head: `${percentText(slowerShare)} slower, found` }];
  const runRows = runs.map(({ runId, variant, block, position }): Content[] => [html`<code>${runId}</code>`, variant, String(block), String(position)]);
  return pageHtml({
    title: `headroom study ${id}`,
    header,
    sections: [
      ['metrics', 'Metrics', section({ id: 'metrics', title: 'Metrics', remark: 'each judged as if it had been chosen alone' }, dataTable({ label: 'Metrics', columns, rows }), note(methodWords(result)))],
      ['runs', 'Runs', section({ id: 'runs', title: 'Runs' }, details(counted(runs.length, 'run'), dataTable({ label: 'Runs', columns: [{ head: 'run' }, { head: 'variant' }, { head: 'block', isNumber: true }, { head: 'position', isNumber: true }], rows: runRows })))],
    ],
    embedded: embeddedJson('study', result),
  });
}
