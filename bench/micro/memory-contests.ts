/** What the processor and the memory do at best: checksums, batches, look-ups and histograms, each against its limit. */
import { build } from 'hdr-histogram-js';
import { crc32c, portableCrc32c } from '../../engine/record/crc32c.ts';
import { native } from '../../engine/native/native.ts';
import { NO_PRODUCER, RecordBatchBuilder } from '../../engine/record/record-batch-builder.ts';
import { forEachRecord } from '../../engine/record/record-reader.ts';
import { LatencyCounts } from '../latency/latency-counts.ts';
import type { Contender, Contest } from './contest.ts';
import { clickstreamBatch, EventWriter } from './sample-batches.ts';

export function memcpyContender(bytes: number): Contender {
  const from = Buffer.alloc(bytes, 1);
  const to = Buffer.alloc(bytes);
  return { name: 'memcpy', bytes, run: () => void to.set(from) };
}

export function checksumContest(bytes: number): Contest {
  const batch = clickstreamBatch(bytes);
  const own = { name: 'CRC-32C, add-on', bytes: batch.length, isChosen: true, run: () => void crc32c(batch, 0, batch.length) };
  return {
    title: `checksum of ${bytes / 1024} KiB`,
    limit: memcpyContender(batch.length),
    contenders: [
      ...(native === undefined ? [] : [own]),
      { name: 'CRC-32C, portable', bytes: batch.length, isChosen: native === undefined, run: () => void portableCrc32c(batch, 0, batch.length) },
    ],
  };
}

export function batchContests(bytes: number): Contest[] {
  const batch = clickstreamBatch(bytes);
  const limit = memcpyContender(batch.length);
  const builder = new RecordBatchBuilder({ capacityBytes: bytes, compression: 'none' });
  const writer = new EventWriter();
  const recordCount = writer.writeTo(builder);
  let seen = 0;
  const perRecord = (name: string, run: () => void): Contender => ({ name, bytes: batch.length, isChosen: true, remark: `${recordCount} records a run`, run });
  return [
    {
      title: `write a batch of ${bytes / 1024} KiB`,
      limit,
      contenders: [
        perRecord('records into the batch, header, checksum', () => {
          builder.reset();
          writer.writeTo(builder);
          builder.close(NO_PRODUCER);
        }),
      ],
    },
    {
      title: `read a batch of ${bytes / 1024} KiB`,
      limit,
      contenders: [perRecord('each record\'s offset, key and value', () => forEachRecord(batch, 0, (record) => (seen += record.valueEnd)))],
    },
  ];
}

export function histogramContest(): Contest {
  const samples = Float64Array.from({ length: 1000 }, (_, at) => 1000 + ((at * 7919) % 60_000));
  const counts = new LatencyCounts();
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 2 ** 32, numberOfSignificantValueDigits: 3, bitBucketSize: 32 });
  return {
    title: 'count 1,000 latencies',
    limit: undefined,
    contenders: [
      { name: 'HdrHistogram\'s buckets, filled in place', bytes: undefined, isChosen: true, run: () => samples.forEach((value) => counts.record(value)) },
      { name: 'hdr-histogram-js', bytes: undefined, run: () => samples.forEach((value) => histogram.recordValue(value)) },
    ],
  };
}
