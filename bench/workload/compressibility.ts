/**
 * Finds the share of random bytes with which records compress as far as is asked, by trial: batches of the size that the run will have, through
 * the codec that it will use. What came out is stated beside what was asked for.
 */
import { parseProducerConfig } from '../../engine/client/producer-config.ts';
import type { CompressionType } from '../../engine/record/compression.ts';
import { NO_PRODUCER, RecordBatchBuilder } from '../../engine/record/record-batch-builder.ts';
import type { BenchOptions } from '../bench-options.ts';
import { offeredRange } from '../load/offered-load.ts';
import { emptySlot, TRIAL_EPOCH_US, type RecordSource } from './record-source.ts';
import { openRecordSource } from './workload.ts';

/** A ratio that cannot be met. */
export class CompressibilityError extends Error {
  override readonly name = 'CompressibilityError';
}

/** How far from what was asked the trial may end. */
const TOLERANCE = 0.03;
const STEPS = 12;
const TRIAL_BATCHES = 6;
const TRIAL_BYTES_MIN = 512 << 10;
const RECORD_US = 10;

export interface TrialBatches {
  readonly codec: CompressionType;
  readonly level: number | undefined;
  readonly batchBytes: number;
}

/** The options with the random share found; themselves when no ratio is asked for. Throws CompressibilityError. */
export function withCompressionRatio(options: BenchOptions): BenchOptions {
  const { workload, seed } = options;
  if (!('compressionRatio' in workload) || workload.compressionRatio === undefined) return options;
  const { compressionRatio: target } = workload;
  const config = parseProducerConfig(options.producerProperties);
  const codec = config['compression.type'] as CompressionType;
  if (codec === 'none') throw new CompressibilityError(`a compression ratio of ${target} needs a codec: compression.type is none`);
  const opened = (randomBytesRatio: number): RecordSource => openRecordSource({ ...workload, randomBytesRatio }, { seed, worker: 0 });
  const level = codec === 'zstd' ? config['compression.zstd.level'] : codec === 'gzip' && config['compression.gzip.level'] >= 0 ? config['compression.gzip.level'] : undefined;
  const batches = { codec, level, batchBytes: expectedBatchBytes(options, opened(0.5)) };
  const { share, ratio } = shareFor(target, (each) => compressionRatioOf(opened(each), batches), codec);
  return { ...options, workload: { ...workload, randomBytesRatio: share, trialRatio: ratio } };
}

/** Ratios fall as the share rises. */
function shareFor(target: number, ratioAt: (share: number) => number, codec: string): { share: number; ratio: number } {
  const [most, least] = [ratioAt(0), ratioAt(1)];
  if (target > most * (1 + TOLERANCE)) throw new CompressibilityError(`a compression ratio of ${target} cannot be met: with ${codec} these records reach ${most.toFixed(2)} at most; larger records or batches reach more`);
  if (target < least * (1 - TOLERANCE)) throw new CompressibilityError(`a compression ratio of ${target} cannot be met: with ${codec} these records have at least ${least.toFixed(2)}`);
  let [low, high] = [0, 1];
  let best = Math.abs(most - target) < Math.abs(least - target) ? { share: 0, ratio: most } : { share: 1, ratio: least };
  for (let step = 0; step < STEPS; step++) {
    const share = (low + high) / 2;
    const ratio = ratioAt(share);
    if (Math.abs(ratio - target) < Math.abs(best.ratio - target)) best = { share, ratio };
    if (ratio > target) low = share;
    else high = share;
  }
  if (Math.abs(best.ratio / target - 1) > TOLERANCE) throw new CompressibilityError(`a compression ratio of ${target} cannot be met: with ${codec} the nearest that these records have is ${best.ratio.toFixed(2)}`);
  return best;
}

/** Uncompressed over compressed bytes of whole batches, as a run counts them. */
export function compressionRatioOf(source: RecordSource, { codec, level, batchBytes }: TrialBatches): number {
  const builder = new RecordBatchBuilder({ capacityBytes: batchBytes, compression: codec, ...(level === undefined ? {} : { level }) });
  const slot = { key: null as Buffer | null, keyStart: 0, keyEnd: 0, value: Buffer.alloc(0), valueStart: 0, valueEnd: 0, timestampMs: 0 };
  const filled = emptySlot();
  let [n, uncompressedBytes, compressedBytes] = [0, 0, 0];
  for (let batches = 0; batches < TRIAL_BATCHES || uncompressedBytes < TRIAL_BYTES_MIN; batches++) {
    for (let count = 0; ; count++, n++) {
      const dueUs = TRIAL_EPOCH_US + n * RECORD_US;
      source.fill(filled, n, dueUs);
      Object.assign(slot, filled, { timestampMs: Math.floor(dueUs / 1000), key: filled.keyEnd < 0 ? null : filled.key });
      if (builder.append(slot)) continue;
      if (count > 0) break;
      // One record larger than a batch is a batch of its own, which no builder of this size holds.
      return compressionRatioOf(source, { codec, level, batchBytes: batchBytes * 2 });
    }
    const closed = builder.close(NO_PRODUCER);
    uncompressedBytes += closed.uncompressedBytes;
    compressedBytes += closed.batch.length;
    builder.reset();
  }
  source.close();
  return uncompressedBytes / compressedBytes;
}

/** A batch is full, or as large as what a partition gets within linger.ms. */
function expectedBatchBytes({ producerProperties, load, topic, workerCount, ...window }: BenchOptions, source: RecordSource): number {
  const config = parseProducerConfig(producerProperties);
  const recordBytes = source.valueBytesMean + source.keyBytesMean + RECORD_OVERHEAD_BYTES;
  source.close();
  const rate = offeredRange(load, window)?.meanPerSecond;
  if (rate === undefined) return config['batch.size'];
  // Without keys a batch goes to one partition until it is full or its time is over.
  const perBatch = (rate / workerCount / topic.partitions) * ((config['linger.ms'] + 1) / 1000);
  return Math.min(config['batch.size'], Math.max(BATCH_BYTES_MIN, Math.ceil(recordBytes * Math.max(1, perBatch))));
}

const RECORD_OVERHEAD_BYTES = 10;
const BATCH_BYTES_MIN = 1024;
