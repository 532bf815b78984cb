/**
 * The report of one run as a page. Pure: the same record gives the same page. The sections follow the report in the terminal; the whole record
 * stands in it as JSON.
 */
import type { Run } from '../run.ts';
import { decimalBytesText } from '../render/number-text.ts';
import { embeddedRun } from './embedded-run.ts';
import { html, note, section, type Markup } from './markup.ts';
import { pageHtml } from './page-shell.ts';
import { configurationSection, environmentSection } from './section/setup-section.ts';
import { errorsSection, throughputSection } from './section/throughput-section.ts';
import { eventsSection } from './section/events-section.ts';
import { groupsSection, resourcesSection } from './section/processes-section.ts';
import { headlineSection, warningsSection } from './section/headline-section.ts';
import { latencySection } from './section/latency-section.ts';
import { partitionsSection } from './section/partitions-section.ts';
import { planSection } from './section/plan-section.ts';
import { secondsSection } from './section/seconds-section.ts';
import { verificationSection } from './section/verification-section.ts';

export function runHtml(run: Run): string {
  const embedded = embeddedRun(run);
  const sections: [id: string, name: string, content: Markup | null][] = [
    ['warnings', 'Warnings', warningsSection(run)],
    ['throughput', 'Throughput', throughputSection(run)],
    ['latency', 'Latency', latencySection(run)],
    ['seconds', 'Second by second', secondsSection(run)],
    ['errors', 'Errors', errorsSection(run)],
    ['groups', 'Groups', groupsSection(run)],
    ['partitions', 'Partitions', partitionsSection(run)],
    ['resources', 'CPU and memory', resourcesSection(run)],
    ['events', 'Events', eventsSection(run)],
    ['verification', 'Verification', verificationSection(run)],
    ['plan', 'Plan', planSection(run.plan)],
    ['environment', 'Environment', environmentSection(run)],
    ['configuration', 'Configuration', configurationSection(run)],
    ['data', 'Data', dataSection(embedded)],
  ];
  return pageHtml({ title: `${run.configuration.name} · headroom run ${run.id}`, header: headlineSection(run), sections, embedded: embedded.element });
}

function dataSection({ leftOut, byteCount }: ReturnType<typeof embeddedRun>): Markup {
  const missing = leftOut.length === 0 ? null : html`<p class="warn">Too long for this page and left out of it: ${leftOut.map((name) => `measured.${name}`).join(', ')}. headroom results show RUN --json has all.</p>`;
  return section(
    { id: 'data', title: 'Data' },
    html`<p>The record of the run stands in this page as JSON (${decimalBytesText(byteCount)}): <code>JSON.parse(document.getElementById('run').textContent)</code>. It holds the histograms (HdrHistogram V2, base64), which merge.</p>`,
    missing,
    note('Also: headroom results show RUN --json (the record), headroom results export RUN csv (the seconds), hgrm or hlog (histograms for the tools of HdrHistogram), omb (result of the OpenMessaging Benchmark).'),
  );
}
