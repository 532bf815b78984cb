/** A workload as plain data, so that it crosses threads and stands in a result file, and the record source it describes. */
import { ClickstreamSource } from './clickstream.ts';
import { FilePayload } from './file-payload.ts';
import { FixedSizeSource } from './fixed-size.ts';
import type { KeyDistribution } from './key-picker.ts';
import type { KeySpread } from './key-writer.ts';
import type { RecordSource } from './record-source.ts';
import { RecordTemplate } from './record-template.ts';
import type { SizeDistribution } from './size-distribution.ts';
import { SizedRecords } from './sized-records.ts';

export type Workload =
  | { readonly kind: 'clickstream'; readonly keys: KeyDistribution; readonly keySpread?: KeySpread }
  | ({ readonly kind: 'fixed'; readonly keys: KeyDistribution; readonly keySpread?: KeySpread; readonly recordBytes: number } & Compressibility)
  | ({ readonly kind: 'sized'; readonly keys: KeyDistribution; readonly keySpread?: KeySpread; readonly sizes: SizeDistribution } & Compressibility)
  /** `template`: the text itself, or @ and a file's name. */
  | { readonly kind: 'template'; readonly keys: KeyDistribution; readonly keySpread?: KeySpread; readonly template: string }
  | { readonly kind: 'file'; readonly path: string; readonly key: string | undefined };

export interface Compressibility {
  /** 0 compresses to almost nothing, 1 not at all. */
  readonly randomBytesRatio: number;
  /** Asked for: the random share is then found by trial before the run, and `trialRatio` is what the trial had. */
  readonly compressionRatio?: number;
  readonly trialRatio?: number;
}

/** Throws PayloadError, SizeError or TemplateError when a file or a text cannot be used. */
export function openRecordSource(workload: Workload, options: { seed: number; worker: number }): RecordSource {
  if (workload.kind === 'clickstream') return new ClickstreamSource({ ...options, ...workload });
  if (workload.kind === 'file') return new FilePayload({ path: workload.path, key: workload.key });
  if (workload.kind === 'sized') return new SizedRecords({ ...options, ...workload });
  if (workload.kind === 'template') return new RecordTemplate({ ...options, ...workload });
  return new FixedSizeSource({ ...options, ...workload });
}
