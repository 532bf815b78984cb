/**
 * Which Kafka a broker is, as far as it tells: no request asks for the release. The highest `metadata.version` that its software has came with
 * one release; without it, the versions of its APIs narrow the release down. What no table here knows is said to be so.
 */
import type { VersionRange } from '../../engine/client/kafka-connection.ts';

/** First `metadata.version` level of each release (Kafka's MetadataVersion). */
const RELEASE_BY_LEVEL: readonly (readonly [level: number, release: string])[] = [
  [1, '3.0'], [2, '3.1'], [3, '3.2'], [4, '3.3'], [8, '3.4'], [9, '3.5'], [12, '3.6'], [15, '3.7'], [20, '3.8'], [21, '3.9'], [22, '4.0'], [26, '4.1'], [28, '4.2'], [30, '4.3'],
];
const HIGHEST_KNOWN_LEVEL = 30;

/** By release, newest first: an API version that came with it. */
const RELEASE_BY_API: readonly (readonly [release: string, api: number, version: number])[] = [
  ['4.2', 2, 11], ['4.1', 1, 18], ['4.0', 8, 9], ['3.7', 1, 16], ['3.5', 1, 15], ['3.1', 1, 13], ['2.8', 3, 11], ['2.7', 1, 12], ['2.4', 3, 9], ['2.3', 1, 11], ['2.1', 0, 7], ['1.0', 0, 5], ['0.11', 0, 3],
];

/** `Kafka 4.2`, `Kafka 4.0 or newer, by its APIs`. */
export function brokerVersion(apis: ReadonlyMap<number, VersionRange>, metadataVersion: number | undefined): string {
  if (metadataVersion !== undefined) {
    if (metadataVersion > HIGHEST_KNOWN_LEVEL) return `newer than Kafka 4.3 (metadata.version ${metadataVersion})`;
    const release = RELEASE_BY_LEVEL.findLast(([level]) => level <= metadataVersion)?.[1];
    if (release !== undefined) return `Kafka ${release}`;
  }
  const found = RELEASE_BY_API.find(([, api, version]) => (apis.get(api)?.max ?? -1) >= version)?.[0];
  return found === undefined ? 'older than Kafka 0.11, by its APIs' : `like Kafka ${found} or newer, by its APIs`;
}
