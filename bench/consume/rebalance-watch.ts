/**
 * Follows a group through its rebalances, as its members tell of them: when each began and ended, why as far as is known here, and for how long no
 * records were taken, by the whole group and of a single partition. Members are numbers.
 */
import type { JoinReason } from '../../engine/client/group/membership.ts';
import type { Rebalance } from '../load/load-messages.ts';

type Departure = 'left' | 'crashed' | 'stuck';

interface Open {
  readonly startUs: number;
  endUs: number | undefined;
  groupPauseUs: number;
  partitionPauseUs: number;
  memberCount: number;
  readonly causes: Set<string>;
}

const KEPT_MAX = 200;

const DEPARTURES: Readonly<Record<Departure, string>> = {
  left: 'a member left',
  crashed: 'a member was silent for session.timeout.ms',
  stuck: 'a member did not poll for max.poll.interval.ms',
};

const JOINS: Readonly<Partial<Record<JoinReason, string>>> = {
  start: 'a member joined',
  lost: 'a member came back',
  partitions: 'partitions were added',
  revoked: 'second round of a cooperative rebalance',
};

export class RebalanceWatch {
  #rebalances: Open[] = [];
  readonly #members = new Set<number>();
  readonly #rejoining = new Set<number>();
  /** The group has not noticed yet. */
  readonly #departures = new Set<Departure>();
  readonly #partitionTookUs = new Map<number, number>();
  #groupTookUs = Number.NEGATIVE_INFINITY;
  #open: Open | undefined;
  /** Over, and not every partition has been read since. */
  #last: Open | undefined;

  /** The load begins: what was until now was the group's coming together. */
  reset(): void {
    this.#rebalances = [];
    this.#last = undefined;
    this.#open = undefined;
  }

  rejoining(member: number, reason: JoinReason, nowUs: number): void {
    const open = (this.#open ??= { startUs: nowUs, endUs: undefined, groupPauseUs: 0, partitionPauseUs: 0, memberCount: 0, causes: new Set() });
    this.#rejoining.add(member);
    const cause = JOINS[reason];
    if (cause !== undefined) open.causes.add(cause);
    for (const departure of this.#departures) open.causes.add(DEPARTURES[departure]);
    this.#departures.clear();
  }

  assigned(member: number, nowUs: number): void {
    this.#members.add(member);
    this.#rejoining.delete(member);
    this.#closeWhenDone(nowUs);
  }

  gone(member: number, departure: Departure, nowUs: number): void {
    this.#departures.add(departure);
    this.#members.delete(member);
    if (this.#rejoining.delete(member)) this.#closeWhenDone(nowUs);
  }

  took(partition: number, nowUs: number): void {
    const rebalance = this.#open ?? this.#last;
    if (rebalance !== undefined) {
      const { startUs, endUs = Number.POSITIVE_INFINITY } = rebalance;
      if (this.#groupTookUs < endUs) rebalance.groupPauseUs = Math.max(rebalance.groupPauseUs, nowUs - Math.max(startUs, this.#groupTookUs));
      const before = this.#partitionTookUs.get(partition) ?? startUs;
      if (before < endUs) rebalance.partitionPauseUs = Math.max(rebalance.partitionPauseUs, nowUs - before);
    }
    this.#groupTookUs = nowUs;
    this.#partitionTookUs.set(partition, nowUs);
  }

  /** In order; one that is still under way at the end counts until then. */
  finish(nowUs: number): Rebalance[] {
    this.#rejoining.clear();
    this.#closeWhenDone(nowUs);
    return this.#rebalances.map(({ startUs, endUs = nowUs, groupPauseUs, partitionPauseUs, memberCount, causes }) => ({
      startUs,
      durationUs: endUs - startUs,
      groupPauseUs,
      partitionPauseUs,
      cause: [...causes].join(', ') || 'not known here: another member, or the coordinator',
      memberCount,
    }));
  }

  #closeWhenDone(nowUs: number): void {
    const open = this.#open;
    if (open === undefined || this.#rejoining.size > 0) return;
    open.endUs = nowUs;
    open.memberCount = this.#members.size;
    this.#last = open;
    this.#open = undefined;
    if (this.#rebalances.length < KEPT_MAX) this.#rebalances.push(open);
  }
}
