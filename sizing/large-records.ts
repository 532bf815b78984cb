/** Records that Kafka refuses by default: which limits must be raised, and how far. Pure. */
import type { SizedTopic } from './sizing-inputs.ts';

const MEBIBYTE = 2 ** 20;
/** Kafka's default max.message.bytes (of a batch as it is stored): 1 MiB and the 12 bytes of offset and size before it. The producer's max.request.size is 1 MiB. */
export const MESSAGE_BYTES = MEBIBYTE + 12;
/** Of a batch around its first record, and of the record itself. */
const FRAMING_BYTES = 128;

/** The largest batch and request to be allowed, whole MiB; null: Kafka's defaults are enough. Compression is not counted on: a record may not compress. */
export function messageBytesMax({ recordBytes }: Pick<SizedTopic, 'recordBytes'>): number | null {
  const needed = recordBytes.high + FRAMING_BYTES;
  return needed <= MEBIBYTE ? null : Math.ceil(needed / MEBIBYTE) * MEBIBYTE;
}
