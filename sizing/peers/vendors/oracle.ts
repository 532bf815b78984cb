/** Oracle OCNADD: flows rounded up to whole MiB/s, a tenth on top for each broker, rounded again; volumes by retention. */
import { ceiling, MIB, type Peer } from '../peer.ts';

export const oracleOcnadd: Peer = {
  name: 'Oracle OCNADD',
  source: 'docs.oracle.com, Network Analytics Data Director 22.0.0 and 23.2.0, benchmarking guide and kafka-pvc-storage-requirements',
  knownFlaws: ['rounds up four times in a row', 'MiB/s are printed as MB/s and GiB as GB', 'the number of brokers is an input'],
};

export interface OracleInputs {
  readonly recordsPerSecond: number;
  readonly recordBytes: number;
  readonly replicationFactor: number;
  readonly brokers: number;
}

export interface OracleThroughput {
  readonly writtenMebibytesPerSecond: number;
  readonly readMebibytesPerSecond: number;
  readonly writtenMebibytesPerSecondPerBroker: number;
  readonly readMebibytesPerSecondPerBroker: number;
  readonly mebibytesPerSecondPerBroker: number;
  readonly mebibytesPerSecond: number;
}

/** `topics`: how many a record passes through; `consumers`: at the end of the last. Writes W x R x T, reads (R x T + C - 1) x W. */
export function oracleThroughput({ recordsPerSecond, recordBytes, replicationFactor, brokers, topics, consumers }: OracleInputs & { topics: number; consumers: number }): OracleThroughput {
  const produced = (recordsPerSecond * recordBytes) / MIB;
  const written = ceiling(produced * replicationFactor * topics);
  const read = ceiling(produced * (replicationFactor * topics + consumers - 1));
  const [writtenEach, readEach] = [written, read].map((total) => ceiling((total * 1.1) / brokers)) as [number, number];
  return {
    writtenMebibytesPerSecond: written,
    readMebibytesPerSecond: read,
    writtenMebibytesPerSecondPerBroker: writtenEach,
    readMebibytesPerSecondPerBroker: readEach,
    mebibytesPerSecondPerBroker: writtenEach + readEach,
    mebibytesPerSecond: (writtenEach + readEach) * brokers,
  };
}

/** Volume of a retention, all replicas, bytes. */
export function oracleVolumeBytes({ recordsPerSecond, recordBytes, replicationFactor, retentionSeconds }: Omit<OracleInputs, 'brokers'> & { retentionSeconds: number }): number {
  return recordsPerSecond * recordBytes * replicationFactor * retentionSeconds;
}
