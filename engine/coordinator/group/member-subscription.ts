/**
 * Topics in the consumer protocol's subscription (JoinGroup metadata). Only the topic list is read:
 * int16 version, array of string topics, then what newer versions add.
 */

/** All topics of all members; undefined when one member's metadata cannot be read. */
export function subscribedTopicsOf(metadata: readonly Buffer[]): Set<string> | undefined {
  const topics = new Set<string>();
  for (const bytes of metadata) {
    const own = readTopics(bytes);
    if (own === undefined) return undefined;
    for (const topic of own) topics.add(topic);
  }
  return topics;
}

function readTopics(bytes: Buffer): string[] | undefined {
  if (bytes.length < 6 || bytes.readInt16BE(0) < 0) return undefined;
  const count = bytes.readInt32BE(2);
  const topics: string[] = [];
  let at = 6;
  for (let index = 0; index < count; index++) {
    if (at + 2 > bytes.length) return undefined;
    const length = bytes.readInt16BE(at);
    at += 2;
    if (length < 0 || at + length > bytes.length) return undefined;
    topics.push(bytes.toString('utf8', at, at + length));
    at += length;
  }
  return topics;
}
