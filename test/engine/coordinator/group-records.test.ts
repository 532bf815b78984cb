import { describe, expect, it } from 'vitest';
import { groupRecord, offsetRecord, readGroupRecord, type StoredGroup } from '../../../engine/coordinator/group/group-records.ts';
import golden from './golden/offsets-topic-records.json' with { type: 'json' };

const kafka = (name: keyof typeof golden.hex) => Buffer.from(golden.hex[name], 'hex');

const at = { topic: 'clicks', partition: 7 };
const committed = { offset: 5_000_000_000_123, leaderEpoch: 9, metadata: 'm€', commitTimestampMs: 1_700_000_000_123, expireTimestampMs: undefined };
const expiring = { ...committed, leaderEpoch: -1, expireTimestampMs: 1_700_000_600_123 };

const member = { clientId: 'c', clientHost: '/127.0.0.1', rebalanceTimeoutMs: 60_000, sessionTimeoutMs: 45_000 };
const group: StoredGroup = {
  protocolType: 'consumer',
  generationId: 3,
  protocolName: 'range',
  leaderId: 'm-1',
  stateTimestampMs: 1_700_000_000_456,
  members: [
    { ...member, memberId: 'm-1', groupInstanceId: 'i', subscription: Buffer.from([1, 2, 3]), assignment: Buffer.from([4]) },
    { ...member, memberId: 'm-2', groupInstanceId: null, subscription: Buffer.alloc(0), assignment: Buffer.alloc(0) },
  ],
};

describe('records of __consumer_offsets', () => {
  it('an offset commit has the bytes that Kafka writes', () => {
    const record = offsetRecord('grüppe', at, committed);
    expect(record.key).toEqual(kafka('offsetKey'));
    expect(record.value).toEqual(kafka('offsetValue3'));
    expect(offsetRecord('grüppe', at, expiring).value).toEqual(kafka('offsetValue1'));
    expect(offsetRecord('grüppe', at, null).value).toBeNull();
  });

  it('group metadata has the bytes that Kafka writes, with members and without', () => {
    expect(groupRecord('g', group).key).toEqual(kafka('groupKey'));
    expect(groupRecord('g', group).value).toEqual(kafka('groupValue3'));
    const empty = { ...group, generationId: 4, protocolName: null, leaderId: null, members: [] };
    expect(groupRecord('g', empty).value).toEqual(kafka('groupEmpty3'));
  });

  it('reads offset commits of versions 1, 3 and 4 written by Kafka', () => {
    const read = (name: 'offsetValue1' | 'offsetValue3' | 'offsetValue4') => readGroupRecord(kafka('offsetKey'), kafka(name));
    expect(read('offsetValue3')).toEqual({ kind: 'offset', groupId: 'grüppe', at, committed });
    expect(read('offsetValue4')).toEqual({ kind: 'offset', groupId: 'grüppe', at, committed });
    expect(read('offsetValue1')).toEqual({ kind: 'offset', groupId: 'grüppe', at, committed: expiring });
  });

  it('reads group metadata of versions 0 to 4 written by Kafka', () => {
    const read = (name: 'groupValue0' | 'groupValue1' | 'groupValue2' | 'groupValue3' | 'groupValue4') => {
      const record = readGroupRecord(kafka('groupKey'), kafka(name));
      if (record.kind !== 'group' || record.group === null) throw new Error(`${name} is ${record.kind}`);
      return record.group;
    };
    const withoutInstances = group.members.map((each) => ({ ...each, groupInstanceId: null }));
    expect(read('groupValue4')).toEqual(group);
    expect(read('groupValue3')).toEqual(group);
    expect(read('groupValue2')).toEqual({ ...group, members: withoutInstances });
    expect(read('groupValue1')).toEqual({ ...group, members: withoutInstances, stateTimestampMs: undefined });
    const oneTimeout = withoutInstances.map((each) => ({ ...each, rebalanceTimeoutMs: 45_000 }));
    expect(read('groupValue0')).toEqual({ ...group, members: oneTimeout, stateTimestampMs: undefined });
  });

  it('every cut of a record is refused as corrupt, and none is read past its end', () => {
    for (const name of ['offsetValue3', 'offsetValue4', 'groupValue3', 'groupValue4'] as const) {
      const key = kafka(name.startsWith('offset') ? 'offsetKey' : 'groupKey');
      const value = kafka(name);
      // Of version 4 the last bytes are tagged fields of the outermost struct, which nobody needs.
      const needed = name === 'offsetValue4' ? value.length - 19 : name === 'groupValue4' ? value.length - 1 : value.length;
      for (let length = 0; length < needed; length++) {
        expect(() => readGroupRecord(key, value.subarray(0, length)), `${name} cut to ${length}`).toThrow(/wanted|array of/);
      }
    }
  });

  it('keys of other coordinators are told apart, not misread', () => {
    expect(readGroupRecord(Buffer.from('00030001', 'hex'), null)).toEqual({ kind: 'unknown', keyVersion: 3 });
  });
});
