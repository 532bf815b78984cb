/**
 * A controller under random registrations, silences, restarts, topics and ISR changes, also stale and foolish ones. After
 * each step the rules of leadership hold, and at the end a reader of the metadata log and a restarted controller both know
 * what the controller knew. HEADROOM_SEED repeats a schedule, HEADROOM_SCHEDULES sets how many there are.
 */
import { describe, expect, it } from 'vitest';
import { emptyDelta, MetadataImage } from '../../../engine/controller/metadata-image.ts';
import { forEachMetadataRecord, METADATA_TOPIC_ID } from '../../../engine/controller/metadata-log.ts';
import { AllocateProducerIds, DeleteTopics, Fetch } from '../../../engine/protocol/apis.ts';
import { errorCodes } from '../../../engine/protocol/errors.ts';
import type { PartitionState } from '../../../engine/replication/partition-state.ts';
import { ControllerFixture, SESSION_MS } from './controller-fixture.ts';

const SCHEDULES = Number(process.env['HEADROOM_SCHEDULES'] ?? 25);
const STEPS = 60;
const BROKERS = [1, 2, 3, 4];
const TOPICS = ['a', 'b', 'c'];

const seeds = process.env['HEADROOM_SEED'] === undefined
  ? Array.from({ length: SCHEDULES }, () => Math.floor(Math.random() * 2 ** 31))
  : [Number(process.env['HEADROOM_SEED'])];

describe('a controller', () => {
  it.each(seeds)('elects from the in-sync replicas only and forgets nothing, whatever its brokers do (seed %i)', async (seed) => {
    const schedule = new Schedule(seed);
    await schedule.run().catch((error: unknown) => {
      console.log(`HEADROOM_SEED=${seed}\n${schedule.steps.slice(-15).join('\n')}`);
      throw error;
    });
  });
});

class Schedule {
  readonly steps: string[] = [];
  private readonly at: ControllerFixture;
  private incarnation = 10;
  /** Partitions before the step, by topic id and number. */
  private before = new Map<string, PartitionState>();
  private brokerEpochs = new Map<number, number>();

  constructor(seed: number) {
    this.at = new ControllerFixture(seed);
  }

  async run(): Promise<void> {
    const { at } = this;
    await at.start();
    await at.join(...BROKERS);
    for (let step = 0; step < STEPS; step++) {
      const mayGrow = await this.step();
      this.check(mayGrow);
    }
    const told = imageText(await this.readBack());
    const known = imageText(at.controller.image);
    expect(told).toBe(known);
    await at.restart();
    expect(imageText(at.controller.image)).toBe(known);
    at.host.kill();
  }

  /** True when an ISR may have grown in it. */
  private async step(): Promise<boolean> {
    const { at } = this;
    const { random } = at.world;
    const broker = random.pick(BROKERS);
    const topic = random.pick(TOPICS);
    const kind = random.pick(['create', 'alter', 'alter', 'alter', 'pass', 'pass', 'register', 'stop', 'delete', 'ids', 'restart'] as const);
    this.steps.push(`${this.steps.length} ${kind} broker ${broker} topic ${topic}`);
    switch (kind) {
      case 'create':
        await at.createTopic(topic, { partitions: 1 + random.nextInt(4), replicas: 1 + random.nextInt(4) });
        return false;
      case 'alter':
        return this.alter(topic);
      case 'pass':
        await at.pass(random.nextInt(2 * SESSION_MS), ...BROKERS.filter(() => random.nextInt(3) > 0));
        return false;
      case 'register':
        expect(await at.register(broker, { incarnation: this.incarnation++ % 256 })).toBe(errorCodes.NONE);
        if (random.nextInt(2) === 0) await at.heartbeat(broker);
        return false;
      case 'stop':
        await at.heartbeat(broker, { wantShutDown: true });
        return false;
      case 'delete':
        await at.ask(DeleteTopics, { topics: [{ name: topic }], topicNames: [topic], timeoutMs: 1000 });
        return false;
      case 'ids':
        await at.ask(AllocateProducerIds, { brokerId: broker, brokerEpoch: at.epochs.get(broker) ?? -1 });
        return false;
      case 'restart':
        await at.restart();
        return false;
    }
  }

  /** An ISR change as a leader, or a broker that was one, may send it. */
  private async alter(topic: string): Promise<boolean> {
    const { at } = this;
    const { random } = at.world;
    const state = at.partitions(topic)[0];
    if (state === undefined) return false;
    const from = random.nextInt(5) === 0 ? random.pick(BROKERS) : state.leader;
    if (from < 0) return false;
    const isr = state.replicas.filter((id) => id === from || random.nextInt(3) > 0).map((brokerId) => ({ brokerId }));
    const stale = (value: number): number => value - (random.nextInt(6) === 0 ? 1 : 0);
    const answer = await at.alter(topic, isr, { from, leaderEpoch: stale(state.leaderEpoch), partitionEpoch: stale(state.partitionEpoch) });
    const after = at.partitions(topic)[0];
    if (answer !== errorCodes.NONE) expect(after, `refused with ${answer}, so nothing changed`).toEqual(state);
    else expect(after).toMatchObject({ isr: isr.map(({ brokerId }) => brokerId), leader: state.leader, leaderEpoch: state.leaderEpoch, partitionEpoch: state.partitionEpoch + 1 });
    return answer === errorCodes.NONE;
  }

  private check(mayGrow: boolean): void {
    const { image } = this.at.controller;
    const now = new Map<string, PartitionState>();
    for (const topic of image.topicsById.values()) {
      for (const state of topic.partitions) {
        const key = `${topic.topicId}:${state.partition}`;
        now.set(key, state);
        checkState(image, state);
        const before = this.before.get(key);
        if (before !== undefined) checkChange(before, state, mayGrow);
      }
    }
    this.before = now;
    for (const { brokerId, brokerEpoch } of image.brokers.values()) {
      expect(brokerEpoch).toBeGreaterThanOrEqual(this.brokerEpochs.get(brokerId) ?? 0);
      this.brokerEpochs.set(brokerId, brokerEpoch);
    }
  }

  /** The image of somebody who pulls the metadata log, as brokers do, until there is no more. */
  private async readBack(): Promise<MetadataImage> {
    const image = new MetadataImage(new Map());
    while (image.nextOffset < this.at.controller.image.nextOffset) {
      const partitions = [{ partition: 0, fetchOffset: image.nextOffset, partitionMaxBytes: 500 }];
      const answer = await this.at.ask(Fetch, { maxWaitMs: 0, minBytes: 1, maxBytes: 500, topics: [{ topicId: METADATA_TOPIC_ID, partitions }] });
      const data = answer.responses[0]?.partitions[0];
      expect(data?.errorCode).toBe(errorCodes.NONE);
      const next = forEachMetadataRecord(data?.records ?? Buffer.alloc(0), (record, offset) => {
        expect(offset).toBe(image.nextOffset);
        image.apply(record, offset, emptyDelta());
      });
      expect(next).toBe(image.nextOffset);
    }
    return image;
  }
}

function checkState(image: MetadataImage, state: PartitionState): void {
  const { isr, leader, replicas } = state;
  const text = JSON.stringify(state);
  expect(isr.length, `an ISR is never empty: ${text}`).toBeGreaterThan(0);
  expect(new Set(isr).size, text).toBe(isr.length);
  for (const id of isr) expect(replicas, text).toContain(id);
  if (leader >= 0) expect([isr.includes(leader), image.isAlive(leader)], `a leader lives and is in sync: ${text}`).toEqual([true, true]);
  else expect(isr.filter((id) => image.isAlive(id)), `nobody leads although somebody could: ${text}`).toEqual([]);
  if (isr.length > 1) expect(isr.filter((id) => !image.isAlive(id)), `only the last in-sync replica may be fenced: ${text}`).toEqual([]);
}

function checkChange(before: PartitionState, after: PartitionState, mayGrow: boolean): void {
  const text = `${JSON.stringify(before)} -> ${JSON.stringify(after)}`;
  expect(after.replicas, text).toEqual(before.replicas);
  if (!mayGrow) expect(after.isr.filter((id) => !before.isr.includes(id)), `an unclean election or a member let in by nobody: ${text}`).toEqual([]);
  if (after.leaderEpoch === before.leaderEpoch) expect(after.leader, `one leader an epoch: ${text}`).toBe(before.leader);
  expect(after.leaderEpoch, text).toBeGreaterThanOrEqual(before.leaderEpoch);
  if (after.partitionEpoch === before.partitionEpoch) expect(after, 'every change has a partition epoch of its own').toEqual(before);
  expect(after.partitionEpoch, text).toBeGreaterThanOrEqual(before.partitionEpoch);
}

function imageText(image: MetadataImage): string {
  const { brokers, topicsByName, topicProperties, nextProducerId, nextOffset } = image;
  return JSON.stringify({ brokers: [...brokers], topics: [...topicsByName], properties: [...topicProperties].map(([name, values]) => [name, [...values]]), nextProducerId, nextOffset });
}
