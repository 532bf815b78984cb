/** What was run and how it ended, the verdict, the numbers that decide, and what casts doubt on them, each with cause, effect and remedy. */
import type { LatencySummary, Run } from '../../run.ts';
import { timedFaultWords } from '../../fault/fault-words.ts';
import { loadWords } from '../../render/load-words.ts';
import { percentileText } from '../../render/percentile-text.ts';
import { counted, countText, durationText, rateText, significant } from '../../render/number-text.ts';
import { workloadWords } from '../../render/workload-words.ts';
import { figure, html, type Content, type Markup } from '../markup.ts';

export function headlineSection(run: Run): Markup {
  const { configuration, headroom } = run;
  const commit = headroom.commit === null ? '' : ` (${headroom.commit.slice(0, 10)}${headroom.isDirty === true ? ', with uncommitted changes' : ''})`;
  return html`<header>
<h1>${configuration.name}</h1>
<p class="meta">run <code>${run.id}</code> · ${run.startedAt.slice(0, 19).replace('T', ' ')} UTC · took ${figure('elapsedSeconds', run.elapsedSeconds, durationText)} · headroom ${headroom.version}${commit}</p>
<p>${whatText(run)}</p>
${alarms(run)}
<dl class="figures">${keyFigures(run)}</dl>
</header>
`;
}

export function warningsSection({ warnings }: Run): Markup | null {
  if (warnings.length === 0) return null;
  const items = sameTogether(warnings).map(
    ({ warning: { code, cause, effect, remedy }, times }) => html`<div class="warning"><p><b class="warn">${code}</b>${times > 1 ? ` (${times} times)` : ''}: ${cause}</p><p><b>effect</b> ${effect}</p><p><b>remedy</b> ${remedy}</p></div>
`,
  );
  return html`<section id="warnings" aria-labelledby="warnings-title"><h2 id="warnings-title">Warnings <small>${counted(warnings.length, 'warning')}</small></h2>
${items}</section>
`;
}

/** A null percentile with samples lies above the histogram's range. */
export function latencyFigure(path: string, value: number | null, summary: LatencySummary): Markup {
  return value === null ? html`<span class="none" data-path="${path}">${percentileText(null, summary)}</span>` : figure(path, value, (us) => percentileText(us, summary));
}

function whatText({ configuration: { load, workload, topic, target, groups, durationSeconds, warmupSeconds, producerProperties, faults } }: Run): string {
  const records = workloadWords(workload);
  const where = target.kind === 'embedded' ? `${counted(target.brokerCount, 'embedded broker')}, files ${target.files}` : `the cluster at ${target.bootstrap}`;
  const producer = ['acks', 'compression.type', 'linger.ms', 'batch.size'].flatMap((name) => (producerProperties[name] === undefined ? [] : [`${name}=${producerProperties[name]}`]));
  const readers = groups.length === 0 ? 'no consumer group' : groups.map(({ name, memberCount }) => `${name} (${counted(memberCount, 'member')})`).join(', ');
  const killed = faults.length === 0 ? '' : ` ${faults.length === 1 ? 'Fault' : 'Faults'}: ${faults.map(timedFaultWords).join('; ')}.`;
  return `${records[0]?.toUpperCase()}${records.slice(1)}, ${loadWords(load)}, for ${durationText(durationSeconds)} after ${durationText(warmupSeconds)} of warm-up, to ${counted(topic.partitions, 'partition')} with replication factor ${topic.replicationFactor} on ${where}; ${producer.length === 0 ? 'producer defaults' : producer.join(', ')}; read by ${readers}.${killed}`;
}

function alarms({ status, verification }: Run): Markup[] {
  const texts: string[] = [];
  if (status.kind === 'partial') texts.push(`Partial run: ${withoutPoint(status.reason)}. The figures cover what was measured until then.`);
  if (status.kind === 'failed') texts.push(`Failed run: ${withoutPoint(status.reason)}. The figures are of no use for a comparison or a plan.`);
  if (verification.kind === 'done' && !verification.passed) texts.push('Verification failed: what the target acknowledged is not what stands in its log.');
  return texts.map((text) => html`<p class="alarm">${text}</p>\n`);
}

function keyFigures(run: Run): Markup[] {
  const { measured, warnings } = run;
  const { throughput, latency, groups, brokers } = measured;
  const { offeredPerSecond, achievedPerSecond } = throughput;
  const publish = latency.publish.summary;
  const found = [
    item('Acknowledged', figure('measured.throughput.achievedPerSecond', achievedPerSecond, rateText), offeredPerSecond === null ? 'records/s, closed loop' : html`of ${figure('measured.throughput.offeredPerSecond', offeredPerSecond, rateText)} records/s offered`),
    verdictItem(run),
    item('Publish p99', latencyFigure('measured.latency.publish.summary.p99Us', publish.p99Us, publish), html`p50 ${latencyFigure('measured.latency.publish.summary.p50Us', publish.p50Us, publish)}, p99.9 ${latencyFigure('measured.latency.publish.summary.p999Us', publish.p999Us, publish)}`),
    ...groups.slice(0, 4).map(({ name, endToEnd: { summary } }, at) => {
      const path = `measured.groups.${at}.endToEnd.summary`;
      return item(`End-to-end p99, ${name}`, latencyFigure(`${path}.p99Us`, summary.p99Us, summary), html`p50 ${latencyFigure(`${path}.p50Us`, summary.p50Us, summary)}, p99.9 ${latencyFigure(`${path}.p999Us`, summary.p999Us, summary)}`);
    }),
    item('Compression ratio', figure('measured.throughput.compressionRatio', throughput.compressionRatio, significant), html`${figure('measured.throughput.recordsPerBatch', throughput.recordsPerBatch, significant)} records a batch`),
  ];
  if (brokers.length > 0) found.push(item('CPU of the brokers', significant(brokers.reduce((sum, { cpuCoresMean }) => sum + cpuCoresMean, 0)), `cores on average, ${counted(brokers.length, 'broker')}`));
  if (warnings.length > 0) found.push(item('Warnings', html`<a class="warn" href="#warnings">${countText(warnings.length)}</a>`, 'with cause, effect and remedy'));
  return found;
}

function verdictItem({ verification, configuration }: Run): Markup {
  if (verification.kind === 'skipped') return item('Verification', html`<span class="${configuration.verifies ? 'bad' : 'warn'}">${configuration.verifies ? 'not done' : 'skipped'}</span>`, verification.reason);
  const { passed, confirmedRecords, acknowledgedRecords } = verification;
  return item('Verification', html`<span class="${passed ? 'good' : 'bad'}">${passed ? 'passed' : 'FAILED'}</span>`, html`${figure('verification.confirmedRecords', confirmedRecords, countText)} of ${figure('verification.acknowledgedRecords', acknowledgedRecords, countText)} records confirmed`);
}

function item(name: string, number: Content, remark: Content): Markup {
  return html`<div><dt>${name}</dt><dd>${number} <small>${remark}</small></dd></div>\n`;
}

/** Warnings that repeat word for word stand once. */
function sameTogether(warnings: Run['warnings']): { warning: Run['warnings'][number]; times: number }[] {
  const byText = new Map<string, { warning: Run['warnings'][number]; times: number }>();
  for (const warning of warnings) {
    const key = JSON.stringify([warning.code, warning.cause, warning.effect, warning.remedy]);
    const same = byText.get(key);
    if (same === undefined) byText.set(key, { warning, times: 1 });
    else same.times++;
  }
  return [...byText.values()];
}

function withoutPoint(text: string): string {
  return text.replace(/\.$/, '');
}
