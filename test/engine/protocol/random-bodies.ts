/**
 * Random bodies from a schema, and a second encoder for them: it walks the schema value by value, where the engine
 * compiles it. What both agree on was written down in the schema, not in one of them.
 */
import * as apis from '../../../engine/protocol/apis.ts';
import type { Api } from '../../../engine/protocol/api.ts';
import { covers, type AnyField, type Fields } from '../../../engine/protocol/schema.ts';
import type { SeededRandom } from '../../simulator/seeded-random.ts';

export const allApis: Api[] = Object.values(apis as Record<string, unknown>).filter((each): each is Api => typeof each === 'object');

export function versionsOf(api: Api): number[] {
  return Array.from({ length: api.maxVersion - api.minVersion + 1 }, (_, at) => api.minVersion + at);
}

export interface Message {
  readonly version: number;
  readonly isFlexible: boolean;
}

/** What is given to the encoder (some fields left out), and what must come back. */
export interface Body {
  readonly input: Record<string, unknown>;
  readonly decoded: Record<string, unknown>;
}

const STRINGS = ['', 'orders', 'größe', '主题-☃-😀', 'x'.repeat(126), 'y'.repeat(127), 'z'.repeat(300)];

/** `given`: the share of fields that the input has; 0 is the empty body. */
export function randomBody(fields: Fields, message: Message, random: SeededRandom, given: number): Body {
  const input: Record<string, unknown> = {};
  const decoded: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (!covers(field.options.since, message.version) || random.next() > given) {
      decoded[name] = defaultOf(field);
    } else {
      const value = randomValue(field, message, random, given);
      input[name] = value.input;
      decoded[name] = value.decoded;
    }
  }
  return { input, decoded };
}

export function defaultOf(field: AnyField): unknown {
  if (field.options.default !== undefined) return field.options.default;
  switch (field.type) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'uuid':
      return Buffer.alloc(16);
    case 'bytes':
      return Buffer.alloc(0);
    case 'records':
      return null;
    case 'array':
      return [];
    case 'struct':
      return Object.fromEntries(Object.entries(field.fields as Fields).map(([name, each]) => [name, defaultOf(each)]));
    default:
      return 0;
  }
}

function isNullableAt(field: AnyField, version: number): boolean {
  return field.type === 'records' || (field.options.nullable !== undefined && covers(field.options.nullable, version));
}

function randomValue(field: AnyField, message: Message, random: SeededRandom, given: number): { input: unknown; decoded: unknown } {
  const same = (value: unknown): { input: unknown; decoded: unknown } => ({ input: value, decoded: value });
  if (isNullableAt(field, message.version) && random.nextInt(4) === 0) return same(null);
  const bits = (count: number): number => random.pick([0, 1, 2 ** (count - 1) - 1, random.nextInt(2 ** (count - 1)), -1, -(2 ** (count - 1))]);
  switch (field.type) {
    case 'int8':
      return same(bits(8));
    case 'int16':
      return same(bits(16));
    case 'int32':
      return same(bits(32));
    case 'int64':
      return same(random.pick([0, -1, 2 ** 31, 2 ** 32, -(2 ** 32), 2 ** 53 - 1, -(2 ** 53) + 1, Math.floor(random.next() * 2 ** 50)]));
    case 'uint16':
      return same(random.pick([0, 65_535, random.nextInt(65_536)]));
    case 'uint32':
      return same(random.pick([0, 2 ** 32 - 1, random.nextInt(2 ** 32)]));
    case 'float64':
      return same(random.next() * 1e9);
    case 'boolean':
      return same(random.nextInt(2) === 1);
    case 'string':
      return same(random.pick(STRINGS));
    case 'uuid':
      return same(Buffer.from(random.uuid()));
    case 'bytes':
      return same(Buffer.alloc(random.pick([0, 1, 130]), random.nextInt(256)));
    case 'records': {
      const pieces = Array.from({ length: 1 + random.nextInt(3) }, () => Buffer.alloc(random.pick([0, 70, 8191, 8192, 10_000]), random.nextInt(256)));
      return { input: pieces.length === 1 ? pieces[0] : pieces, decoded: Buffer.concat(pieces) };
    }
    case 'array': {
      const items = Array.from({ length: random.pick([0, 1, 1, 2, 3]) }, () => randomValue(field.element as AnyField, message, random, given));
      return { input: items.map((item) => item.input), decoded: items.map((item) => item.decoded) };
    }
    case 'struct':
      return randomBody(field.fields as Fields, message, random, given);
  }
}

/** The body in Kafka's wire format. Tagged fields that were not given, or are at their default, are left out. */
export function referenceBytes(fields: Fields, input: Record<string, unknown>, message: Message): Buffer {
  const parts: Buffer[] = [];
  const tagged = new Map<number, Buffer>();
  for (const [name, field] of Object.entries(fields)) {
    if (!covers(field.options.since, message.version)) continue;
    const value = input[name];
    const { tag, tagged: taggedVersions } = field.options;
    if (tag === undefined || !covers(taggedVersions, message.version)) parts.push(valueBytes(field, value === undefined ? defaultOf(field) : value, message));
    else if (value !== undefined && !isDefault(field, value)) tagged.set(tag, valueBytes(field, value, message));
  }
  if (message.isFlexible) {
    parts.push(uvarint(tagged.size));
    for (const [tag, bytes] of [...tagged].sort(([a], [b]) => a - b)) parts.push(uvarint(tag), uvarint(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function isDefault(field: AnyField, value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0 && field.options.default !== null;
  return value === defaultOf(field);
}

function valueBytes(field: AnyField, value: unknown, message: Message): Buffer {
  const { isFlexible } = message;
  const sized = (bytes: Buffer, lengthBytes: 2 | 4): Buffer => Buffer.concat([isFlexible ? uvarint(bytes.length + 1) : bigEndian(bytes.length, lengthBytes), bytes]);
  const nothing = (lengthBytes: 2 | 4): Buffer => (isFlexible ? uvarint(0) : bigEndian(-1, lengthBytes));
  switch (field.type) {
    case 'int8':
      return bigEndian(value as number, 1);
    case 'int16':
    case 'uint16':
      return bigEndian(value as number, 2);
    case 'int32':
    case 'uint32':
      return bigEndian(value as number, 4);
    case 'int64':
      return bigEndian(value as number, 8);
    case 'float64': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value as number);
      return bytes;
    }
    case 'boolean':
      return bigEndian(value === true ? 1 : 0, 1);
    case 'string':
      if (value === null && isNullableAt(field, message.version)) return nothing(2);
      return sized(Buffer.from((value as string | null) ?? ''), 2);
    case 'uuid':
      return Buffer.from(value as Uint8Array);
    case 'bytes':
    case 'records':
      return value === null ? nothing(4) : sized(Buffer.concat([value].flat() as Buffer[]), 4);
    case 'array': {
      if (value === null && isNullableAt(field, message.version)) return nothing(4);
      const items = (value as unknown[] | null) ?? [];
      const count = isFlexible ? uvarint(items.length + 1) : bigEndian(items.length, 4);
      return Buffer.concat([count, ...items.map((item) => valueBytes(field.element as AnyField, item, message))]);
    }
    case 'struct': {
      const isNullable = isNullableAt(field, message.version);
      if (value === null) return bigEndian(-1, 1);
      const bytes = referenceBytes(field.fields as Fields, value as Record<string, unknown>, message);
      return isNullable ? Buffer.concat([bigEndian(1, 1), bytes]) : bytes;
    }
  }
}

export function bigEndian(value: number, bytes: 1 | 2 | 4 | 8): Buffer {
  const all = Buffer.alloc(8);
  all.writeBigInt64BE(BigInt(value));
  return all.subarray(8 - bytes);
}

export function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}
