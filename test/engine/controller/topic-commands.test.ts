/** What becomes of topic commands: records to commit or a refusal with Kafka's code; and where replicas are placed. */
import { beforeEach, describe, expect, it } from 'vitest';
import { emptyDelta, MetadataImage } from '../../../engine/controller/metadata-image.ts';
import { placeReplicas } from '../../../engine/controller/placement.ts';
import { addPartitions, alterConfigs, createTopic, deleteTopic, type CommandResult } from '../../../engine/controller/topic-commands.ts';
import { errorName } from '../../../engine/protocol/errors.ts';
import { decodeMetadataRecord, encodeMetadataRecord, type MetadataRecordInput } from '../../../engine/protocol/metadata-records.ts';
import { SeededRandom } from '../../simulator/seeded-random.ts';

const seed = Number(process.env['HEADROOM_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const random = new SeededRandom(seed);
const defaults = { partitionCount: 5, replicationFactor: 2 };
const none = { partitionCount: -1, replicationFactor: -1, assignments: [] as number[][], configs: {} as Record<string, string | null> };

let image: MetadataImage;
beforeEach(() => {
  image = new MetadataImage(new Map());
  for (const id of [1, 2, 3, 4]) {
    const endPoints = [{ name: 'PLAINTEXT', host: 'localhost', port: 9090 + id, securityProtocol: 0 }];
    commit([{ kind: 'registerBroker', brokerId: id, incarnationId: Buffer.alloc(16, id), brokerEpoch: id, endPoints, features: [], rack: null, fenced: id === 4 }]);
  }
});

/** As the log hands them on. */
function commit(records: readonly MetadataRecordInput[]): void {
  for (const record of records) image.apply(decodeMetadataRecord(encodeMetadataRecord(record)), image.nextOffset, emptyDelta());
}

function create(name: string, options: Partial<typeof none> = {}): CommandResult {
  const { partitionCount, replicationFactor, assignments, configs } = { ...none, ...options };
  const topic = {
    name,
    numPartitions: partitionCount,
    replicationFactor,
    assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  };
  return committed(createTopic(image, topic, { random, defaults }));
}

function grow(name: string, count: number, assignments: number[][] | null = null): CommandResult {
  return committed(addPartitions(image, { name, count, assignments: assignments?.map((brokerIds) => ({ brokerIds })) ?? null }, random));
}

function committed(result: CommandResult): CommandResult {
  if (result.kind === 'accepted') commit(result.records);
  return result;
}

function outcome(result: CommandResult): string {
  return result.kind === 'accepted' ? 'accepted' : errorName(result.errorCode);
}

function replicasOf(name: string): (readonly number[])[] {
  return image.topicsByName.get(name)?.partitions.map(({ replicas }) => replicas) ?? [];
}

describe('a new topic', () => {
  it.each([
    ['x'.repeat(249), 'accepted'],
    ['x'.repeat(250), 'INVALID_TOPIC_EXCEPTION'],
    ['', 'INVALID_TOPIC_EXCEPTION'],
    ['.', 'INVALID_TOPIC_EXCEPTION'],
    ['..', 'INVALID_TOPIC_EXCEPTION'],
    ['...', 'accepted'],
    ['Az09._-', 'accepted'],
    ['a/b', 'INVALID_TOPIC_EXCEPTION'],
    ['größe', 'INVALID_TOPIC_EXCEPTION'],
    ['a\n', 'INVALID_TOPIC_EXCEPTION'],
  ])('named %j is %s', (name, expected) => {
    expect(outcome(create(name))).toBe(expected);
  });

  it('takes the defaults where it says nothing, and lives on live brokers only', () => {
    expect(outcome(create('t'))).toBe('accepted');
    expect(replicasOf('t')).toHaveLength(5);
    for (const replicas of replicasOf('t')) expect([replicas.length, replicas.includes(4)]).toEqual([2, false]);
    expect(outcome(create('more', { replicationFactor: 4 }))).toBe('INVALID_REPLICATION_FACTOR');
  });

  it.each([[0], [-2], [100_001]])('cannot have %i partitions', (partitionCount) => {
    expect(outcome(create('t', { partitionCount }))).toBe('INVALID_PARTITIONS');
  });

  it('is where it was assigned, fenced brokers included, who are not in sync then', () => {
    expect(outcome(create('t', { assignments: [[4, 2, 1]] }))).toBe('accepted');
    expect(image.topicsByName.get('t')?.partitions[0]).toMatchObject({ replicas: [4, 2, 1], isr: [2, 1], leader: 2, leaderEpoch: 0, partitionEpoch: 0 });
    expect(outcome(create('alone', { assignments: [[4]] }))).toBe('accepted');
    expect(image.topicsByName.get('alone')?.partitions[0]).toMatchObject({ isr: [4], leader: -1 });
    expect(outcome(create('uneven', { assignments: [[1, 2], [3]] }))).toBe('INVALID_REPLICA_ASSIGNMENT');
    expect(outcome(create('nobody', { assignments: [[]] }))).toBe('INVALID_REPLICA_ASSIGNMENT');
  });

  it.each([[[0, 2]], [[1, 2]], [[0, 0]], [[-1, 0]]])('cannot have its partitions assigned as %j: they begin at 0 without a hole', (indexes) => {
    const assignments = indexes.map((partitionIndex) => ({ partitionIndex, brokerIds: [1] }));
    expect(outcome(createTopic(image, { name: 't', numPartitions: -1, replicationFactor: -1, assignments, configs: [] }, { random, defaults }))).toBe('INVALID_REPLICA_ASSIGNMENT');
  });

  it('cannot be had while no broker lives', () => {
    commit([1, 2, 3].map((id) => ({ kind: 'fenceBroker', id, epoch: id })));
    expect(outcome(create('t', { replicationFactor: 1 }))).toBe('INVALID_REPLICATION_FACTOR');
  });
});

describe('a topic', () => {
  it('grows by what was asked for; what was there stays', () => {
    create('t', { partitionCount: 3 });
    const before = replicasOf('t');
    expect([3, 2, 100_001].map((count) => outcome(grow('t', count)))).toEqual(Array(3).fill('INVALID_PARTITIONS'));
    expect(outcome(grow('t', 7))).toBe('accepted');
    expect(replicasOf('t').slice(0, 3)).toEqual(before);
    expect(replicasOf('t').map(({ length }) => length)).toEqual(Array(7).fill(2));
    expect(outcome(grow('t', 9, [[1, 2]]))).toBe('INVALID_REPLICA_ASSIGNMENT');
    expect(outcome(grow('t', 8, [[1]]))).toBe('INVALID_REPLICA_ASSIGNMENT');
    expect(outcome(grow('t', 8, [[1, 9]]))).toBe('INVALID_REPLICA_ASSIGNMENT');
    expect(outcome(grow('t', 8, [[3, 1]]))).toBe('accepted');
    expect(replicasOf('t').at(-1)).toEqual([3, 1]);
    commit([1, 2].map((id) => ({ kind: 'fenceBroker', id, epoch: id })));
    expect(outcome(grow('t', 9))).toBe('INVALID_REPLICATION_FACTOR');
    expect(outcome(grow('other', 9))).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });

  it('goes by its name or its id, once', () => {
    create('named');
    create('numbered');
    const topicId = image.topicsByName.get('numbered')?.topicId ?? '';
    const nobody = '0'.repeat(32);
    expect(outcome(committed(deleteTopic(image, { name: 'named', topicId: nobody })))).toBe('accepted');
    expect(outcome(committed(deleteTopic(image, { name: null, topicId })))).toBe('accepted');
    expect(outcome(deleteTopic(image, { name: 'named', topicId: nobody }))).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(outcome(deleteTopic(image, { name: null, topicId }))).toBe('UNKNOWN_TOPIC_ID');
    expect([image.topicsByName.size, image.topicsById.size]).toEqual([0, 0]);
  });

  it('takes changed properties all together or not at all', () => {
    create('t', { configs: { 'retention.ms': '1' } });
    const alter = (configs: [string, number, string | null][], options: { type?: number; name?: string } = {}): string => {
      const resource = { resourceType: options.type ?? 2, resourceName: options.name ?? 't', configs: configs.map(([name, configOperation, value]) => ({ name, configOperation, value })) };
      return outcome(committed(alterConfigs(image, resource)));
    };
    expect(alter([['retention.ms', 0, '7'], ['segment.bytes', 0, 'many']])).toBe('INVALID_CONFIG');
    expect(alter([['cleanup.policy', 2, 'compact']])).toBe('INVALID_REQUEST');
    expect(alter([['retention.ms', 0, '7']], { type: 4 })).toBe('INVALID_REQUEST');
    expect(alter([['retention.ms', 0, '7']], { name: 'other' })).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(image.configOf('t').retentionMs).toBe(1);
    expect(alter([['retention.ms', 0, '7'], ['min.insync.replicas', 0, '2']])).toBe('accepted');
    expect(image.configOf('t')).toMatchObject({ retentionMs: 7, minInsyncReplicas: 2 });
    expect(alter([['retention.ms', 1, null], ['min.insync.replicas', 1, null]])).toBe('accepted');
    expect(image.configOf('t')).toMatchObject({ retentionMs: 604_800_000, minInsyncReplicas: 1 });
  });
});

describe('placement', () => {
  it(`spreads leaders and replicas evenly, whatever the numbers (HEADROOM_SEED=${seed})`, () => {
    for (let round = 0; round < 150; round++) {
      const brokers = Array.from({ length: 1 + random.nextInt(9) }, (_, at) => at * 10 + 1);
      const options = { count: 1 + random.nextInt(60), replicationFactor: 1 + random.nextInt(brokers.length), start: random.nextInt(brokers.length) };
      const hint = JSON.stringify({ brokers: brokers.length, ...options });
      const placed = placeReplicas(brokers, options);
      expect(placed, hint).toHaveLength(options.count);
      for (const replicas of placed) {
        expect([new Set(replicas).size, replicas.length], hint).toEqual([options.replicationFactor, options.replicationFactor]);
        expect(replicas.every((id) => brokers.includes(id)), hint).toBe(true);
      }
      expect(spread(brokers, placed.map(([leader]) => leader as number)), `leaders: ${hint}`).toBeLessThanOrEqual(1);
      // Whole turns over the brokers give everyone the same; of the last turn nobody gets a partition twice.
      expect(spread(brokers, placed.flat()), `replicas: ${hint}`).toBeLessThanOrEqual(options.count % brokers.length === 0 ? 0 : options.replicationFactor);
    }
  });
});

/** The difference between the most and the least that one broker has. */
function spread(brokers: readonly number[], ids: readonly number[]): number {
  const counts = brokers.map((broker) => ids.filter((id) => id === broker).length);
  return Math.max(...counts) - Math.min(...counts);
}
