/**
 * A planned topic scaled down to what one machine holds. Kept: partitions, replicas, min ISR, acks, codec, batch.size, linger.ms, record size, key skew.
 * Scaled by one factor: the rate, and the members of each group. The rate is the planned peak, or LOAD_SHARE of the highest predicted for the machine
 * where that is less: above it queues decide, and a plan provides for less than that. Pure.
 */
import type { PlannedTopic } from '../../results/plan-record.ts';
import type { VerificationScale } from '../../results/verification/plan-verification.ts';

export const LOAD_SHARE = 0.55;
/** Members cost requests, so that the highest rate depends on the factor that it decides. */
const ROUNDS = 12;

/** `maximumPerSecond`: predicted with so many members in all, at about this rate. */
export function scaledRun(topic: Pick<PlannedTopic, 'groups'>, { plannedPerSecond, maximumPerSecond }: { plannedPerSecond: number; maximumPerSecond: (at: { members: number; ratePerSecond: number }) => number }): VerificationScale {
  const membersAt = (rate: number): VerificationScale['groups'] => topic.groups.map(({ name, consumers }) => ({ name, planned: consumers, members: Math.max(1, Math.round((consumers * rate) / plannedPerSecond)) }));
  let [rate, maximum] = [plannedPerSecond, 0];
  for (let round = 0; round < ROUNDS; round++) {
    maximum = maximumPerSecond({ members: membersAt(rate).reduce((sum, { members }) => sum + members, 0), ratePerSecond: rate });
    rate = Math.min(plannedPerSecond, LOAD_SHARE * maximum);
  }
  const limitedBy = rate < plannedPerSecond ? 'machine' : 'plan';
  const ratePerSecond = limitedBy === 'plan' ? rate : Math.max(1, Math.floor(rate));
  return { plannedPerSecond, ratePerSecond, factor: plannedPerSecond / ratePerSecond, maximumPerSecond: maximum, loadShare: LOAD_SHARE, limitedBy, groups: membersAt(ratePerSecond) };
}
