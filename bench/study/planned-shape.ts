/** A run's options as the shape that a prediction wants: its records and their compression come from full batches of the workload's own records, built here, without a broker. */
import { parseProducerConfig } from '../../engine/client/producer-config.ts';
import { NO_PRODUCER, RecordBatchBuilder, type RecordSlice } from '../../engine/record/record-batch-builder.ts';
import type { CompressionType } from '../../engine/record/compression.ts';
import { RECORD_BATCH_OVERHEAD } from '../../engine/record/record-batch.ts';
import type { PlannedShape } from '../../sizing/measured/machine-model.ts';
import type { BenchOptions } from '../bench-options.ts';
import { emptySlot, TRIAL_EPOCH_US } from '../workload/record-source.ts';
import { openRecordSource } from '../workload/workload.ts';

const SAMPLED_BATCHES = 20;

export function plannedShape(options: BenchOptions, brokers: number): PlannedShape {
  const { producerProperties: producer, topic, groups, workerCount } = options;
  const codec = producer['compression.type'] ?? 'none';
  return {
    codec,
    partitions: topic.partitions,
    replicationFactor: topic.replicationFactor,
    isAckedByAll: parseProducerConfig(producer).requiredAcks === -1,
    brokers,
    members: groups.reduce((sum, { memberCount }) => sum + memberCount, 0),
    groups: groups.length,
    workers: workerCount,
    lingerSeconds: Number(producer['linger.ms'] ?? 0) / 1000,
    ...sampledRecords(options, { codec: codec as CompressionType, batchBytes: Number(producer['batch.size'] ?? 16_384) }),
  };
}

function sampledRecords({ workload, seed }: BenchOptions, { codec, batchBytes }: { codec: CompressionType; batchBytes: number }): Pick<PlannedShape, 'recordBytes' | 'wireBytes' | 'recordsPerBatch'> {
  const source = openRecordSource(workload, { seed, worker: 0 });
  const slot = emptySlot();
  let [records, uncompressed, wire, n] = [0, 0, 0, 0];
  try {
    for (let batch = 0; batch < SAMPLED_BATCHES; batch++) {
      const [plain, builder] = [new RecordBatchBuilder({ capacityBytes: batchBytes, compression: 'none' }), new RecordBatchBuilder({ capacityBytes: batchBytes, compression: codec })];
      for (;;) {
        source.fill(slot, n, TRIAL_EPOCH_US + n * 10);
        const record: RecordSlice = { key: slot.keyEnd < 0 ? null : slot.key, keyStart: slot.keyStart, keyEnd: slot.keyEnd, value: slot.value, valueStart: slot.valueStart, valueEnd: slot.valueEnd, timestampMs: Math.floor((TRIAL_EPOCH_US + n * 10) / 1000) };
        if (!builder.append(record)) break;
        plain.append(record);
        n++;
        records++;
      }
      uncompressed += plain.close(NO_PRODUCER).batch.length;
      wire += builder.close(NO_PRODUCER).batch.length;
    }
  } finally {
    source.close();
  }
  if (records === 0) throw new RangeError(`no record fits into batch.size ${batchBytes}, of which ${RECORD_BATCH_OVERHEAD} bytes are the batch's own`);
  return { recordBytes: uncompressed / records, wireBytes: wire / records, recordsPerBatch: records / SAMPLED_BATCHES };
}
