/**
 * One entry of log.dirs: its identity (meta.properties), its partitions' directories, the clean-shutdown marker and
 * the checkpoint files of all partitions. Formats are Kafka's. Checkpoints are replaced as a whole.
 */
import type { Environment } from '../environment.ts';
import { StorageError } from '../environment.ts';

export interface MetaProperties {
  readonly clusterId: string;
  readonly nodeId: number;
  /** 16 bytes. */
  readonly directoryId: Buffer;
}

export type CheckpointName =
  | 'replication-offset-checkpoint'
  | 'recovery-point-offset-checkpoint'
  | 'log-start-offset-checkpoint'
  | 'cleaner-offset-checkpoint';

export interface StoredPartition {
  readonly topic: string;
  readonly partition: number;
  readonly directory: string;
  /** 16 bytes; undefined when the directory has no readable partition.metadata. */
  readonly topicId: Buffer | undefined;
}

const META_PROPERTIES = 'meta.properties';
const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';
export const PARTITION_METADATA = 'partition.metadata';

export class LogDirectory {
  readonly path: string;
  private readonly environment: Environment;

  private constructor(environment: Environment, path: string) {
    this.environment = environment;
    this.path = path;
  }

  /** Creates the directory if need be and removes what an interrupted deletion left. */
  static open(environment: Environment, path: string): LogDirectory {
    const { files } = environment;
    files.createDirectory(path);
    for (const name of files.list(path)) if (name.endsWith('-delete') || name.endsWith('.tmp')) files.remove(`${path}/${name}`);
    return new LogDirectory(environment, path);
  }

  /** Undefined before the directory was formatted. */
  readMetaProperties(): MetaProperties | undefined {
    const { files } = this.environment;
    const path = `${this.path}/${META_PROPERTIES}`;
    if (!files.exists(path)) return undefined;
    const properties = new Map<string, string>();
    for (const line of files.read(path).toString('utf8').split('\n')) {
      const at = line.indexOf('=');
      if (!line.startsWith('#') && at > 0) properties.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
    }
    const clusterId = properties.get('cluster.id');
    const nodeId = Number(properties.get('node.id'));
    const directoryId = Buffer.from(properties.get('directory.id') ?? '', 'base64url');
    if (clusterId === undefined || !Number.isInteger(nodeId) || directoryId.length !== 16) {
      throw new StorageError(`${path} needs cluster.id, node.id and directory.id; remove the directory to start anew`, { code: 'EBADMETA', path });
    }
    return { clusterId, nodeId, directoryId };
  }

  /**
   * Writes meta.properties into a new directory; refuses one of another cluster or broker, whose logs would be taken for
   * this one's.
   */
  claim(owner: { clusterId: string; nodeId: number }): void {
    const known = this.readMetaProperties();
    if (known === undefined) {
      this.writeMetaProperties({ ...owner, directoryId: Buffer.from(this.environment.random.uuid()) });
      return;
    }
    if (known.clusterId === owner.clusterId && known.nodeId === owner.nodeId) return;
    const message = `${this.path} belongs to broker ${known.nodeId} of cluster ${known.clusterId}, not to broker ${owner.nodeId} of cluster ${owner.clusterId}; choose another directory`;
    throw new StorageError(message, { code: 'EBADMETA', path: this.path });
  }

  private writeMetaProperties(meta: MetaProperties): void {
    const lines = [`cluster.id=${meta.clusterId}`, 'version=1', `directory.id=${meta.directoryId.toString('base64url')}`, `node.id=${meta.nodeId}`];
    this.environment.files.replace(`${this.path}/${META_PROPERTIES}`, Buffer.from(`${lines.join('\n')}\n`), { durable: true });
  }

  partitionPath(topic: string, partition: number): string {
    return `${this.path}/${topic}-${partition}`;
  }

  listPartitions(): StoredPartition[] {
    const { files } = this.environment;
    const found: StoredPartition[] = [];
    for (const name of files.list(this.path)) {
      const match = /^(.+)-(\d+)$/.exec(name);
      if (match === null || match[1] === '__cluster_metadata') continue;
      const directory = `${this.path}/${name}`;
      found.push({ topic: match[1] as string, partition: Number(match[2]), directory, topicId: readPartitionMetadata(this.environment, directory) });
    }
    return found;
  }

  /** Renames the directory first: a crash half-way leaves a name that the next start cleans up, not half a log. */
  deletePartition(topic: string, partition: number): void {
    const { files, random } = this.environment;
    const from = this.partitionPath(topic, partition);
    if (!files.exists(from)) return;
    // A file name has at most 255 bytes; the id alone makes it unique.
    const to = `${this.path}/${topic.slice(0, 200)}-${partition}.${Buffer.from(random.uuid()).toString('hex')}-delete`;
    files.rename(from, to);
    files.remove(to);
  }

  /** Whether the last stop was clean, and with which broker epoch; removes the marker, so that a crash from now on is seen. */
  takeCleanShutdownMarker(): boolean {
    const wasClean = this.readCleanShutdownEpoch() !== undefined;
    this.environment.files.remove(`${this.path}/${CLEAN_SHUTDOWN}`);
    return wasClean;
  }

  /** -1: a clean stop without a known broker epoch; undefined: no clean stop. */
  readCleanShutdownEpoch(): number | undefined {
    const { files } = this.environment;
    const path = `${this.path}/${CLEAN_SHUTDOWN}`;
    if (!files.exists(path)) return undefined;
    try {
      const marker: unknown = JSON.parse(files.read(path).toString('utf8'));
      if (marker !== null && typeof marker === 'object' && 'brokerEpoch' in marker && typeof marker.brokerEpoch === 'number') return marker.brokerEpoch;
    } catch {
      // An unreadable marker still says that the logs were closed: it is written behind them.
    }
    return -1;
  }

  writeCleanShutdownMarker(brokerEpoch: number): void {
    const bytes = Buffer.from(JSON.stringify({ version: 0, brokerEpoch }));
    this.environment.files.replace(`${this.path}/${CLEAN_SHUTDOWN}`, bytes, { durable: true });
  }

  /** Keys are `<topic> <partition>`. Lines that are not understood are left out. */
  readCheckpoint(name: CheckpointName): Map<string, number> {
    const { files } = this.environment;
    const offsets = new Map<string, number>();
    const path = `${this.path}/${name}`;
    if (!files.exists(path)) return offsets;
    for (const line of files.read(path).toString('utf8').split('\n').slice(2)) {
      const match = /^(\S+ \d+) (\d+)$/.exec(line);
      if (match !== null) offsets.set(match[1] as string, Number(match[2]));
    }
    return offsets;
  }

  /** Not durable: survives a killed process, not a power cut, and costs no wait for the disk. */
  writeCheckpoint(name: CheckpointName, offsets: ReadonlyMap<string, number>, options: { durable: boolean }): void {
    const lines = [...offsets].map(([partition, offset]) => `${partition} ${offset}\n`);
    this.environment.files.replace(`${this.path}/${name}`, Buffer.from(`0\n${offsets.size}\n${lines.join('')}`), options);
  }
}

export function readPartitionMetadata(environment: Environment, directory: string): Buffer | undefined {
  const path = `${directory}/${PARTITION_METADATA}`;
  if (!environment.files.exists(path)) return undefined;
  const match = /^topic_id: ([A-Za-z0-9_-]{22})$/m.exec(environment.files.read(path).toString('utf8'));
  return match === null ? undefined : Buffer.from(match[1] as string, 'base64url');
}

export function writePartitionMetadata(environment: Environment, directory: string, topicId: Buffer): void {
  const text = `version: 0\ntopic_id: ${topicId.toString('base64url')}`;
  environment.files.replace(`${directory}/${PARTITION_METADATA}`, Buffer.from(text), { durable: false });
}
