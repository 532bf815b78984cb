/** F13, a group is as fast as its busiest member: partitions that do not divide by the members are paid for and not used. */

/** P / (n x ceil(P / n)): the share of the members' sum that a group gives. Members beyond the partitions are idle. Throws RangeError unless both are whole and from 1. */
export function effectiveShare({ partitions, members }: { partitions: number; members: number }): number {
  if (![partitions, members].every((each) => Number.isInteger(each) && each >= 1)) throw new RangeError(`partitions and members are whole numbers from 1, not ${partitions} and ${members}`);
  return partitions / (members * Math.ceil(partitions / members));
}

export interface PartitionCount {
  readonly partitions: number;
  /** Numbers of members that divide it, within the range asked for. */
  readonly evenMembers: readonly number[];
  /** The smallest and the mean effective share over the range. */
  readonly worstShare: number;
  readonly meanShare: number;
}

export interface PartitionSearch {
  readonly wished: number;
  /** Members that the group may have over time; default 2 to the wished count. */
  readonly membersMin?: number;
  readonly membersMax?: number;
  /** How many more partitions than wished are acceptable; default half as many again. */
  readonly partitionsMax?: number;
  readonly count?: number;
}

/** Counts from the wished one up, the best mean share first, then the fewest partitions. Never fewer than wished: that would not carry the rate. */
export function bestPartitionCounts({ wished, membersMin = Math.min(2, wished), membersMax = wished, partitionsMax = Math.ceil(wished * 1.5), count = 5 }: PartitionSearch): PartitionCount[] {
  if (membersMin > membersMax) throw new RangeError(`there are no members between ${membersMin} and ${membersMax}`);
  const members = Array.from({ length: membersMax - membersMin + 1 }, (_, at) => membersMin + at);
  const counts = Array.from({ length: Math.max(0, partitionsMax - wished) + 1 }, (_, at) => {
    const partitions = wished + at;
    const shares = members.map((each) => effectiveShare({ partitions, members: each }));
    return { partitions, evenMembers: members.filter((each) => partitions % each === 0), worstShare: Math.min(...shares), meanShare: shares.reduce((sum, share) => sum + share, 0) / shares.length };
  });
  return counts.sort((a, b) => b.meanShare - a.meanShare || a.partitions - b.partitions).slice(0, count);
}

/** Numbers that many team sizes divide, and the usual ones between them. */
export const divisibleCounts: readonly number[] = [1, 2, 3, 4, 6, 8, 12, 16, 18, 20, 24, 30, 32, 36, 40, 48, 60, 64, 72, 80, 84, 90, 96, 120, 144, 160, 180, 192, 240, 288, 320, 360, 480, 600, 720, 840, 960, 1080, 1260, 1440, 1680, 2520, 5040];

/** More than this is too much for an even spread. */
const EVEN_FACTOR_MAX = 1.1;

/** The next divisible count, where it is at most a tenth more; else the count itself. Never falls as the count rises. */
export function evenCount(count: number): number {
  const next = divisibleCounts.find((each) => each >= count);
  return next !== undefined && next <= count * EVEN_FACTOR_MAX ? next : count;
}
