/** What needs only processor and memory: checksums, batches and latency counts, each against its limit. */
import { crc32c, portableCrc32c } from '../../engine/record/crc32c.ts';
import { native } from '../../engine/native/native.ts';
import { NO_PRODUCER, RecordBatchBuilder } from '../../engine/record/record-batch-builder.ts';
import { readRecordCount } from '../../engine/record/record-batch.ts';
import { forEachRecord } from '../../engine/record/record-reader.ts';
import { emptyHistogram, LatencyCounts } from '../latency/latency-counts.ts';
import type { Contender, Work } from './contender.ts';
import type { Contest, OpenContest } from './contest.ts';
import { clickstreamBatch, clickstreamSlices } from './sample-batches.ts';

const BATCH: Work = { count: 1, unit: 'batch' };

function memcpy(bytes: number, work: Work): Contender {
  const from = Buffer.alloc(bytes, 1);
  const to = Buffer.alloc(bytes);
  return { name: 'memcpy', bytes, work, run: () => void to.set(from) };
}

export function checksumContest(bytes: number): Contest {
  return {
    title: `checksum ${bytes / 1024} KiB`,
    open: () => {
      const batch = clickstreamBatch(bytes);
      const addon = { name: 'CRC-32C, add-on', bytes: batch.length, work: BATCH, isChosen: true, run: () => void crc32c(batch, 0, batch.length) };
      const portable = { name: 'CRC-32C, portable', bytes: batch.length, work: BATCH, isChosen: native === undefined, run: () => void portableCrc32c(batch, 0, batch.length) };
      return { limit: memcpy(batch.length, BATCH), contenders: native === undefined ? [portable] : [addon, portable] };
    },
  };
}

export function batchContests(bytes: number): Contest[] {
  return [
    { title: `write the records of a ${bytes / 1024} KiB batch`, open: () => openWriting(bytes) },
    { title: `read the records of a ${bytes / 1024} KiB batch`, open: () => openReading(bytes) },
  ];
}

/** Making up the events is not what is measured: they lie ready, as a producer's caller would hand them over. */
function openWriting(bytes: number): OpenContest {
  const builder = new RecordBatchBuilder({ capacityBytes: bytes, compression: 'none' });
  const records = clickstreamSlices(bytes);
  const write = (): void => {
    builder.reset();
    for (const record of records) builder.append(record);
  };
  write();
  const batchBytes = builder.sizeInBytes;
  const work = { count: records.length, unit: 'record' };
  return {
    limit: memcpy(batchBytes, work),
    contenders: [
      { name: 'varints and copies, header, CRC-32C', bytes: batchBytes, work, isChosen: true, run: () => { write(); builder.close(NO_PRODUCER); } },
    ],
  };
}

function openReading(bytes: number): OpenContest {
  const batch = clickstreamBatch(bytes);
  const work = { count: readRecordCount(batch, 0), unit: 'record' };
  let seen = 0;
  return {
    limit: memcpy(batch.length, work),
    contenders: [
      { name: 'bounds of each key and value', bytes: batch.length, work, isChosen: true, run: () => forEachRecord(batch, 0, (record) => (seen += record.valueEnd)) },
    ],
  };
}

export function histogramContest(): Contest {
  return {
    title: 'count a latency',
    open: () => {
      const samples = Float64Array.from({ length: 1000 }, (_, at) => 1000 + ((at * 7919) % 60_000));
      const counts = new LatencyCounts();
      const histogram = emptyHistogram();
      const work = { count: samples.length, unit: 'sample' };
      return {
        contenders: [
          { name: 'HdrHistogram\'s buckets, filled in place', bytes: undefined, work, isChosen: true, run: () => { for (const value of samples) counts.record(value); } },
          { name: 'hdr-histogram-js', bytes: undefined, work, run: () => { for (const value of samples) histogram.recordValue(value); } },
        ],
      };
    },
  };
}
