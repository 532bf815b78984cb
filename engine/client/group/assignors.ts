/**
 * How a group's leader divides partitions. Range: per topic, contiguous, as Java's. Cooperative-sticky: as even as subscriptions
 * allow, moves as little as possible, and never gives away what another member has not yet revoked: that takes a second round.
 */
import type { AssignorName } from '../consumer-config.ts';
import type { Subscription, TopicPartition } from './subscription.ts';

export interface GroupMember extends Subscription {
  readonly memberId: string;
}

export type Assignment = ReadonlyMap<string, readonly TopicPartition[]>;

export function assign(assignor: AssignorName, members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): Assignment {
  return assignor === 'range' ? assignRanges(members, partitionCounts) : assignCooperatively(members, partitionCounts);
}

export function assignRanges(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): Assignment {
  const assignment = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]));
  for (const [topic, count] of partitionCounts) {
    const subscribed = members.filter(({ topics }) => topics.includes(topic)).map(({ memberId }) => memberId).sort(ascending);
    let next = 0;
    subscribed.forEach((memberId, position) => {
      const share = Math.floor(count / subscribed.length) + (position < count % subscribed.length ? 1 : 0);
      for (let i = 0; i < share; i++) assignment.get(memberId)?.push({ topic, partition: next++ });
    });
  }
  return assignment;
}

export function assignCooperatively(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): Assignment {
  const owners = currentOwners(members, partitionCounts);
  const target = new StickyTarget(members, partitionCounts, owners);
  target.balance();
  const assignment = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]));
  for (const { topic, partition, key, memberId } of target.entries()) {
    const owner = owners.get(key);
    if (owner === undefined || owner === memberId) assignment.get(memberId)?.push({ topic, partition });
  }
  return assignment;
}

/** Of two members that claim a partition the later generation is right; of the same generation neither. */
function currentOwners(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>): Map<string, string> {
  const claims = new Map<string, { memberId: string; generation: number; isDisputed: boolean }>();
  for (const { memberId, topics, owned, generation } of members) {
    for (const { topic, partition } of owned) {
      if (!topics.includes(topic) || partition >= (partitionCounts.get(topic) ?? 0)) continue;
      const key = keyOf(topic, partition);
      const claim = claims.get(key);
      if (claim === undefined || generation > claim.generation) claims.set(key, { memberId, generation, isDisputed: false });
      else if (generation === claim.generation) claim.isDisputed = true;
    }
  }
  return new Map([...claims].filter(([, { isDisputed }]) => !isDisputed).map(([key, { memberId }]) => [key, memberId]));
}

interface Place extends TopicPartition {
  readonly key: string;
  readonly eligible: readonly string[];
  memberId: string;
}

/** Who should have what in the end. */
class StickyTarget {
  readonly #places: Place[] = [];
  readonly #loads: Map<string, number>;

  constructor(members: readonly GroupMember[], partitionCounts: ReadonlyMap<string, number>, owners: ReadonlyMap<string, string>) {
    const sorted = members.toSorted((a, b) => ascending(a.memberId, b.memberId));
    this.#loads = new Map(sorted.map(({ memberId }) => [memberId, 0]));
    const free: Place[] = [];
    for (const [topic, count] of partitionCounts) {
      const eligible = sorted.filter(({ topics }) => topics.includes(topic)).map(({ memberId }) => memberId);
      if (eligible.length === 0) continue;
      for (let partition = 0; partition < count; partition++) {
        const key = keyOf(topic, partition);
        const owner = owners.get(key);
        const place: Place = { topic, partition, key, eligible, memberId: owner ?? '' };
        this.#places.push(place);
        if (owner === undefined) free.push(place);
        else this.#addLoad(owner, 1);
      }
    }
    // Those that few may take choose first.
    free.sort((a, b) => a.eligible.length - b.eligible.length);
    for (const place of free) {
      place.memberId = this.#leastLoaded(place.eligible);
      this.#addLoad(place.memberId, 1);
    }
  }

  /** Moves from fuller to emptier members while that makes them more even; each move makes the sum of squares smaller. */
  balance(): void {
    let hasMoved = true;
    while (hasMoved) {
      hasMoved = false;
      for (const place of this.#places) {
        const taker = this.#leastLoaded(place.eligible);
        if (this.#load(place.memberId) - this.#load(taker) < 2) continue;
        this.#addLoad(place.memberId, -1);
        this.#addLoad(taker, 1);
        place.memberId = taker;
        hasMoved = true;
      }
    }
  }

  entries(): readonly Place[] {
    return this.#places;
  }

  #leastLoaded(eligible: readonly string[]): string {
    let best = eligible[0] as string;
    for (const memberId of eligible) if (this.#load(memberId) < this.#load(best)) best = memberId;
    return best;
  }

  #load(memberId: string): number {
    return this.#loads.get(memberId) ?? 0;
  }

  #addLoad(memberId: string, change: number): void {
    this.#loads.set(memberId, this.#load(memberId) + change);
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

function ascending(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
