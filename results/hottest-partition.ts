/** How unevenly a run's records fell on its partitions. */
import type { Measured } from './run.ts';

export interface HottestPartition {
  readonly partition: number;
  readonly records: number;
  /** Of the records acknowledged in the measured window. */
  readonly share: number;
}

/** Undefined: the run stored no records by partition, or acknowledged none. */
export function hottestPartition({ acknowledgedRecordsByPartition: records = [] }: Pick<Measured, 'acknowledgedRecordsByPartition'>): HottestPartition | undefined {
  const total = records.reduce((sum, each) => sum + each, 0);
  if (total === 0) return undefined;
  const most = records.reduce((max, each) => Math.max(max, each), 0);
  return { partition: records.indexOf(most), records: most, share: most / total };
}
