/** How groups appear in DescribeGroups (0-5), ListGroups (0-5), DeleteGroups (0-2) and OffsetFetch's two forms. */
import { errorCodes } from '../../protocol/errors.ts';
import type { ClassicGroup } from './classic-group.ts';
import type { ListGroupsBody, OffsetFetchAnswer } from './group-messages.ts';
import { fetchedOffset } from './group-offset-requests.ts';

/** A group that does not exist is described as Dead. */
export function describedGroup(groupId: string, group: ClassicGroup | undefined, errorCode: number) {
  if (group === undefined) {
    const groupState = errorCode === 0 ? 'Dead' : '';
    return { errorCode, groupId, groupState, protocolType: '', protocolData: '', members: [] };
  }
  const isStable = group.state === 'Stable';
  return {
    errorCode,
    groupId,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: isStable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // Between generations there is no protocol whose metadata and assignment these could be.
      memberMetadata: isStable ? member.metadataFor(group.protocolName) : Buffer.alloc(0),
      memberAssignment: isStable ? member.assignment : Buffer.alloc(0),
    })),
  };
}

export function listedGroup(group: ClassicGroup) {
  return { groupId: group.groupId, protocolType: group.protocolType ?? '', groupState: group.state, groupType: 'classic' };
}

/** Empty filters pass everything; case does not matter. */
export function matchesFilters(group: ClassicGroup, filters: Pick<ListGroupsBody, 'statesFilter' | 'typesFilter'>): boolean {
  const passes = (filter: readonly string[], value: string) =>
    filter.length === 0 || filter.some((each) => each.toLowerCase() === value.toLowerCase());
  return passes(filters.statesFilter, group.state) && passes(filters.typesFilter, 'classic');
}

/** 0, or why the group cannot be deleted. */
export function deletionError(group: ClassicGroup | undefined): number {
  if (group === undefined) return errorCodes.GROUP_ID_NOT_FOUND;
  return group.state === 'Empty' ? errorCodes.NONE : errorCodes.NON_EMPTY_GROUP;
}

interface FetchedGroup {
  readonly groupId: string;
  readonly errorCode: number;
  readonly asked: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null;
  readonly topics: { name: string; partitions: ReturnType<typeof fetchedOffset>[] }[];
}

/** v8+ lists groups, v2-7 has one group's error at the top, v1 only has partitions to say it with. */
export function fetchAnswerOf(groups: readonly FetchedGroup[], apiVersion: number): OffsetFetchAnswer {
  if (apiVersion >= 8) return { groups: groups.map(({ groupId, errorCode, topics }) => ({ groupId, errorCode, topics })) };
  const [group] = groups;
  if (group === undefined) return {};
  if (apiVersion >= 2 || group.errorCode === 0) return { errorCode: group.errorCode, topics: group.topics };
  return {
    topics: (group.asked ?? []).map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partition) => fetchedOffset(partition, undefined, group.errorCode)),
    })),
  };
}
