/** The cluster in the sheet: what its brokers carry together, how many of them that takes, also with some down, and what each must hold. */
import type { PlanUnit } from '../../results/plan-record.ts';
import type { Sheet } from '../model/sheet.ts';
import type { SizedCluster } from '../sizing-inputs.ts';
import { latencyCells } from './latency-cells.ts';
import { requestCells } from './request-cells.ts';
import type { TopicCells } from './topic-cells.ts';

interface Load {
  /** `net.egress`: name of the constraints. */
  readonly name: string;
  readonly what: string;
  readonly unit: PlanUnit;
  /** All brokers together. */
  readonly total: string;
  /** Of one broker, all of it. */
  readonly capacity: string;
  /** Of one broker that has nothing to do. */
  readonly idle: string | null;
}

export function clusterCells(sheet: Sheet, cluster: SizedCluster, topics: readonly TopicCells[]): void {
  const bytes = byteLoads(sheet, cluster, topics);
  const changelogs = topics.flatMap(({ groups }) => groups.flatMap(({ changelog }) => changelog ?? []));
  const storage = sheet.cell('storage', { label: 'stored in all', unit: 'bytes', text: 'sum(stored)', terms: { stored: [...topics, ...changelogs].map(({ stored }) => stored) } });
  const replicas = sheet.cell('replicas', { label: 'replicas in all', unit: 'count', text: 'sum(replicas)', terms: { replicas: [...topics, ...changelogs].map((each) => each.replicas) } });
  const leastBrokers = sheet.cell('brokers.least', {
    label: 'brokers for the replicas of a partition',
    unit: 'count',
    text: `max(replicationFactors, ${cluster.survives.broker ? 2 : 1})`,
    terms: { replicationFactors: topics.map(({ replicationFactor }) => replicationFactor) },
  });
  const brokers = sheet.choose({ kind: 'count', id: 'brokers', label: 'brokers', least: leastBrokers, most: Number.POSITIVE_INFINITY, step: cluster.zones, isShared: false });
  loadConstraints(sheet, cluster, { loads: [...bytes, processorLoad(sheet, cluster, { topics, brokers })], brokers });
  storageConstraints(sheet, cluster, { storage, brokers, written: 'disk.write.total' });
  countConstraints(sheet, cluster, { topics, replicas, storage, brokers });
  replicaConstraints(sheet, cluster, topics);
  catchUpConstraints(sheet, cluster, { topics, brokers });
}

function byteLoads(sheet: Sheet, cluster: SizedCluster, topics: readonly TopicCells[]): Load[] {
  const written = topics.map((each) => each.written);
  const [networkIn, networkOut, disk] = [cluster.networkInBytesPerSecond, cluster.networkOutBytesPerSecond, cluster.diskBytesPerSecond].map((each) => sheet.input(each)) as [string, string, string];
  const writtenTotal = (id: string, label: string): string => sheet.cell(id, { label, unit: 'bytes/s', text: 'sum(written)', terms: { written } });
  return [
    { name: 'net.ingress', what: 'network into a broker', unit: 'bytes/s', total: writtenTotal('net.ingress.total', 'into all brokers: producers and followers'), capacity: networkIn, idle: null },
    {
      name: 'net.egress',
      what: 'network out of a broker',
      unit: 'bytes/s',
      total: sheet.cell('net.egress.total', { label: 'out of all brokers: groups and followers', unit: 'bytes/s', text: 'sum(groups) + sum(followers)', terms: { groups: topics.map(({ readByGroups }) => readByGroups), followers: topics.map(({ readByFollowers }) => readByFollowers) } }),
      capacity: networkOut,
      idle: null,
    },
    { name: 'disk.write', what: 'disk writes of a broker', unit: 'bytes/s', total: writtenTotal('disk.write.total', 'written to all disks'), capacity: disk, idle: null },
  ];
}

/** By bytes, batches and requests: with small batches the requests decide, which models of bytes alone miss. */
function processorLoad(sheet: Sheet, cluster: SizedCluster, { topics, brokers }: { topics: readonly TopicCells[]; brokers: string }): Load {
  const { processor } = cluster;
  const bytes = sheet.cell('cpu.bytes.total', {
    label: 'processors for bytes',
    unit: 'cores',
    text: 'sum(written) * perWrittenByte + (sum(groups) + sum(followers)) * perReadByte',
    terms: { written: topics.map((each) => each.written), groups: topics.map(({ readByGroups }) => readByGroups), followers: topics.map(({ readByFollowers }) => readByFollowers), perWrittenByte: sheet.input(processor.secondsPerWrittenByte), perReadByte: sheet.input(processor.secondsPerReadByte) },
  });
  const counted = requestCells(sheet, cluster, { topics, brokers });
  const produced = [...counted.produce, ...topics.flatMap(({ markers }) => markers ?? [])];
  const followers = counted.followerFetches;
  sheet.cell('requests', { label: 'requests of producers, followers and consumers', unit: 'requests/s', text: 'sum(produced) + sum(consumers) + followers', terms: { produced, consumers: counted.consumerFetches, followers } });
  const forRequests = sheet.cell('cpu.requests.total', {
    label: 'processors for requests, readers and the batches for them',
    unit: 'cores',
    text: 'sum(produced) * perRequest + (sum(consumers) + 2 * followers) * perFetch + sum(links) * perLink + sum(batches) * perBatch',
    terms: { produced, consumers: counted.consumerFetches, followers, links: counted.consumerLinks, batches: counted.batches, perRequest: sheet.input(processor.secondsPerRequest), perFetch: sheet.input(processor.secondsPerFetch), perLink: sheet.input(processor.coresPerLink), perBatch: sheet.input(processor.secondsPerBatch) },
    reference: 'both ends of a fetch of a follower are brokers',
  });
  const total = sheet.cell('cpu.total', { label: 'processors of all brokers', unit: 'cores', text: '(bytes + requests) * unseen', terms: { bytes, requests: forRequests, unseen: sheet.input(processor.unseen) } });
  const idle = sheet.cell('cpu.idle.broker', { label: 'processors of a broker that has nothing to do', unit: 'cores', text: 'idle * unseen', terms: { idle: sheet.input(processor.idleCores), unseen: processor.unseen.id } });
  return { name: 'cpu', what: 'processors of a broker', unit: 'cores', total, capacity: sheet.input(cluster.cores), idle };
}

function loadConstraints(sheet: Sheet, cluster: SizedCluster, { loads, brokers }: { loads: readonly Load[]; brokers: string }): void {
  const normal = sheet.input(cluster.utilization);
  const degraded = sheet.input(cluster.degradedUtilization);
  const shareOf = (load: Load, left: string): { text: string; terms: Record<string, string> } => ({ text: `total / ${left}${load.idle === null ? '' : ' + idle'}`, terms: { total: load.total, brokers, ...(load.idle === null ? {} : { idle: load.idle }) } });
  const allowed = (load: Load, name: string, of: string): string => sheet.cell(`${name}${load.name}.allowed`, { label: `${load.what}, of which may be used`, unit: load.unit, text: 'capacity * utilization', terms: { capacity: load.capacity, utilization: of } });
  const utilizations: string[] = [];
  for (const load of loads) {
    const demand = sheet.cell(`${load.name}.used`, { label: load.what, unit: load.unit, ...shareOf(load, 'brokers') });
    sheet.constrain({ id: load.name, what: load.what, demand, capacity: allowed(load, '', normal), choice: brokers });
    utilizations.push(sheet.cell(`${load.name}.utilization`, { label: `utilization of ${load.what}`, unit: 'ratio', text: 'used / capacity', terms: { used: demand, capacity: load.capacity } }));
    if (load.name === 'cpu') processorParts(sheet, brokers);
    if (cluster.survives.broker) {
      const survivor = sheet.cell(`failure.n-1.${load.name}.used`, { label: `${load.what} while one is down`, unit: load.unit, ...shareOf(load, '(brokers - 1)'), reference: 'the others carry what it carried: N / (N - 1)' });
      sheet.constrain({ id: `failure.n-1.${load.name}`, what: `${load.what} while one is down`, demand: survivor, capacity: allowed(load, 'failure.n-1.', degraded), choice: brokers });
    }
    if (cluster.survives.zone) {
      const survivor = sheet.cell(`failure.zone.${load.name}.used`, { label: `${load.what} while a zone is down`, unit: load.unit, ...shareOf(load, `(brokers - ceil(brokers / ${cluster.zones}))`), reference: 'the other zones carry what the fullest carried: A / (A - 1) where they are even' });
      sheet.constrain({ id: `failure.zone.${load.name}`, what: `${load.what} while a zone is down`, demand: survivor, capacity: allowed(load, 'failure.zone.', degraded), choice: brokers });
    }
  }
  if (cluster.latency !== null) latencyCells(sheet, cluster.latency, { utilizations, brokers });
}

function storageConstraints(sheet: Sheet, cluster: SizedCluster, { storage, brokers, written }: { storage: string; brokers: string; written: string }): void {
  const fill = sheet.input(cluster.diskFill);
  const perBroker = sheet.cell('storage.broker', { label: 'stored on a broker', unit: 'bytes', text: 'storage / brokers', terms: { storage, brokers } });
  const allowed = sheet.cell('disk.allowed', { label: 'disk of a broker, of which may be full', unit: 'bytes', text: 'disk * fill', terms: { disk: sheet.input(cluster.diskBytes), fill } });
  sheet.constrain({ id: 'disk.capacity', what: 'storage of a broker', demand: perBroker, capacity: allowed, choice: brokers });
  const cache = sheet.cell('pagecache', { label: 'page cache of a broker', unit: 'bytes', text: 'memory - heap', terms: { memory: sheet.input(cluster.memoryBytes), heap: sheet.input(cluster.heapBytes) } });
  const tail = sheet.cell('pagecache.tail.bytes', { label: 'newest writes of a broker that readers at the tip want from memory', unit: 'bytes', text: 'written / brokers * tail', terms: { written, brokers, tail: sheet.input(cluster.pageCacheTail) }, reference: 'Kafka documentation, hardware: memory = write throughput x 30 s' });
  sheet.constrain({ id: 'mem.pagecache', what: 'page cache of a broker for the newest writes', demand: tail, capacity: cache, choice: brokers });
  sheet.cell('pagecache.seconds', { label: 'how far behind a reader may be and still read from memory', unit: 'seconds', text: 'cache / (written / brokers)', terms: { cache, written, brokers } });
  if (cluster.rebuildWithin !== null) {
    const demand = sheet.cell('recovery.rate', { label: 'into a replaced broker while it is filled', unit: 'bytes/s', text: 'storage / brokers / within + written / brokers', terms: { storage, brokers, written, within: sheet.input(cluster.rebuildWithin) } });
    const limits = [cluster.diskBytesPerSecond.id, cluster.networkInBytesPerSecond.id, ...(cluster.replicationThrottle === null ? [] : [sheet.input(cluster.replicationThrottle)])];
    const capacity = sheet.cell('recovery.limit', { label: 'what a replaced broker can take', unit: 'bytes/s', text: 'min(limits)', terms: { limits }, reference: 'a reassignment never ends when live writes exceed its throttle' });
    sheet.constrain({ id: 'recovery.time', what: 'a replaced broker is filled again in time', demand, capacity, choice: brokers });
  }
  const needed = sheet.cell('disk.needed', { label: 'disk that a broker needs', unit: 'bytes', text: 'stored / fill', terms: { stored: perBroker, fill } });
  sheet.choose({ kind: 'level', id: 'disk.perBroker', label: 'disk of a broker to provide', of: needed });
}

function countConstraints(sheet: Sheet, cluster: SizedCluster, { topics, replicas, storage, brokers }: { topics: readonly TopicCells[]; replicas: string; storage: string; brokers: string }): void {
  sheet.constrain({ id: 'controller.partitions', what: 'replicas that the controllers keep', demand: replicas, capacity: sheet.input(cluster.replicasPerClusterMax), choice: null });
  const perBroker = sheet.cell('replicas.broker', { label: 'replicas of a broker', unit: 'count', text: 'replicas / brokers', terms: { replicas, brokers } });
  sheet.constrain({ id: 'controller.partitions.broker', what: 'replicas of a broker', demand: perBroker, capacity: sheet.input(cluster.replicasPerBrokerMax), choice: brokers });
  const segments = sheet.cell('segments.broker', { label: 'segments of a broker', unit: 'count', text: '(storage / segmentBytes + replicas) / brokers', terms: { storage, segmentBytes: sheet.input(cluster.segmentBytes), replicas, brokers } });
  const connections = sheet.cell('connections.broker', {
    label: 'connections of a broker: producers, two for each consumer, its fellow brokers',
    unit: 'count',
    text: 'sum(producers) + 2 * sum(consumers) + 2 * (brokers - 1)',
    terms: { producers: topics.map(({ producers }) => producers), consumers: topics.flatMap(({ groups }) => groups.map((each) => each.consumers)), brokers },
    reference: 'every client ends up connected to every broker',
  });
  sheet.constrain({ id: 'connections', what: 'connections of a broker', demand: connections, capacity: sheet.input(cluster.connectionsMax), choice: null });
  const files = sheet.cell('files.broker', { label: 'open files of a broker', unit: 'count', text: '3 * segments + connections', terms: { segments, connections }, reference: 'Kafka keeps a log and two indexes open for each segment' });
  sheet.constrain({ id: 'files.handles', what: 'open files of a broker', demand: files, capacity: sheet.input(cluster.openFilesMax), choice: brokers });
  const maps = sheet.cell('maps.broker', { label: 'memory maps of a broker', unit: 'count', text: '2 * segments', terms: { segments }, reference: 'Kafka maps two indexes for each segment' });
  sheet.constrain({ id: 'memory.maps', what: 'memory maps of a broker', demand: maps, capacity: sheet.input(cluster.memoryMapsMax), choice: brokers });
}

/** Alone neither decides, but which of the two it is says what to change. */
function processorParts(sheet: Sheet, brokers: string): void {
  for (const part of ['bytes', 'requests'] as const) {
    const demand = sheet.cell(`cpu.${part}.used`, { label: `processors of a broker for ${part}`, unit: 'cores', text: 'total / brokers', terms: { total: `cpu.${part}.total`, brokers } });
    sheet.constrain({ id: `cpu.${part}`, what: `processors of a broker for ${part} alone`, demand, capacity: 'cpu.allowed', choice: brokers });
  }
}

/** Writes go on with a broker (or the replicas of a zone) down. */
function replicaConstraints(sheet: Sheet, { survives, zones }: SizedCluster, topics: readonly TopicCells[]): void {
  for (const { name, id, replicationFactor, minInsyncReplicas } of topics) {
    if (survives.broker || survives.rollingRestart) {
      const left = sheet.cell(`${id}.replicas.left`, { label: `replicas of a partition of ${name} while a broker is down`, unit: 'count', text: 'replicationFactor - 1', terms: { replicationFactor } });
      sheet.constrain({ id: `${id}.failure.min-isr`, what: `${name} takes writes while a broker is down or restarted`, demand: minInsyncReplicas, capacity: left, choice: null });
    }
    if (!survives.zone) continue;
    const left = sheet.cell(`${id}.replicas.left.zone`, { label: `replicas of a partition of ${name} while a zone is down`, unit: 'count', text: `replicationFactor - ceil(replicationFactor / ${zones})`, terms: { replicationFactor }, reference: 'replicas spread evenly over the zones (broker.rack)' });
    sheet.constrain({ id: `${id}.failure.zone.min-isr`, what: `${name} takes writes while a zone is down`, demand: minInsyncReplicas, capacity: left, choice: null });
  }
}

/** A group that is further behind than the page cache reads from the disks, beside the writes; one group at a time. */
function catchUpConstraints(sheet: Sheet, cluster: SizedCluster, { topics, brokers }: { topics: readonly TopicCells[]; brokers: string }): void {
  const lagging = topics.flatMap(({ groups }) => groups.flatMap(({ catchUpBytes }) => catchUpBytes ?? []));
  if (lagging.length === 0) return;
  const demand = sheet.cell('lag.catchup.disk', { label: 'disk of a broker while a group catches up', unit: 'bytes/s', text: '(written + max(lagging)) / brokers', terms: { written: 'disk.write.total', lagging, brokers }, reference: 'a lag longer than the page cache is read from disk' });
  const capacity = sheet.cell('lag.catchup.allowed', { label: 'disk throughput, of which may be used for a short time', unit: 'bytes/s', text: 'capacity * utilization', terms: { capacity: cluster.diskBytesPerSecond.id, utilization: cluster.degradedUtilization.id } });
  sheet.constrain({ id: 'lag.catchup.disk', what: 'disk of a broker while a group catches up', demand, capacity, choice: brokers });
}
