/** The consumer protocol inside JoinGroup and SyncGroup: a member's subscription and its assignment. Reads a newer version as the newest that it knows. */
import { ProtocolError } from '../../protocol/protocol-error.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface Subscription {
  readonly topics: readonly string[];
  /** What the member has now (version 1). */
  readonly owned: readonly TopicPartition[];
  /** Of `owned`; -1 unknown (version 2). */
  readonly generation: number;
}

const SUBSCRIPTION_VERSION = 3;
const ASSIGNMENT_VERSION = 1;
const NO_BYTES = -1;

export function encodeSubscription({ topics, owned, generation }: Subscription): Buffer {
  return Buffer.concat([
    int16(SUBSCRIPTION_VERSION),
    int32(topics.length),
    ...topics.map(string),
    int32(NO_BYTES),
    topicPartitions(owned),
    int32(generation),
    int16(-1), // no rack
  ]);
}

export function decodeSubscription(bytes: Buffer): Subscription {
  const reader = new Reader(bytes);
  const version = reader.int16();
  const topics = reader.array(() => reader.string());
  reader.skipBytes();
  // Some clients say version 1 and end here.
  const owned = version >= 1 && !reader.isAtEnd ? reader.topicPartitions() : [];
  const generation = version >= 2 && !reader.isAtEnd ? reader.int32() : -1;
  return { topics, owned, generation };
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  return Buffer.concat([int16(ASSIGNMENT_VERSION), topicPartitions(partitions), int32(NO_BYTES)]);
}

/** No bytes at all: nothing is assigned. */
export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  if (bytes.length === 0) return [];
  const reader = new Reader(bytes);
  reader.int16();
  return reader.topicPartitions();
}

function topicPartitions(partitions: readonly TopicPartition[]): Buffer {
  const byTopic = [...Map.groupBy(partitions, ({ topic }) => topic)];
  return Buffer.concat([
    int32(byTopic.length),
    ...byTopic.flatMap(([topic, each]) => [string(topic), int32(each.length), ...each.map(({ partition }) => int32(partition))]),
  ]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  string(): string {
    const length = this.int16();
    const start = this.#take(length);
    return this.#bytes.toString('utf8', start, start + length);
  }

  skipBytes(): void {
    this.#take(Math.max(0, this.int32()));
  }

  array<T>(read: () => T): T[] {
    const count = this.int32();
    if (count > this.#bytes.length - this.#at) throw new ProtocolError(`a list of ${count} entries in ${this.#bytes.length - this.#at} bytes`);
    return Array.from({ length: Math.max(0, count) }, read);
  }

  topicPartitions(): TopicPartition[] {
    return this.array(() => {
      const topic = this.string();
      return this.array(() => ({ topic, partition: this.int32() }));
    }).flat();
  }

  #take(length: number): number {
    const at = this.#at;
    if (length < 0 || at + length > this.#bytes.length) throw new ProtocolError(`consumer protocol: ${length} bytes at ${at} of ${this.#bytes.length}`);
    this.#at += length;
    return at;
  }
}
