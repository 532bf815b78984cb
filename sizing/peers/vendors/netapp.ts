/** F12, eventsizer as NetApp describes it: Little's law for consumers, a ratio for compression. */
import type { Peer } from '../peer.ts';
import { concurrencyByLittle } from '../../queueing/littles-law.ts';

export const eventsizer: Peer = {
  name: 'eventsizer.io',
  source: 'NetApp, confluent-kafka-sizing.adoc',
  knownFlaws: ['Little\'s law gives the mean number in service: no room for variance', 'a saving of 60 % by compression is assumed, not measured'],
};

/** Consumers that work at once: rate x service time. `passThroughShare`: part of the records that a processor passes on to be consumed again. */
export function eventsizerConsumers({ recordsPerSecond, serviceSeconds, passThroughShare = 0 }: { recordsPerSecond: number; serviceSeconds: number; passThroughShare?: number }): number {
  return concurrencyByLittle({ arrivalsPerSecond: recordsPerSecond * (1 + passThroughShare), secondsInSystem: serviceSeconds });
}

/** Raw and compressed, bytes/s. `saving`: 0.6 leaves 40 %. */
export function eventsizerThroughput({ recordsPerSecond, recordBytes, saving }: { recordsPerSecond: number; recordBytes: number; saving: number }): { rawBytesPerSecond: number; compressedBytesPerSecond: number } {
  const rawBytesPerSecond = recordsPerSecond * recordBytes;
  return { rawBytesPerSecond, compressedBytesPerSecond: rawBytesPerSecond * (1 - saving) };
}
