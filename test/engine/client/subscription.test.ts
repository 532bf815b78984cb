import { AssignerProtocol } from 'kafkajs';
import { expect, test } from 'vitest';
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from '../../../engine/client/group/subscription.ts';
import { ProtocolError } from '../../../engine/protocol/protocol-error.ts';

const { MemberMetadata, MemberAssignment } = AssignerProtocol;
const owned = [{ topic: 'orders', partition: 3 }, { topic: 'orders', partition: 4 }, { topic: 'clicks', partition: 0 }];

test('a subscription survives its way through the bytes, with what the member owns and of which generation', () => {
  const subscription = { topics: ['orders', 'clicks'], owned, generation: 7 };
  expect(decodeSubscription(encodeSubscription(subscription))).toEqual(subscription);
});

test("kafkajs and headroom read each other's subscriptions", () => {
  expect(MemberMetadata.decode(encodeSubscription({ topics: ['orders'], owned: [], generation: -1 }))).toMatchObject({ topics: ['orders'] });
  expect(decodeSubscription(MemberMetadata.encode({ version: 1, topics: ['orders', 'clicks'], userData: Buffer.alloc(3) }).subarray(0))).toMatchObject({ topics: ['orders', 'clicks'] });
});

test("kafkajs and headroom read each other's assignments", () => {
  expect(MemberAssignment.decode(encodeAssignment(owned))?.assignment).toEqual({ orders: [3, 4], clicks: [0] });
  expect(decodeAssignment(MemberAssignment.encode({ version: 1, assignment: { orders: [3, 4], clicks: [0] }, userData: Buffer.alloc(0) }))).toEqual(owned);
});

test('an empty assignment is nothing', () => {
  expect(decodeAssignment(Buffer.alloc(0))).toEqual([]);
});

test('bytes that are cut short or claim too much are refused as malformed', () => {
  const whole = encodeSubscription({ topics: ['orders'], owned, generation: 1 });
  for (let length = 0; length < whole.length - 2; length++) {
    try {
      decodeSubscription(whole.subarray(0, length));
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
    }
  }
  expect(() => decodeAssignment(Buffer.from('00017fffffff', 'hex'))).toThrow(ProtocolError);
});
