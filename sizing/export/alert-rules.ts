/**
 * Alert rules for Prometheus whose thresholds are the plan's own numbers, each naming the ids it came from. Metric names are those of the JMX
 * exporter with the rules of Strimzi's examples (and of Confluent's), and of kafka_exporter for the lag of groups.
 */
import { groupId, topicId } from '../../results/plan-ids.ts';
import { stringify } from 'yaml';
import type { PlannedTopic } from '../../results/plan-record.ts';
import { durationText, percentText } from '../../results/render/number-text.ts';
import { header, type ExportedFile, type ExportRequest } from './export-file.ts';
import type { PlanFigures } from './plan-figures.ts';

interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: 'critical' | 'warning' } & RuleSubject;
  readonly annotations: { readonly summary: string; readonly description: string; readonly plan: string };
}

/** What a rule is about; two rules of one name differ in it. */
interface RuleSubject {
  readonly topic?: string;
  readonly consumergroup?: string;
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly minutes: number;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
  readonly description: string;
  /** Ids, and words for thresholds that no plan sets. */
  readonly plan: string;
  readonly of?: RuleSubject;
}

const ALL_TOPICS = 'topic=""';
const WEEK_SECONDS = 604_800;
/** A group that loses this share of its topic's rate, for a quarter of an hour, does not do so by chance. */
const FALLING_BEHIND_SHARE = 0.01;

export function alertRulesFile(request: ExportRequest): ExportedFile[] {
  const { plan, figures } = request;
  const { topics } = plan.shape;
  const groups = [
    { name: 'replication', rules: replicationRules(request) },
    { name: 'load', rules: [...loadRules(figures), ...latencyRules(figures), ...topics.flatMap((topic) => topicRules(figures, topic))] },
    { name: 'disk', rules: diskRules(request) },
    { name: 'consumers', rules: topics.flatMap((topic) => topic.groups.flatMap((group) => lagRules(figures, topic, group))) },
  ].filter(({ rules }) => rules.length > 0);
  const head = header(request, {
    what: 'Alert rules: rule_files of Prometheus, or the spec of a PrometheusRule. Thresholds are those of the plan; each rule names the ids of its numbers ("headroom size CONFIG --json" has them with their formulas).',
    rests: [...ALWAYS_CITED, ...topics.flatMap(({ name }) => [`${topicId(name)}.wire`, `${topicId(name)}.rate`, `${topicId(name)}.retention`])],
    notes: [
      'Metrics: JMX exporter with the rules of Strimzi\'s kafka-metrics.yaml; kafka_consumergroup_lag of kafka_exporter. "Of a broker" means by (instance).',
      ...(figures.find('latency.objective') === undefined ? ['The configuration names no latency objective, so there is no alert on p99.'] : []),
    ],
  });
  const document = { groups: groups.map(({ name, rules }) => ({ name: `headroom-${name}`, rules: rules.map(alertRule) })) };
  return [{ name: 'prometheus-rules.yaml', text: `${head}${stringify(document, { lineWidth: 0 })}` }];
}

const ALWAYS_CITED = ['brokers', 'net.ingress.allowed', 'net.egress.allowed', 'cpu.allowed', 'utilization', 'disk.fill', 'pagecache.seconds'];

function alertRule({ alert, expr, minutes, severity, summary, description, plan, of = {} }: Rule): AlertRule {
  return { alert, expr, for: `${minutes}m`, labels: { severity, ...of }, annotations: { summary, description, plan } };
}

function replicationRules({ plan, figures }: ExportRequest): Rule[] {
  const minIsr = plan.shape.topics.map(({ name }) => figures.cited(`${topicId(name)}.min.insync.replicas`)).join(', ');
  const factors = plan.shape.topics.map(({ name }) => figures.cited(`${topicId(name)}.replication.factor`)).join(', ');
  return [
    { alert: 'HeadroomBrokerMissing', expr: `count(kafka_server_replicamanager_leadercount) < ${plan.shape.brokers}`, minutes: 10, severity: 'warning', summary: 'Fewer brokers than planned', description: `{{ $value }} of ${plan.shape.brokers} planned brokers report; the others carry their load.`, plan: figures.cited('brokers') },
    { alert: 'HeadroomUnderReplicated', expr: 'kafka_server_replicamanager_underreplicatedpartitions > 0', minutes: 10, severity: 'warning', summary: 'Partitions with fewer in-sync replicas than planned', description: '{{ $value }} partitions led by {{ $labels.instance }} lack an in-sync replica, longer than a restart takes.', plan: factors },
    { alert: 'HeadroomBelowMinIsr', expr: 'kafka_server_replicamanager_underminisrpartitioncount > 0', minutes: 0, severity: 'critical', summary: 'Writes with acks=all are refused', description: '{{ $value }} partitions led by {{ $labels.instance }} have fewer in-sync replicas than min.insync.replicas.', plan: minIsr },
  ];
}

function loadRules(figures: PlanFigures): Rule[] {
  const bytes = (way: string): string => `sum by (instance) (rate(kafka_server_brokertopicmetrics_bytes${way}_total{${ALL_TOPICS}}[5m]) + rate(kafka_server_brokertopicmetrics_replicationbytes${way}_total[5m]))`;
  // Nanoseconds idle, divided by the handlers. The exporter's own percentage is the mean since the broker started: weeks after it no overload shows in it.
  const idle = 'rate(kafka_server_kafkarequesthandlerpool_requesthandleravgidlepercent_count[5m]) / 1e9';
  const idleLeast = (id: string): string => decimal(1 - figures.value(id));
  return [
    { alert: 'HeadroomBytesInAboveCeiling', expr: `${bytes('in')} > ${whole(figures.value('net.ingress.allowed'))}`, minutes: 10, severity: 'warning', summary: 'A broker takes in more than the plan allows', description: `{{ $labels.instance }}: {{ $value | humanize }}B/s from producers and leaders, ${figures.text('net.ingress.allowed')} allowed; planned at the peak are ${figures.text('net.ingress.used')}.`, plan: figures.cited('net.ingress.allowed', 'net.ingress.used') },
    { alert: 'HeadroomBytesOutAboveCeiling', expr: `${bytes('out')} > ${whole(figures.value('net.egress.allowed'))}`, minutes: 10, severity: 'warning', summary: 'A broker hands out more than the plan allows', description: `{{ $labels.instance }}: {{ $value | humanize }}B/s to groups and followers, ${figures.text('net.egress.allowed')} allowed; planned at the peak are ${figures.text('net.egress.used')}.`, plan: figures.cited('net.egress.allowed', 'net.egress.used') },
    { alert: 'HeadroomRequestHandlersBusy', expr: `${idle} < ${idleLeast('utilization')}`, minutes: 15, severity: 'warning', summary: 'Request handlers are busier than the plan allows', description: `{{ $labels.instance }}: idle {{ $value | humanizePercentage }}; the plan lets ${percentText(figures.value('utilization'))} be used.`, plan: figures.cited('utilization') },
    { alert: 'HeadroomRequestHandlersExhausted', expr: `${idle} < ${idleLeast('utilization.degraded')}`, minutes: 5, severity: 'critical', summary: 'Request handlers are busier than the plan allows even with a broker down', description: `{{ $labels.instance }}: idle {{ $value | humanizePercentage }}; queues grow steeply from here.`, plan: figures.cited('utilization.degraded') },
    { alert: 'HeadroomProcessorsAboveCeiling', expr: `(rate(process_cpu_seconds_total[5m]) and on (instance) kafka_server_replicamanager_leadercount) > ${decimal(figures.value('cpu.allowed'))}`, minutes: 15, severity: 'warning', summary: 'A broker computes more than the plan allows', description: `{{ $labels.instance }}: {{ $value | humanize }} processors busy, ${figures.text('cpu.allowed')} allowed; planned at the peak are ${figures.text('cpu.used')}.`, plan: figures.cited('cpu.allowed', 'cpu.used') },
  ];
}

function latencyRules(figures: PlanFigures): Rule[] {
  const objective = figures.find('latency.objective');
  if (objective === undefined) return [];
  return [{ alert: 'HeadroomProduceP99AboveObjective', expr: `kafka_network_requestmetrics_totaltimems{request="Produce", quantile="0.99"} > ${decimal(objective * 1000)}`, minutes: 10, severity: 'warning', summary: 'Produce requests take longer than the objective', description: '{{ $labels.instance }}: p99 {{ $value }} ms in the broker, replication included; what the client waits before it sends comes on top.', plan: figures.cited('latency.objective') }];
}

function topicRules(figures: PlanFigures, { name }: PlannedTopic): Rule[] {
  const rule = (metric: string, id: string, alert: string, what: string): Rule => ({ alert, expr: `sum(rate(kafka_server_brokertopicmetrics_${metric}_total{topic=${text(name)}}[5m])) > ${whole(figures.value(id))}`, minutes: 15, severity: 'warning', summary: `${name} takes more ${what} than planned`, description: `{{ $value | humanize }} a second, ${figures.text(id)} planned at the peak: size it again with what is measured.`, plan: figures.cited(id), of: { topic: name } });
  return [rule('bytesin', `${topicId(name)}.wire`, 'HeadroomTopicBytesAbovePlan', 'bytes'), rule('messagesin', `${topicId(name)}.rate`, 'HeadroomTopicRecordsAbovePlan', 'records')];
}

function diskRules({ plan, figures }: ExportRequest): Rule[] {
  const { topics, diskBytesPerBroker, brokers } = plan.shape;
  const retentions = topics.map(({ name, properties }) => ({ name, properties, seconds: figures.find(`${topicId(name)}.retention`) }));
  const shortest = Math.min(WEEK_SECONDS, ...retentions.map(({ seconds }) => seconds ?? WEEK_SECONDS));
  const horizon = Math.max(3600, Math.floor((1 - figures.value('disk.fill')) * shortest));
  const used = 'sum by (instance) (kafka_log_log_size)';
  const ids = figures.cited('disk.perBroker', 'disk.fill', ...topics.map(({ name }) => `${topicId(name)}.retention`));
  const rules: Rule[] = [
    { alert: 'HeadroomDiskFilling', expr: `predict_linear(${used}[6h:5m], ${horizon}) > ${whole(diskBytesPerBroker)}`, minutes: 30, severity: 'critical', summary: 'A broker\'s disk will be full', description: `{{ $labels.instance }}: as it grows now, {{ $value | humanize1024 }}B of logs in ${durationText(horizon)}; planned disk ${figures.text('disk.perBroker')}. Looked ahead is the share of the retention that the plan leaves free, so that logs which still fill up to their retention raise no alarm.`, plan: ids },
    { alert: 'HeadroomDiskAboveFill', expr: `${used} > ${whole(diskBytesPerBroker * figures.value('disk.fill'))}`, minutes: 15, severity: 'warning', summary: 'A broker stores more than planned', description: `{{ $labels.instance }}: {{ $value | humanize1024 }}B of logs; ${percentText(figures.value('disk.fill'))} of ${figures.text('disk.perBroker')} may be full.`, plan: ids },
  ];
  const kept = retentions.filter(({ properties, seconds }) => seconds !== undefined && properties['cleanup.policy'] === 'delete' && properties['retention.bytes'] === undefined && properties['local.retention.ms'] === undefined);
  if (kept.length === 0 || kept.length < topics.length) return rules;
  const overhead = 1 + figures.value('storage.overhead');
  const stored = topics.map(({ name, replicationFactor }) => `sum(rate(kafka_server_brokertopicmetrics_bytesin_total{topic=${text(name)}}[1d])) * ${decimal(replicationFactor * figures.value(`${topicId(name)}.retention`) * overhead)}`);
  rules.push({ alert: 'HeadroomDiskTooSmallForRetention', expr: `${stored.join(' + ')} > ${whole(brokers * diskBytesPerBroker * figures.value('disk.fill'))}`, minutes: 60, severity: 'warning', summary: 'At this rate the disks are too small for the retention', description: `What the last day wrote, kept for its retention with all replicas, is {{ $value | humanize1024 }}B; the disks may hold ${percentText(figures.value('disk.fill'))} of ${brokers} x ${figures.text('disk.perBroker')}.`, plan: `${ids}, ${figures.cited('brokers', 'storage.overhead')}` });
  return rules;
}

function lagRules(figures: PlanFigures, topic: PlannedTopic, { name: group }: PlannedTopic['groups'][number]): Rule[] {
  const { name } = topic;
  const [at, of] = [topicId(name), groupId(name, group)];
  const lag = `sum(kafka_consumergroup_lag{consumergroup=${text(group)}, topic=${text(name)}})`;
  const rate = figures.value(`${at}.rate`);
  const outage = figures.find(`${of}.outage`);
  const retention = figures.find(`${at}.retention`);
  const fromMemory = figures.value('pagecache.seconds');
  const rules: Rule[] = [
    { alert: 'HeadroomGroupFallingBehind', expr: `deriv(${lag}[15m:1m]) > ${decimal(FALLING_BEHIND_SHARE * rate)}`, minutes: 15, severity: 'warning', summary: `${group} is slower than the producers of ${name}`, description: `Its lag grows by {{ $value | humanize }} records a second, more than ${percentText(FALLING_BEHIND_SHARE)} of the planned rate.`, plan: figures.cited(`${at}.rate`, `${of}.consumers`, `${of}.consumer.rate`) },
    outage === undefined
      ? { alert: 'HeadroomGroupLagBeyondMemory', expr: `${lag} > ${whole(rate * Math.min(fromMemory, (retention ?? fromMemory) / 4))}`, minutes: 5, severity: 'warning', summary: `${group} will read ${name} from disk`, description: `A lag of {{ $value | humanize }} records: older ones are no longer in the page cache, and reading them takes disk and memory from the rest. The configuration names no time to catch up in.`, plan: figures.cited(`${at}.rate`, 'pagecache.seconds') }
      : { alert: 'HeadroomGroupLagBeyondCatchUp', expr: `${lag} > ${whole(rate * outage)}`, minutes: 5, severity: 'warning', summary: `${group} is further behind ${name} than it was planned to catch up`, description: `A lag of {{ $value | humanize }} records; the group was sized to work off ${durationText(outage)} of the peak.`, plan: figures.cited(`${at}.rate`, `${of}.outage`, `${of}.consumers`) },
  ];
  if (retention !== undefined && topic.properties['cleanup.policy'] === 'delete') {
    rules.push({ alert: 'HeadroomGroupLagNearRetention', expr: `${lag} > ${whole((figures.value(`${at}.rate.mean`) * retention) / 2)}`, minutes: 5, severity: 'critical', summary: `${group} will lose records of ${name}`, description: `A lag of {{ $value | humanize }} records is more than half of what the retention of ${durationText(retention)} keeps.`, plan: figures.cited(`${at}.rate.mean`, `${at}.retention`) });
  }
  return rules.map((rule) => ({ ...rule, of: { topic: name, consumergroup: group } }));
}

/** PromQL's strings are Go's. */
function text(value: string): string {
  return JSON.stringify(value);
}

function whole(value: number): string {
  return String(Math.round(value));
}

function decimal(value: number): string {
  return String(Number(value.toPrecision(6)));
}
