/** A workload as plain data, so that it crosses threads and stands in a result file, and the record source it describes. */
import { ClickstreamSource } from './clickstream.ts';
import { FilePayload } from './file-payload.ts';
import { FixedSizeSource } from './fixed-size.ts';
import type { KeyDistribution } from './key-picker.ts';
import type { KeySpread } from './key-writer.ts';
import type { RecordSource } from './record-source.ts';

export type Workload =
  | { readonly kind: 'clickstream'; readonly keys: KeyDistribution; readonly keySpread?: KeySpread }
  | { readonly kind: 'fixed'; readonly keys: KeyDistribution; readonly keySpread?: KeySpread; readonly recordBytes: number; readonly randomBytesRatio: number }
  | { readonly kind: 'file'; readonly path: string; readonly key: string | undefined };

/** Throws PayloadError when a file cannot be used. */
export function openRecordSource(workload: Workload, options: { seed: number; worker: number }): RecordSource {
  if (workload.kind === 'clickstream') return new ClickstreamSource({ ...options, ...workload });
  if (workload.kind === 'file') return new FilePayload({ path: workload.path, key: workload.key });
  return new FixedSizeSource({ ...options, ...workload });
}
