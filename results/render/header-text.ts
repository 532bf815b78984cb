/** What ran, where, when and under which settings; the answer in one line; what casts doubt on it; and whether the run is whole. */
import type { Run, TargetConfiguration } from '../run.ts';
import { timedFaultWords } from '../fault/fault-words.ts';
import { loadWords } from './load-words.ts';
import { bytesText, counted, durationText, latencyText, rateText, significant } from './number-text.ts';
import { DASH, labelled, orDash, plain, sentence, type Page, type Paint } from './page.ts';
import { workloadWords } from './workload-words.ts';

export function headerText(run: Run, page: Page): string[] {
  const { bold, dim } = page.colors;
  const lines = sentence(page, `headroom run ${run.id}: ${run.configuration.name}`, { indent: 0, paint: bold });
  lines.push(...sentence(page, `${startedText(run.startedAt)}, took ${durationText(run.elapsedSeconds)}, ${versionText(run)}`, { indent: 0, paint: dim }));
  lines.push(...statusText(run, page), '');
  lines.push(...sentence(page, answerText(run), { indent: 0, paint: isSound(run) ? page.colors.green : page.colors.yellow }));
  return lines;
}

export function warningsText({ warnings }: Run, page: Page): string[] {
  const { yellow } = page.colors;
  return warnings.flatMap(({ code, cause, effect, remedy }, at) => [
    ...(at === 0 ? [] : ['']),
    ...sentence(page, `! ${code}: ${cause}`, { indent: 0, hanging: 2, paint: (text) => page.colors.bold(yellow(text)) }),
    ...labelled(page, [['effect', effect], ['remedy', remedy]]),
  ]);
}

export function setupText(run: Run, page: Page): string[] {
  const { configuration, measured, host } = run;
  const { target, topic, groups, faults } = configuration;
  const rows: [string, string][] = [
    ['load', loadText(run)],
    ['records', `${workloadWords(configuration.workload)}; ${recordSizeText(run)}`],
    ['topic', topicText(run)],
    ['producer', propertiesText(decisive(configuration.producerProperties))],
    ...(configuration.client === undefined ? [] : [['client', configuration.client] satisfies [string, string]]),
    ['groups', groups.length === 0 ? 'none' : groups.map(groupText).join('; ')],
    ['target', targetText(target, measured.readiness)],
    ['durability', durabilityText(target, configuration.producerProperties, topic.properties)],
  ];
  if (faults.length > 0) rows.push([faults.length === 1 ? 'fault' : 'faults', faults.map(timedFaultWords).join('; ')]);
  rows.push([target.kind === 'embedded' ? 'host' : 'generator', hostText(host)], ['seed', String(run.seed)]);
  if (run.commandLine.length > 0) rows.push(['command', run.commandLine.map(quoted).join(' ')]);
  return labelled(page, rows, { indent: 0 });
}

/** Repeats at the end what the reader of the last screen must not miss. */
export function closingText(run: Run, page: Page): string[] {
  const lines = statusText(run, page);
  if (run.verification.kind === 'done' && !run.verification.passed) {
    lines.push(...sentence(page, 'VERIFICATION FAILED: what the target acknowledged is not what stands in its log.', { indent: 0, paint: alarm(page) }));
  }
  return lines;
}

function statusText({ status }: Run, page: Page): string[] {
  if (status.kind === 'complete') return [];
  const text =
    status.kind === 'partial'
      ? `PARTIAL RUN: ${status.reason}. The figures cover what was measured until then.`
      : `FAILED RUN: ${status.reason}. The figures are of no use for a comparison or a plan.`;
  return sentence(page, text.replaceAll(/\.(?=\. )/g, ''), { indent: 0, paint: alarm(page) });
}

function alarm({ colors }: Page): Paint {
  return (text) => colors.bold(colors.red(text));
}

function isSound({ status, verification, warnings }: Run): boolean {
  return status.kind === 'complete' && warnings.length === 0 && verification.kind === 'done' && verification.passed;
}

function answerText({ configuration, measured, verification, warnings }: Run): string {
  const { achievedPerSecond, acknowledgedRecords, offeredPerSecond } = measured.throughput;
  const parts: string[] = [];
  if (acknowledgedRecords === 0) parts.push('no record was acknowledged in the measured window');
  else if (offeredPerSecond === null) parts.push(`${rateText(achievedPerSecond)} records/s in a closed loop`);
  else parts.push(`${rateText(achievedPerSecond)} of ${rateText(offeredPerSecond)} records/s`);
  parts.push(`publish p99 ${orDash(measured.latency.publish.summary.p99Us, latencyText)}`);
  for (const { name, endToEnd } of measured.groups.slice(0, 2)) parts.push(`end-to-end p99 ${orDash(endToEnd.summary.p99Us, latencyText)} (${name})`);
  if (verification.kind === 'done') parts.push(`verification ${verification.passed ? 'PASSED' : 'FAILED'}`);
  else parts.push(configuration.verifies ? 'NOT VERIFIED' : 'not verified');
  if (warnings.length > 0) parts.push(counted(warnings.length, 'warning'));
  return parts.join(' · ');
}

/** `2026-08-05 12:34:56 UTC`. */
function startedText(startedAt: string): string {
  return `${startedAt.slice(0, 19).replace('T', ' ')} UTC`;
}

function versionText({ headroom: { version, commit, isDirty } }: Run): string {
  if (commit === null) return `headroom ${version}`;
  return `headroom ${version} (${commit.slice(0, 10)}${isDirty === true ? ', with uncommitted changes' : ''})`;
}

function loadText({ configuration: { load, warmupSeconds, durationSeconds, workerCount }, measured }: Run): string {
  const length = measured.measureEndSecond - measured.measureStartSecond;
  const measuredText = length === durationSeconds ? `${durationText(durationSeconds)} measured` : `${durationText(length)} of ${durationText(durationSeconds)} measured`;
  return `${loadWords(load)}; ${durationText(warmupSeconds)} warm-up, ${measuredText}; ${counted(workerCount, 'worker thread')}`;
}

function recordSizeText({ measured: { throughput } }: Run): string {
  if (throughput.acknowledgedRecords === 0) return `mean size ${DASH}`;
  return `mean key ${significant(throughput.keyBytesMean)} B, mean value ${significant(throughput.valueBytesMean)} B`;
}

function topicText({ configuration: { topic } }: Run): string {
  const properties = Object.keys(topic.properties).length === 0 ? '' : `, ${propertiesText(topic.properties)}`;
  return `${topic.name}${topic.useExisting ? ' (was there before)' : ''}: ${counted(topic.partitions, 'partition')}, replication factor ${topic.replicationFactor}${properties}`;
}

function groupText({ name, memberCount, serviceTimeUs, properties }: Run['configuration']['groups'][number]): string {
  const work = serviceTimeUs === 0 ? '' : `, ${latencyText(serviceTimeUs)} of work a record`;
  const settings = Object.keys(properties).length === 0 ? '' : `, ${propertiesText(properties)}`;
  return `${name}: ${counted(memberCount, 'member')}${work}${settings}`;
}

function targetText(target: TargetConfiguration, readiness: Run['measured']['readiness']): string {
  if (target.kind === 'external') {
    return externalTargetText(target);
  }
  const { brokerCount, dataDirectory, files, brokerProperties } = target;
  const parts = [counted(brokerCount, 'embedded broker'), `${files} files`];
  if (files !== 'memory') parts.push(`${dataDirectory.kind} data in ${dataDirectory.path}`);
  if (Object.keys(brokerProperties).length > 0) parts.push(propertiesText(brokerProperties));
  const { clusterMs, firstAcknowledgedMs } = readiness;
  if (clusterMs !== null) parts.push(`ready in ${latencyText(clusterMs * 1000)}`);
  if (firstAcknowledgedMs !== null) parts.push(`first acknowledgement after ${latencyText(firstAcknowledgedMs * 1000)}`);
  return parts.join(', ');
}

/** `cluster at kafka-1:9092 (3 brokers of Kafka 4.2, SASL_SSL with SCRAM-SHA-512)`. */
export function externalTargetText({ bootstrap, brokerVersions, securityProtocol, saslMechanism }: Extract<TargetConfiguration, { kind: 'external' }>): string {
  const counts = Object.entries(Object.groupBy(brokerVersions, (version) => version)).map(([version, all]) => `${counted(all?.length ?? 0, 'broker')} of ${version}`);
  const versions = counts.length === 0 ? 'versions unknown' : counts.join(', ');
  const security = securityProtocol === undefined ? '' : `, ${securityProtocol}${saslMechanism === undefined ? '' : ` with ${saslMechanism}`}`;
  return `external cluster at ${bootstrap} (${versions}${security})`;
}

function durabilityText(target: TargetConfiguration, producer: Readonly<Record<string, string>>, topic: Readonly<Record<string, string>>): string {
  if (target.kind === 'embedded') return target.durability;
  const acks = producer['acks'] ?? 'all (default)';
  const replicas = topic['min.insync.replicas'];
  const least = replicas === undefined ? '' : `, min.insync.replicas=${replicas}`;
  return `acks=${acks}${least}; when the cluster syncs to disk is its own setting and was not looked at`;
}

function hostText(host: Run['host']): string {
  const parts = [host.cpuModel, counted(host.coreCount, 'core'), bytesText(host.memoryBytes), host.kernel, `Node ${host.nodeVersion}`];
  if (host.filesystem !== null) parts.push(host.filesystem);
  if (host.cpuGovernor !== null) parts.push(`CPU governor ${host.cpuGovernor}`);
  if (host.cgroupCpuCores !== null) parts.push(`cgroup limit ${significant(host.cgroupCpuCores)} cores`);
  if (host.cgroupMemoryBytes !== null) parts.push(`cgroup limit ${bytesText(host.cgroupMemoryBytes)}`);
  return parts.filter((part) => plain(part) !== '').join(', ');
}

/** Those that decide throughput, latency and safety; the stored run has all, the command line those that were given. */
function decisive(properties: Readonly<Record<string, string>>): Record<string, string> {
  const names = ['acks', 'enable.idempotence', 'compression.type', `compression.${properties['compression.type']}.level`, 'linger.ms', 'batch.size', 'max.in.flight.requests.per.connection', 'buffer.memory'];
  return Object.fromEntries(names.flatMap((name) => (properties[name] === undefined ? [] : [[name, properties[name]]])));
}

function propertiesText(properties: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(properties);
  return pairs.length === 0 ? 'defaults' : pairs.map(([name, value]) => `${name}=${value}`).join(' ');
}

/** As a shell would need it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
