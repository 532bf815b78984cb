/** A comparison of two sets of runs as a page. Pure: the same comparison gives the same page. */
import type { Caution, Comparison } from '../compare/comparison.ts';
import { comparisonWords, criteriaText, summaryText } from '../compare/comparison-text.ts';
import { counted } from '../render/number-text.ts';
import { embeddedJson } from './embedded-run.ts';
import { definitions, html, note, section, type Markup } from './markup.ts';
import { pageHtml } from './page-shell.ts';
import { differencesTable, metricsTable } from './section/verdict-section.ts';

export function comparisonHtml(comparison: Comparison): string {
  const { baseline, candidate, metrics, notCompared, cautions } = comparison;
  const [before, after] = [baseline.names.join(', '), candidate.names.join(', ')];
  const header = html`<header>
<h1>${after} against ${before}</h1>
<p class="meta">${counted(candidate.runIds.length, 'candidate run')}, ${counted(baseline.runIds.length, 'baseline run')}${comparison.isPaired ? ', in pairs' : ''}</p>
<p><b>${summaryText(comparison)}</b></p>
${cautions.map(cautionMarkup)}
</header>
`;
  const missing = notCompared.map(({ metric, reason }) => html`<p class="warn">${metric} is not compared: ${reason}</p>`);
  const words = comparisonWords(comparison);
  return pageHtml({
    title: `${after} against ${before} · headroom comparison`,
    header,
    sections: [
      ['metrics', 'Metrics', section({ id: 'metrics', title: 'Metrics' }, metrics.length === 0 ? null : metricsTable(comparison, 'Metrics'), missing, note(criteriaText(comparison)))],
      ['words', 'In words', words.length === 0 ? null : section({ id: 'words', title: 'In words' }, words.map((text) => html`<p>${text}</p>`))],
      ['configuration', 'Configuration', differencesSection('configuration', 'What was asked for and differs', comparison.configurationDifferences)],
      ['environment', 'Environment', differencesSection('environment', 'Versions, host and seed that differ', comparison.environmentDifferences)],
      ['runs', 'Runs', section({ id: 'runs', title: 'Runs' }, definitions([['baseline', baseline.runIds.join(', ')], ['candidate', candidate.runIds.join(', ')]]))],
    ],
    embedded: embeddedJson('comparison', comparison),
  });
}

function cautionMarkup({ code, sentence }: Caution): Markup {
  return html`<div class="warning"><p><b class="warn">${code}</b>: ${sentence}</p></div>`;
}

function differencesSection(id: string, title: string, differences: Comparison['configurationDifferences']): Markup | null {
  const table = differencesTable(title, differences);
  return table === null ? null : section({ id, title, remark: counted(differences.length, 'difference') }, table);
}
