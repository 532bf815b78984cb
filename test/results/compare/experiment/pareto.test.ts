import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durabilityOf } from '../../../../results/compare/experiment/durability.ts';
import { paretoFront, type ParetoCandidate } from '../../../../results/compare/experiment/pareto.ts';
import { SeededRandom } from '../../../../results/statistics/seeded-random.ts';

const OPTIONS = { minDifference: 0.05, alpha: 0.05 };

interface Levels {
  readonly throughput?: number;
  readonly p99?: number;
  readonly bytes?: number;
  readonly acks?: string;
  readonly synced?: boolean;
  readonly blocks?: number;
}

/** Each block has a level of its own that all variants share, and a little noise. */
function candidate(variant: string, { throughput = 1000, p99 = 10, bytes = 100, acks = 'all', synced = false, blocks = 6 }: Levels): ParetoCandidate {
  const random = new SeededRandom(variant.charCodeAt(0));
  const values = (level: number, noise: number): Map<number, number> =>
    new Map(Array.from({ length: blocks }, (_, block) => [block + 1, level * (1 + block / 10) * Math.exp(noise * random.normal())]));
  const topic = { replicationFactor: 3, properties: { 'min.insync.replicas': '2', ...(synced ? { 'flush.messages': '1' } : {}) } };
  return { variant, durability: durabilityOf({ producerProperties: { acks }, topic }), valuesByAxis: { throughput: values(throughput, 0.001), p99: values(p99, 0.01), bytes: values(bytes, 0.001) } };
}

describe('the Pareto front', () => {
  it('leaves out what another beats, and says by whom and in what', () => {
    const { front, beaten } = paretoFront([candidate('a', {}), candidate('b', { p99: 20 })], OPTIONS);
    expect(front).toEqual(['a']);
    expect(beaten).toEqual([{ variant: 'b', by: 'a', better: [{ axis: 'p99', ratio: expect.closeTo(0.5, 1) }] }]);
  });

  it('keeps both when each is ahead in something', () => {
    expect(paretoFront([candidate('a', { p99: 20 }), candidate('b', { bytes: 200 })], OPTIONS)).toEqual({ front: ['a', 'b'], beaten: [] });
  });

  it('keeps a slower variant that is more durable', () => {
    expect(paretoFront([candidate('a', { p99: 30 }), candidate('b', { p99: 10, acks: '1' })], OPTIONS).front).toEqual(['a', 'b']);
    expect(paretoFront([candidate('a', { p99: 30, synced: true }), candidate('b', { p99: 10 })], OPTIONS).front).toEqual(['a', 'b']);
  });

  it('calls what is equal but less durable beaten', () => {
    const { front, beaten } = paretoFront([candidate('a', {}), candidate('b', { acks: '0' })], OPTIONS);
    expect(front).toEqual(['a']);
    expect(beaten[0]?.better).toEqual([{ axis: 'durability', ratio: null }]);
  });

  it('beats nobody by differences that do not matter, nor by too few blocks', () => {
    expect(paretoFront([candidate('a', {}), candidate('b', { p99: 10.3 })], OPTIONS).beaten).toEqual([]);
    expect(paretoFront([candidate('a', { blocks: 3 }), candidate('b', { p99: 50, blocks: 3 })], OPTIONS).beaten).toEqual([]);
  });

  it('does not beat by p99 a variant of which no p99 is known', () => {
    const blind = candidate('b', {});
    const { p99: _p99, ...valuesByAxis } = blind.valuesByAxis;
    expect(paretoFront([candidate('a', { bytes: 50 }), { ...blind, valuesByAxis }], OPTIONS).beaten).toEqual([]);
  });

  it('is never empty, and everyone stands on it or is beaten, once', () => {
    const level = fc.integer({ min: 90, max: 130 });
    fc.assert(
      fc.property(fc.array(fc.record({ throughput: level, p99: level, bytes: level, acks: fc.constantFrom('all', '1', '0') }), { minLength: 1, maxLength: 6 }), (levels) => {
        const candidates = levels.map((each, at) => candidate(String.fromCharCode(97 + at), each));
        const { front, beaten } = paretoFront(candidates, OPTIONS);
        expect(front.length).toBeGreaterThan(0);
        expect([...front, ...beaten.map(({ variant }) => variant)].toSorted()).toEqual(candidates.map(({ variant }) => variant).toSorted());
      }),
      { numRuns: 20 },
    );
  });
});

describe('durability', () => {
  const of = (acks: string, properties: Record<string, string> = {}) => durabilityOf({ producerProperties: { acks }, topic: { replicationFactor: 3, properties } });

  it('rises from nobody over the leader to every in-sync replica', () => {
    const levels = [of('0'), of('1'), of('all'), of('all', { 'min.insync.replicas': '2' }), of('all', { 'min.insync.replicas': '3' })].map(({ level }) => level);
    expect(levels).toEqual(levels.toSorted((a, b) => a - b));
    expect(new Set(levels).size).toBe(5);
  });

  it('has no disk in it without an acknowledgement', () => {
    expect([of('0', { 'flush.messages': '1' }).isSynced, of('1', { 'flush.messages': '1' }).isSynced]).toEqual([false, true]);
  });
});
