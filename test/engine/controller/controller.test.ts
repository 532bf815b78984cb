/** The controller alone; the brokers are connections that this test speaks through. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { placeReplicas } from '../../../engine/controller/placement.ts';
import { AllocateProducerIds, CreatePartitions, DeleteTopics, IncrementalAlterConfigs } from '../../../engine/protocol/apis.ts';
import { errorCodes } from '../../../engine/protocol/errors.ts';
import { ControllerFixture, SESSION_MS } from './controller-fixture.ts';

let at: ControllerFixture;
beforeEach(async () => {
  at = new ControllerFixture();
  await at.start();
});
afterEach(() => at.host.kill());

describe('topics', () => {
  it('have leaders and replicas spread evenly over the live brokers', async () => {
    await at.join(1, 2, 3);
    expect(await at.createTopic('even', { partitions: 30 })).toBe(errorCodes.NONE);
    for (const id of [1, 2, 3]) expect(at.partitions('even').filter(({ leader }) => leader === id)).toHaveLength(10);
    for (const { replicas, isr, leader } of at.partitions('even')) {
      expect(new Set(replicas).size).toBe(3);
      expect(isr.toSorted()).toEqual([1, 2, 3]);
      expect(leader).toBe(replicas[0]);
    }
  });

  it('spread a lost broker’s leadership over the others', () => {
    const placements = placeReplicas([1, 2, 3, 4], { count: 24, replicationFactor: 3, start: 0 });
    for (const lost of [1, 2, 3, 4]) {
      const heirs = placements.filter(([first]) => first === lost).map(([, second]) => second);
      for (const heir of [1, 2, 3, 4].filter((id) => id !== lost)) expect(heirs.filter((id) => id === heir)).toHaveLength(2);
    }
  });

  it.each([
    ['an existing name', 'there', {}, errorCodes.TOPIC_ALREADY_EXISTS],
    ['a bad name', 'no spaces', {}, errorCodes.INVALID_TOPIC_EXCEPTION],
    ['the metadata topic', '__cluster_metadata', {}, errorCodes.INVALID_TOPIC_EXCEPTION],
    ['no partitions', 'none', { partitions: 0 }, errorCodes.INVALID_PARTITIONS],
    ['more replicas than brokers', 'many', { replicas: 4 }, errorCodes.INVALID_REPLICATION_FACTOR],
    ['no replicas', 'none', { replicas: 0 }, errorCodes.INVALID_REPLICATION_FACTOR],
    ['a replica twice', 'twice', { assignments: [[1, 1]] }, errorCodes.INVALID_REPLICA_ASSIGNMENT],
    ['an unknown broker', 'unknown', { assignments: [[1, 9]] }, errorCodes.INVALID_REPLICA_ASSIGNMENT],
    ['uneven replicas', 'uneven', { assignments: [[1, 2], [3]] }, errorCodes.INVALID_REPLICA_ASSIGNMENT],
    ['a bad property', 'bad', { configs: { 'retention.ms': 'soon' } }, errorCodes.INVALID_CONFIG],
    ['an unknown property', 'bad', { configs: { 'retention.eons': '1' } }, errorCodes.INVALID_CONFIG],
  ])('are refused with %s, and nothing is written', async (_what, name, options, errorCode) => {
    await at.join(1, 2, 3);
    await at.createTopic('there');
    const before = at.controller.image.nextOffset;
    expect(await at.createTopic(name, options)).toBe(errorCode);
    expect(at.controller.image.nextOffset).toBe(before);
  });

  it('grow, change their properties and go', async () => {
    await at.join(1, 2, 3);
    await at.createTopic('t', { partitions: 2, configs: { 'retention.ms': '1000' } });
    const grow = (count: number) => at.ask(CreatePartitions, { topics: [{ name: 't', count, assignments: null }], timeoutMs: 1000, validateOnly: false });
    expect((await grow(2)).results).toMatchObject([{ errorCode: errorCodes.INVALID_PARTITIONS }]);
    expect((await grow(5)).results).toMatchObject([{ errorCode: errorCodes.NONE }]);
    expect(at.partitions('t')).toHaveLength(5);
    const configs = [{ name: 'retention.ms', configOperation: 1, value: null }, { name: 'segment.bytes', configOperation: 0, value: '1048576' }];
    await at.ask(IncrementalAlterConfigs, { resources: [{ resourceType: 2, resourceName: 't', configs }], validateOnly: false });
    expect(at.controller.image.configOf('t')).toMatchObject({ retentionMs: 604_800_000, segmentBytes: 1_048_576 });
    const remove = () => at.ask(DeleteTopics, { topics: [{ name: 't' }], topicNames: ['t'], timeoutMs: 1000 });
    expect((await remove()).responses[0]).toMatchObject({ name: 't', errorCode: errorCodes.NONE });
    expect((await remove()).responses[0]).toMatchObject({ errorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION });
    expect(await at.createTopic('t')).toBe(errorCodes.NONE);
    expect(at.controller.image.configOf('t').segmentBytes).not.toBe(1_048_576);
  });
});

describe('brokers', () => {
  it('are fenced when silent for the session timeout, and what they led goes to in-sync replicas only', async () => {
    await at.join(1, 2, 3);
    await at.createTopic('t', { assignments: [[3, 2, 1]] });
    expect(await at.alter('t', [{ brokerId: 3 }, { brokerId: 1 }])).toBe(errorCodes.NONE);
    await at.pass(SESSION_MS + 300, 1, 2);
    expect(at.controller.image.isAlive(3)).toBe(false);
    expect(at.partitions('t')[0]).toMatchObject({ leader: 1, isr: [1], leaderEpoch: 1 });
  });

  it('leave nobody to lead when the last in-sync replica is gone; only that one leads again', async () => {
    await at.join(1, 2, 3);
    await at.createTopic('t', { assignments: [[3, 2, 1]] });
    expect(await at.alter('t', [{ brokerId: 3 }])).toBe(errorCodes.NONE);
    await at.pass(SESSION_MS + 300, 1, 2);
    expect(at.partitions('t')[0]).toMatchObject({ leader: -1, isr: [3] });
    await at.pass(1500, 1, 2);
    expect(at.partitions('t')[0]).toMatchObject({ leader: -1, isr: [3] });
    await at.join(3);
    expect(at.partitions('t')[0]).toMatchObject({ leader: 3, isr: [3] });
  });

  it('hand over before a clean stop, and stay fenced', async () => {
    await at.join(1, 2, 3);
    await at.createTopic('t', { assignments: [[3, 2, 1]] });
    expect(await at.heartbeat(3, { wantShutDown: true })).toMatchObject({ shouldShutDown: true, isFenced: true });
    expect(at.partitions('t')[0]).toMatchObject({ leader: 2, isr: [2, 1] });
  });

  it('lead again what they are preferred for once they are in sync', async () => {
    await at.join(1, 2, 3);
    await at.createTopic('t', { assignments: [[3, 2, 1]] });
    await at.pass(SESSION_MS + 300, 1, 2);
    expect(at.partitions('t')[0]?.leader).toBe(2);
    await at.register(3, { incarnation: 33 });
    await at.pass(1500, 1, 2, 3);
    expect(at.partitions('t')[0]?.leader).toBe(2);
    expect(await at.alter('t', [{ brokerId: 2 }, { brokerId: 1 }, { brokerId: 3 }])).toBe(errorCodes.NONE);
    await at.pass(1500, 1, 2, 3);
    expect(at.partitions('t')[0]).toMatchObject({ leader: 3, leaderEpoch: 2 });
  });

  it('are not unfenced before they have read the metadata up to their registration, and not with an old epoch', async () => {
    await at.register(1);
    const epoch = at.epochs.get(1) as number;
    expect(await at.heartbeat(1, { metadataOffset: epoch - 1 })).toMatchObject({ isCaughtUp: false, isFenced: true });
    expect(await at.heartbeat(1, { metadataOffset: epoch })).toMatchObject({ isCaughtUp: true, isFenced: false });
    expect(await at.heartbeat(1, { epoch: epoch - 1 })).toMatchObject({ errorCode: errorCodes.STALE_BROKER_EPOCH });
    expect(await at.heartbeat(7)).toMatchObject({ errorCode: errorCodes.BROKER_ID_NOT_REGISTERED });
  });

  it('cannot take the id of a live one elsewhere; the same one restarted leaves the ISRs at once', async () => {
    await at.join(1, 2, 3);
    await at.createTopic('t', { assignments: [[3, 2, 1]] });
    expect(await at.register(3, { incarnation: 99, port: 7777 })).toBe(errorCodes.DUPLICATE_BROKER_REGISTRATION);
    const before = at.epochs.get(3) as number;
    expect(await at.register(3)).toBe(errorCodes.NONE);
    expect(at.epochs.get(3)).toBe(before);
    expect(await at.register(3, { incarnation: 33 })).toBe(errorCodes.NONE);
    expect(at.epochs.get(3)).toBeGreaterThan(before);
    expect(at.partitions('t')[0]).toMatchObject({ leader: 2, isr: [2, 1] });
  });
});

describe('ISR changes', () => {
  it('are taken from the leader with the current epochs only', async () => {
    await at.join(1, 2, 3);
    await at.createTopic('t', { assignments: [[3, 2, 1]] });
    const both = [{ brokerId: 3 }, { brokerId: 1 }];
    expect(await at.alter('t', both, { from: 2 })).toBe(errorCodes.INVALID_REQUEST);
    expect(await at.alter('t', both, { leaderEpoch: 1 })).toBe(errorCodes.NOT_CONTROLLER);
    expect(await at.alter('t', [{ brokerId: 2 }, { brokerId: 1 }])).toBe(errorCodes.INVALID_REQUEST);
    expect(await at.alter('t', [...both, { brokerId: 3 }])).toBe(errorCodes.INVALID_REQUEST);
    expect(await at.alter('t', both)).toBe(errorCodes.NONE);
    expect(await at.alter('t', [{ brokerId: 3 }], { partitionEpoch: 0 })).toBe(errorCodes.INVALID_UPDATE_VERSION);
    await at.pass(SESSION_MS + 300, 1, 2);
    expect(at.partitions('t')[0]?.leader).toBe(1);
    expect(await at.alter('t', both, { from: 1, leaderEpoch: 0 })).toBe(errorCodes.FENCED_LEADER_EPOCH);
    expect(at.partitions('t')[0]).toMatchObject({ isr: [1] });
  });

  it('do not let in who is fenced or was another incarnation when it fetched', async () => {
    await at.join(1, 2, 3);
    await at.createTopic('t', { assignments: [[1, 2, 3]] });
    const oldEpoch = at.epochs.get(3) as number;
    await at.register(3, { incarnation: 33 });
    expect(at.partitions('t')[0]?.isr).toEqual([1, 2]);
    const all = [{ brokerId: 1 }, { brokerId: 2 }];
    expect(await at.alter('t', [...all, { brokerId: 3 }])).toBe(errorCodes.INELIGIBLE_REPLICA);
    await at.heartbeat(3);
    expect(await at.alter('t', [...all, { brokerId: 3, brokerEpoch: oldEpoch }])).toBe(errorCodes.INELIGIBLE_REPLICA);
    expect(await at.alter('t', [...all, { brokerId: 3 }])).toBe(errorCodes.NONE);
  });
});

describe('a restarted controller', () => {
  it('knows everything again, and gives the brokers one session timeout to come back', async () => {
    await at.join(1, 2, 3);
    await at.createTopic('t', { partitions: 3, configs: { 'retention.ms': '1000' } });
    const ids = await at.ask(AllocateProducerIds, { brokerId: 1, brokerEpoch: at.epochs.get(1) as number });
    const before = structuredClone(at.partitions('t'));
    const { nextOffset } = at.controller.image;
    await at.restart();
    expect(at.partitions('t')).toEqual(before);
    expect(at.controller.image.nextOffset).toBe(nextOffset);
    expect(at.controller.image.configOf('t').retentionMs).toBe(1000);
    await at.pass(SESSION_MS - 200, 1, 2);
    expect([1, 2, 3].map((id) => at.controller.image.isAlive(id))).toEqual([true, true, true]);
    await at.pass(500, 1, 2);
    expect([1, 2, 3].map((id) => at.controller.image.isAlive(id))).toEqual([true, true, false]);
    const more = await at.ask(AllocateProducerIds, { brokerId: 1, brokerEpoch: at.epochs.get(1) as number });
    expect(more.producerIdStart).toBeGreaterThanOrEqual(ids.producerIdStart + ids.producerIdLen);
  });
});
