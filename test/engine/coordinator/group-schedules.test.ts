import fc from 'fast-check';
import { expect, it } from 'vitest';
import { errorCodes } from '../../../engine/protocol/errors.ts';
import { CoordinatorFixture } from './coordinator-fixture.ts';
import { GroupHistory, partitionCount, SimulatedConsumer } from './simulated-consumer.ts';

const seed = Number(process.env['HEADROOM_SEED'] ?? Date.now() % 2 ** 31);
const runs = Number(process.env['HEADROOM_RUNS'] ?? 100);

type Step =
  | { kind: 'poll' | 'commit' | 'kill' | 'start' | 'leave'; consumer: number }
  | { kind: 'wait'; durationMs: number }
  | { kind: 'hold' | 'release' | 'move' | 'heal' }
  | { kind: 'fail'; errorCode: number; isWrittenAnyway: boolean };

const consumer = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('poll' as const), consumer }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('commit' as const), consumer }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'start' as const, 'start' as const, 'leave' as const), consumer }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), durationMs: fc.constantFrom(0, 1, 1000, 6000, 25_000) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('hold' as const, 'release' as const, 'release' as const, 'move' as const, 'heal' as const, 'heal' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      errorCode: fc.constantFrom(errorCodes.NOT_ENOUGH_REPLICAS, errorCodes.REQUEST_TIMED_OUT, errorCodes.NOT_LEADER_OR_FOLLOWER),
      isWrittenAnyway: fc.boolean(),
    }),
  },
);

async function take(each: Step, fixture: CoordinatorFixture, consumers: readonly SimulatedConsumer[]): Promise<void> {
  const { storage } = fixture;
  switch (each.kind) {
    case 'wait':
      return fixture.clock.run(each.durationMs);
    case 'hold':
      storage.isHolding = true;
      return;
    case 'release':
      return storage.release();
    case 'heal':
      storage.errorCode = 0;
      return;
    case 'fail':
      storage.errorCode = each.errorCode;
      storage.isWrittenOnError = each.isWrittenAnyway;
      return;
    case 'move':
      return fixture.moveToNewCoordinator();
    default:
      return consumers[each.consumer]?.[each.kind]();
  }
}

/** Everybody up and the log well again: the group must find itself within a few timeouts. */
async function heal(fixture: CoordinatorFixture, consumers: readonly SimulatedConsumer[]): Promise<void> {
  fixture.storage.errorCode = 0;
  fixture.storage.release();
  for (const each of consumers) each.start();
  for (let second = 0; second < 120; second++) {
    for (const each of consumers) each.poll();
    await fixture.clock.run(1000);
  }
}

it(`under random schedules no partition has two owners in a generation and no acknowledged offset is lost (seed ${seed})`, { timeout: 120_000 }, async () => {
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 5, maxLength: 120, size: 'max' }),
    fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    async (steps, areStatic) => {
      const fixture = await CoordinatorFixture.start();
      const history = new GroupHistory();
      const consumers = areStatic.map((isStatic, index) => new SimulatedConsumer(`consumer${index}`, { fixture, history, isStatic }));
      for (const each of steps) {
        await take(each, fixture, consumers);
        await fixture.clock.run(0);
        history.checkCommitted(fixture.offsets()['t']);
      }
      await heal(fixture, consumers);
      expect(new Set(consumers.map((each) => `${each.state} ${each.generationId}`)).size, fixture.lines.join('\n')).toBe(1);
      expect(consumers.flatMap((each) => each.partitions).toSorted()).toEqual(Array.from({ length: partitionCount }, (_, index) => index));
      const before = { group: fixture.describe(), offsets: fixture.offsets() };
      await fixture.moveToNewCoordinator();
      expect(fixture.describe()).toEqual(before.group);
      // A commit that failed and was written all the same appears when the log is read.
      const isLogExact = !steps.some((each) => each.kind === 'fail' && each.isWrittenAnyway);
      if (isLogExact) expect(fixture.offsets()).toEqual(before.offsets);
      history.checkCommitted(fixture.offsets()['t']);
      fixture.coordinator.shutdown();
      await fixture.clock.run(0);
      expect(history.openRequests).toBe(0);
    },
  );
  await fc.assert(property, { seed, numRuns: runs });
});
