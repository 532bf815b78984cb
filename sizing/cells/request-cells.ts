/** Requests in the sheet: how often producers send, and followers and consumers fetch. What runs are computed with is ../request-rates.ts. */
import { groupPart } from '../../results/plan-ids.ts';
import type { Sheet } from '../model/sheet.ts';
import type { SizedCluster } from '../sizing-inputs.ts';
import type { TopicCells } from './topic-cells.ts';

/** Ids; all brokers together, a second. */
export interface RequestCells {
  readonly produce: readonly string[];
  readonly consumerFetches: readonly string[];
  /** Connections over which a group fetches. */
  readonly consumerLinks: readonly string[];
  readonly followerFetches: string;
  /** Batches as often as a broker handles one: appended by each replica, read for each reader. */
  readonly batches: readonly string[];
}

const ANSWERED_AT_ONCE = 'a fetch is answered at the append that brings it news (fetch.min.bytes=1), or when its wait is over';

export function requestCells(sheet: Sheet, cluster: SizedCluster, { topics, brokers }: { topics: readonly TopicCells[]; brokers: string }): RequestCells {
  const [perLinger, fullShare, round, wait] = [cluster.requestsPerLinger, cluster.fullBatchesShare, cluster.fetchRound, cluster.fetchWait].map((each) => sheet.input(each)) as [string, string, string, string];
  const produce = topics.map(({ name, id, producers, partitions, linger, batches, fullBatches }) =>
    sheet.cell(`${id}.requests`, {
      label: `requests of the producers of ${name}`,
      unit: 'requests/s',
      text: 'min(batches, max(producers * min(brokers, partitions) * perLinger / linger, full / max(1, fullShare * partitions / brokers)))',
      terms: { batches, producers, brokers, partitions, perLinger, linger, full: fullBatches, fullShare },
      reference: 'a request takes the open batches of one broker along, when linger.ms is over for one of them or one is full',
    }),
  );
  const news = topics.map(({ name, id, batches, replicationFactor }, at) => sheet.cell(`${id}.news.followers`, { label: `appends to ${name}, as often as one is news to a follower`, unit: 'requests/s', text: 'min(requests * (brokers - 1), batches * (replicationFactor - 1))', terms: { requests: produce[at] as string, brokers, batches, replicationFactor } }));
  const pairs = sheet.cell('followers.pairs', { label: 'brokers that fetch from another, in pairs', unit: 'count', text: 'min(brokers * (brokers - 1), sum(replicas) - sum(partitions))', terms: { brokers, replicas: topics.map(({ replicas }) => replicas), partitions: topics.map(({ partitions }) => partitions) } });
  const followerFetches = sheet.cell('requests.followers', { label: 'fetches of followers', unit: 'requests/s', text: 'max(pairs / wait, sum(news) / (1 + sum(news) * round / max(1, pairs)))', terms: { pairs, wait, news, round }, reference: ANSWERED_AT_ONCE });
  const consumers = topics.flatMap((topic, at) => consumerCells(sheet, cluster, { topic, requests: produce[at] as string, brokers }));
  return { produce, followerFetches, consumerFetches: consumers.map(({ fetches }) => fetches), consumerLinks: consumers.map(({ links }) => links), batches: topics.map((topic) => batchCell(sheet, topic)) };
}

function consumerCells(sheet: Sheet, cluster: SizedCluster, { topic, requests, brokers }: { topic: TopicCells; requests: string; brokers: string }): { fetches: string; links: string }[] {
  const [round, wait] = [cluster.fetchRound.id, cluster.fetchWait.id];
  const { partitions, batches, wire } = topic;
  return topic.groups.map(({ name, kind, consumers }) => {
    const at = `${topic.id}.${groupPart(name)}`;
    const links = sheet.cell(`${at}.links`, { label: `connections over which ${name} fetches`, unit: 'count', text: 'min(consumers * brokers, partitions)', terms: { consumers, brokers, partitions } });
    const news = sheet.cell(`${at}.news`, { label: `appends to ${topic.name}, as often as one is news to a consumer of ${name}`, unit: 'requests/s', text: 'min(requests * consumers, batches)', terms: { requests, consumers, batches } });
    const isSink = kind === 'sink' || kind === 'connect';
    const fetches = sheet.cell(`${at}.fetches`, {
      label: `fetches of ${name}`,
      unit: 'requests/s',
      text: isSink ? 'links / wait + min(news / (1 + news * round / links), wire / portion)' : 'max(links / wait, news / (1 + news * round / links))',
      terms: { links, wait, news, round, ...(isSink ? { wire, portion: sheet.input(cluster.sinkPortion) } : {}) },
      reference: isSink ? 'a sink waits for fetch.min.bytes, or until its wait is over' : ANSWERED_AT_ONCE,
    });
    return { fetches, links };
  });
}

function batchCell(sheet: Sheet, { name, id, batches, replicationFactor, groups }: TopicCells): string {
  return sheet.cell(`${id}.batches.handled`, { label: `batches of ${name}, each time that a broker appends or reads one`, unit: 'requests/s', text: `batches * (2 * replicationFactor - 1 + ${groups.length})`, terms: { batches, replicationFactor }, reference: 'every replica appends it; every follower and group is sent it' });
}
