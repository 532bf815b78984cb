/**
 * The metadata log after power cuts and damage: decisions that were written whole are known again, a decision of several
 * records is never known by halves, and the log goes on behind what is left. HEADROOM_SEED repeats a history.
 */
import { describe, expect, it } from 'vitest';
import type { Environment, Files } from '../../../engine/environment.ts';
import { emptyDelta, MetadataImage } from '../../../engine/controller/metadata-image.ts';
import { MetadataLog } from '../../../engine/controller/metadata-log.ts';
import type { MetadataRecordInput } from '../../../engine/protocol/metadata-records.ts';
import { batchSizeInBytes } from '../../../engine/record/record-batch.ts';
import type { MemoryFiles } from '../../simulator/memory-files.ts';
import { RecordedFiles } from '../../simulator/recorded-files.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';
import { SimulatedCluster } from '../../simulator/simulated-cluster.ts';

const DIRECTORY = '/controller/__cluster_metadata-0';
const DECISIONS = 25;
const CUTS = 150;
const host = new SimulatedCluster({ seed: 1, brokerCount: 0 }).host('controller').environment;
const seeds = process.env['HEADROOM_SEED'] === undefined ? Array.from({ length: 4 }, () => Math.floor(Math.random() * 2 ** 31)) : [Number(process.env['HEADROOM_SEED'])];

/** What is known once `position` bytes of the write stream are on the disk. */
interface Moment {
  readonly position: number;
  readonly offset: number;
  readonly text: string;
}

class Node {
  readonly image = new MetadataImage(new Map());
  readonly log: MetadataLog;

  constructor(files: Files) {
    const environment: Environment = { ...host, files };
    this.log = new MetadataLog(environment, DIRECTORY);
  }

  static async open(files: Files): Promise<Node> {
    const node = new Node(files);
    await node.log.replay((record, offset) => node.image.apply(record, offset, emptyDelta()));
    expect(node.image.nextOffset).toBe(node.log.log.logEndOffset);
    return node;
  }

  decide(records: readonly MetadataRecordInput[]): void {
    this.log.append(records, (record, offset) => this.image.apply(record, offset, emptyDelta()));
  }

  get text(): string {
    const { brokers, topicsByName, nextProducerId } = this.image;
    return JSON.stringify({ brokers: [...brokers], topics: [...topicsByName], nextProducerId });
  }
}

/** One to many records that only make sense together. */
function decision(image: MetadataImage, random: SeededRandom): MetadataRecordInput[] {
  const id = random.nextInt(5);
  const topic = random.pick([...image.topicsById.values(), undefined]);
  if (!image.brokers.has(id)) return [registration(id, random)];
  switch (random.nextInt(5)) {
    case 0:
      return [{ kind: 'producerIds', brokerId: id, brokerEpoch: 0, nextProducerId: image.nextProducerId + 1000 }];
    case 1:
      return [{ kind: image.isAlive(id) ? 'fenceBroker' : 'unfenceBroker', id, epoch: 0 }];
    case 2:
      if (topic !== undefined) return [{ kind: 'removeTopic', topicId: Buffer.from(topic.topicId, 'hex') }];
      break;
    case 3:
      if (topic !== undefined) return topic.partitions.map(({ partition }) => ({ kind: 'partitionChange', partitionId: partition, topicId: Buffer.from(topic.topicId, 'hex'), isr: [id], leader: id }));
      break;
    default:
  }
  const topicId = Buffer.from(random.uuid());
  const partitions = Array.from({ length: 1 + random.nextInt(30) }, (_, partitionId): MetadataRecordInput => ({ kind: 'partition', partitionId, topicId, replicas: [id], isr: [id], leader: id, leaderEpoch: 0, partitionEpoch: 0 }));
  return [{ kind: 'topic', name: topicId.toString('hex'), topicId }, ...partitions];
}

function registration(brokerId: number, random: SeededRandom): MetadataRecordInput {
  const endPoints = [{ name: 'PLAINTEXT', host: 'localhost', port: 9092, securityProtocol: 0 }];
  return { kind: 'registerBroker', brokerId, incarnationId: Buffer.from(random.uuid()), brokerEpoch: 0, endPoints, features: [], rack: null, fenced: true };
}

function writeHistory(seed: number): { disk: RecordedFiles; moments: Moment[]; random: SeededRandom } {
  const random = new SeededRandom(seed);
  const disk = new RecordedFiles();
  const node = new Node(disk);
  const moments: Moment[] = [];
  const note = (): void => void moments.push({ position: disk.position, offset: node.log.log.logEndOffset, text: node.text });
  note();
  for (let count = 0; count < DECISIONS; count++) {
    node.decide(decision(node.image, random));
    note();
  }
  return { disk, moments, random };
}

function batchStarts(bytes: Buffer, end: number): number[] {
  const starts: number[] = [];
  for (let at = 0; at < end; at += batchSizeInBytes(bytes, at)) starts.push(at);
  return starts;
}

describe('the metadata log', () => {
  it.each(seeds)('is known up to a whole decision wherever its writes were cut, and goes on from there (seed %i)', async (seed) => {
    const { disk, moments, random } = writeHistory(seed);
    for (let count = 0; count < CUTS; count++) {
      const position = random.nextInt(disk.position + 1);
      const hint = `HEADROOM_SEED=${seed}, cut at ${position}`;
      const files = disk.at(position);
      const node = await Node.open(files);
      const written = moments.findLastIndex((moment) => moment.position <= position);
      const found = moments.findIndex(({ offset }) => offset === node.log.log.logEndOffset);
      expect(found, `${hint}: no decision ends at ${node.log.log.logEndOffset}`).toBeGreaterThanOrEqual(Math.max(0, written));
      expect(found, hint).toBeLessThanOrEqual(written + 1);
      expect(node.text, hint).toBe(moments[found]?.text);
      node.decide(decision(node.image, random));
      expect((await Node.open(files)).text, `${hint}, one more decision, opened again`).toBe(node.text);
    }
  });

  it.each(seeds)('with a damaged byte ends before the decision that it is in (seed %i)', async (seed) => {
    const { disk, moments, random } = writeHistory(seed);
    const path = `${DIRECTORY}/00000000000000000000.log`;
    const length = disk.read(path).findLastIndex((byte) => byte !== 0) + 1;
    for (let count = 0; count < CUTS; count++) {
      const files: MemoryFiles = disk.at(disk.position);
      const bytes = files.read(path);
      // Base offset and leader epoch are outside of what the CRC covers: by the format nobody can tell.
      const within = random.nextInt(length);
      const batch = batchStarts(bytes, length).findLast((start) => start <= within) ?? 0;
      const at = within - batch < 8 || (within - batch >= 12 && within - batch < 16) ? batch + 16 : within;
      bytes[at] = (bytes[at] as number) ^ (1 << random.nextInt(8));
      files.replace(path, bytes);
      const node = await Node.open(files);
      const found = moments.find(({ offset }) => offset === node.log.log.logEndOffset);
      expect(node.text, `HEADROOM_SEED=${seed}, damaged at ${at}`).toBe(found?.text);
      expect(node.log.log.logEndOffset).toBeLessThan(moments.at(-1)?.offset ?? 0);
    }
  });
});
