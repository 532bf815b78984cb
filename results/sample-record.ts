/** What a sample of the user's own events showed: sizes, keys, and what each codec makes of batches of each size. Plain data. */

export interface SampleRecord {
  readonly path: string;
  readonly format: string;
  /** Records looked at, and whether that was the whole file. */
  readonly recordCount: number;
  readonly isWhole: boolean;
  /** Key and value, uncompressed. */
  readonly recordBytes: { readonly mean: number; readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };
  /** Null: no key was asked for. */
  readonly keys: SampleKeys | null;
  readonly compression: readonly SampleCompression[];
  readonly warnings: readonly string[];
}

export interface SampleKeys {
  readonly path: string;
  /** Different keys seen: a lower bound of how many there are. */
  readonly distinctCount: number;
  readonly withoutKeyCount: number;
  /** Of the records with a key; the interval is Wilson's at 95 %. */
  readonly hottestShare: number;
  readonly hottestShareLow: number;
  readonly hottestShareHigh: number;
}

export interface SampleCompression {
  readonly codec: string;
  /** Uncompressed bytes of a batch, at most. */
  readonly batchBytes: number;
  readonly recordsPerBatch: number;
  /** Uncompressed over compressed, batch headers included in both. */
  readonly ratio: number;
  /** The smallest and the largest of ten parts of the sample. */
  readonly ratioLow: number;
  readonly ratioHigh: number;
}
