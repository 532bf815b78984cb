/** A group's rebalances and members in words, for the terminal and for the page. */
import type { GroupRecord } from '../run.ts';
import { counted, countText, latencyText } from './number-text.ts';

const SHOWN_MAX = 8;

/** `6.01 s: 2 to 4 members...`; empty when there was none, or the run is of before they were followed. */
export function rebalanceSentences({ rebalanceRecords = [] }: GroupRecord): string[] {
  const sentences = rebalanceRecords.slice(0, SHOWN_MAX).map(({ startMs, durationMs, groupPauseMs, partitionPauseMs, cause, memberCount }) => {
    const pauses = partitionPauseMs === 0 && groupPauseMs === 0 ? 'no records before or after' : `no records of the group for ${latencyText(groupPauseMs * 1000)}, of one partition for up to ${latencyText(partitionPauseMs * 1000)}`;
    return `at ${(startMs / 1000).toFixed(2)} s for ${latencyText(durationMs * 1000)}, then ${counted(memberCount, 'member')}: ${cause}; ${pauses}`;
  });
  return rebalanceRecords.length > SHOWN_MAX ? [...sentences, `and ${countText(rebalanceRecords.length - SHOWN_MAX)} more, in the stored run`] : sentences;
}

/** Empty for one member, and for a run of before they were counted. */
export function membersText({ recordsByMember = [], rereadRecords = 0 }: GroupRecord): string {
  const taken = recordsByMember.length < 2 ? '' : `records by member over the whole load: ${recordsByMember.map(countText).join(', ')}`;
  const again = rereadRecords === 0 ? '' : `${counted(rereadRecords, 'record')} delivered again, not committed before`;
  return [taken, again].filter((text) => text !== '').join('; ');
}
