import { describe, expect, it } from 'vitest';
import { MessageReader } from '../../../engine/protocol/message-reader.ts';
import { MessageWriter } from '../../../engine/protocol/message-writer.ts';
import { ProtocolError } from '../../../engine/protocol/protocol-error.ts';

const reader = (hex: string): MessageReader => new MessageReader(Buffer.from(hex, 'hex'), 0);

describe('the message reader', () => {
  it('refuses a count beyond the bytes that are left before anybody loops over it', () => {
    expect(() => reader('7fffffff00').arrayLength(false)).toThrow('2147483647 elements are announced in 1 bytes (byte 4 of 5)');
    expect(() => reader('ffffffff0700').arrayLength(true)).toThrow('2147483646 elements are announced in 1 bytes (byte 5 of 6)');
    expect([reader('0000000100').arrayLength(false), reader('0200').arrayLength(true)]).toEqual([1, 1]);
    for (const [hex, isCompact] of [['ffffffff', false], ['80000000', false], ['00', true]] as const) {
      expect(reader(hex).arrayLength(isCompact)).toBe(-1);
      expect(() => reader(hex).requiredLength(isCompact)).toThrow(/null where an array must be/);
    }
  });

  it('refuses lengths beyond the bytes that are left', () => {
    expect(() => reader('7fff61').string(false)).toThrow('32767 bytes are announced, 1 are left (byte 2 of 3)');
    expect(() => reader('7fffffff61').nullableBytes(false)).toThrow(ProtocolError);
    expect(() => reader('ffffffff0f61').nullableString(true)).toThrow(ProtocolError);
    expect(() => reader('6161').skip(3)).toThrow(ProtocolError);
    expect(() => reader('6161').skip(-1)).toThrow(ProtocolError);
    expect(() => reader('00').string(true)).toThrow(/null where a string must be/);
    expect(reader('ffff').nullableString(false)).toBe(null);
  });

  it('takes varints of up to five bytes and 64-bit numbers of up to 53 bits', () => {
    expect(reader('ffffffff0f').uvarint()).toBe(2 ** 32 - 1);
    expect(() => reader('808080808000').uvarint()).toThrow(/varint is longer than 5 bytes/);
    expect([reader('001fffffffffffff').int64(), reader('ffe0000000000001').int64()]).toEqual([2 ** 53 - 1, -(2 ** 53) + 1]);
    for (const hex of ['0020000000000000', '7fffffffffffffff', '8000000000000000']) expect(() => reader(hex).int64()).toThrow(/beyond 2\^53/);
  });

  it('reads back every primitive that the writer wrote, over several growths of its memory', () => {
    const writer = new MessageWriter(1);
    const numbers = [0, 1, 127, 128, 16_383, 16_384, 2 ** 21, 2 ** 28, 2 ** 31, 2 ** 32 - 1];
    for (const value of numbers) {
      writer.uvarint(value);
      writer.uint32(value);
      writer.int64(-value);
      writer.float64(value / 3);
    }
    const written = new MessageReader(Buffer.concat(writer.finish()), 0);
    for (const value of numbers) expect([written.uvarint(), written.uint32(), written.int64() + value, written.float64()]).toEqual([value, value, 0, value / 3]);
    expect(() => new MessageWriter().int64(2 ** 53)).toThrow(/no safe integer/);
    expect(() => new MessageWriter().string('x'.repeat(32_768), false)).toThrow(/at most 32767 bytes/);
    expect(() => new MessageWriter().uuid(Buffer.alloc(15))).toThrow(/16 bytes/);
  });
});
