/**
 * The plan as resources of the Strimzi operator (v1 of its API, Strimzi 0.49 and later): two node pools (KRaft controllers, brokers), the
 * cluster, and its topics. The version of Kafka is left to the operator.
 */
import { stringify } from 'yaml';
import type { PlannedTopic } from '../../results/plan-record.ts';
import { BROKER_RESTS, brokerSettings } from './broker-settings.ts';
import { header, type ExportedFile, type ExportRequest } from './export-file.ts';
import { tieredNotes, topicIds } from './topics-script.ts';

const GIBIBYTE = 2 ** 30;
const MEBIBYTE = 2 ** 20;
/** A quorum of three goes on without one; of a single broker's cluster there is one. */
const CONTROLLERS = 3;
/** The metadata log and its snapshots: far below this with 100,000 partitions. */
const CONTROLLER_DISK = '20Gi';
const LABEL = 'strimzi.io/cluster';

export function strimziFile(request: ExportRequest): ExportedFile[] {
  const { plan } = request;
  const cluster = resourceName(plan.name);
  const head = header(request, {
    what: 'Kafka by the Strimzi operator: kubectl apply -f strimzi.yaml, in a namespace that the operator watches.',
    rests: [...BROKER_RESTS, 'disk.perBroker', 'broker.memory', 'broker.heap', ...plan.shape.topics.flatMap(({ name }) => topicIds(name))],
    notes: [
      'The brokers may use more processors than they ask for when a node has them: the page cache and the peaks of a rolling restart need them, so there is no cpu limit.',
      'A larger plan may be applied over this one; volumes grow where the storage class allows it, and never shrink.',
      'What the alert rules look at comes with spec.kafka.metricsConfig and the ConfigMap of Strimzi\'s examples/metrics/kafka-metrics.yaml, which are yours to add.',
      ...tieredNotes(plan).map((note) => `${note} Here that is spec.kafka.tieredStorage, with an image that has the classes.`),
    ],
  });
  const resources = [controllerPool(cluster, plan.shape.brokers), brokerPool(request, cluster), kafka(request, cluster), ...plan.shape.topics.map((topic) => topicResource(topic, cluster))];
  return [{ name: 'strimzi.yaml', text: `${head}${resources.map((each) => `---\n${stringify(each, { lineWidth: 0 })}`).join('')}` }];
}

function controllerPool(cluster: string, brokers: number): object {
  return nodePool('controller', cluster, { replicas: brokers < CONTROLLERS ? 1 : CONTROLLERS, roles: ['controller'], storage: storage(CONTROLLER_DISK) });
}

function brokerPool({ plan, figures }: ExportRequest, cluster: string): object {
  const memory = `${Math.floor(figures.value('broker.memory') / MEBIBYTE)}Mi`;
  const heap = `${Math.floor(figures.value('broker.heap') / MEBIBYTE)}m`;
  return nodePool('broker', cluster, {
    replicas: plan.shape.brokers,
    roles: ['broker'],
    storage: storage(`${Math.ceil(plan.shape.diskBytesPerBroker / GIBIBYTE)}Gi`),
    resources: { requests: { cpu: String(Number(figures.value('broker.cores').toFixed(3))), memory }, limits: { memory } },
    jvmOptions: { '-Xms': heap, '-Xmx': heap },
  });
}

function nodePool(name: string, cluster: string, spec: object): object {
  return { apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaNodePool', metadata: { name, labels: { [LABEL]: cluster } }, spec };
}

function storage(size: string): object {
  return { type: 'jbod', volumes: [{ id: 0, type: 'persistent-claim', size, kraftMetadata: 'shared', deleteClaim: false }] };
}

function kafka(request: ExportRequest, cluster: string): object {
  const { zones } = request.plan.shape;
  const config = Object.fromEntries(brokerSettings(request).map(({ name, value }) => [name, scalar(value)]));
  return {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'Kafka',
    metadata: { name: cluster },
    spec: {
      kafka: {
        listeners: [{ name: 'plain', port: 9092, type: 'internal', tls: false }, { name: 'tls', port: 9093, type: 'internal', tls: true }],
        config,
        ...(zones > 1 ? { rack: { topologyKey: 'topology.kubernetes.io/zone' } } : {}),
      },
      entityOperator: { topicOperator: {}, userOperator: {} },
      // Group lag, for the alert rules.
      kafkaExporter: { topicRegex: '.*', groupRegex: '.*' },
    },
  };
}

function topicResource({ name, partitions, replicationFactor, properties }: PlannedTopic, cluster: string): object {
  const resource = resourceName(name);
  return {
    apiVersion: 'kafka.strimzi.io/v1',
    kind: 'KafkaTopic',
    metadata: { name: resource, labels: { [LABEL]: cluster } },
    spec: { ...(resource === name ? {} : { topicName: name }), partitions, replicas: replicationFactor, config: Object.fromEntries(Object.entries(properties).map(([property, value]) => [property, scalar(value)])) },
  };
}

/** Numbers and truth values as YAML's own, as Strimzi's examples have them. */
function scalar(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  return /^-?\d+$/.test(value) && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** A DNS subdomain, as Kubernetes asks for. */
export function resourceName(name: string): string {
  const clean = name.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-').replaceAll(/(^|\.)-+|-+(?=\.|$)/g, '$1').replaceAll(/\.{2,}/g, '.').replaceAll(/^[.-]+|[.-]+$/g, '');
  return clean === '' ? 'kafka' : clean.slice(0, 200);
}
