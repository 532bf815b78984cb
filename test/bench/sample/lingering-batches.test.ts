import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lingeringBatches, type LingeringOptions } from '../../../bench/sample/lingering-batches.ts';

const path = fileURLToPath(new URL('../../../examples/clicks.jsonl', import.meta.url));
const KEYED: LingeringOptions = { workload: { kind: 'file', path, key: 'user_id' }, codec: 'zstd', partitions: 10, ratePerSecond: 20_000, lingerSeconds: 0.01, batchBytes: 65_536 };

describe('batches that end with linger.ms or batch.size', () => {
  it('hold what comes for their partition meanwhile: a busier partition more than another', () => {
    const { recordsPerBatch, low, high, wireBytesPerRecord } = lingeringBatches(KEYED);
    // One record opens the batch, 20 follow on average within 10 ms at 2,000/s for each partition.
    expect(recordsPerBatch).toBeGreaterThan(19);
    expect(recordsPerBatch).toBeLessThan(23);
    expect(low).toBeLessThanOrEqual(wireBytesPerRecord);
    expect(high).toBeGreaterThanOrEqual(wireBytesPerRecord);
  });

  it('are filled for one partition at a time without a key, and compress the better the fuller they are', () => {
    const keyless = lingeringBatches({ ...KEYED, workload: { kind: 'file', path, key: undefined } });
    expect(keyless.recordsPerBatch).toBeGreaterThan(150);
    expect(keyless.wireBytesPerRecord).toBeLessThan(lingeringBatches(KEYED).wireBytesPerRecord);
  });

  it('are no larger than batch.size, whatever the linger', () => {
    const { recordsPerBatch } = lingeringBatches({ ...KEYED, batchBytes: 4096, lingerSeconds: 10 });
    expect(recordsPerBatch).toBeGreaterThan(8);
    expect(recordsPerBatch).toBeLessThan(4096 / 300);
  });

  it('are taken as they are where not one has ended before the sample of it is over', () => {
    expect(lingeringBatches({ ...KEYED, partitions: 1, lingerSeconds: 1e9, batchBytes: 1e9 }).recordsPerBatch).toBeGreaterThan(10_000);
  });

  it('are made of generated records too', () => {
    const generated = lingeringBatches({ ...KEYED, workload: { kind: 'fixed', keys: { kind: 'uniform', keyCount: 1000 }, recordBytes: 300, randomBytesRatio: 0.5 } });
    // Half of what follows the stamp is random bytes; the stamps compress somewhat, the filler away.
    expect(generated.wireBytesPerRecord).toBeGreaterThan(300 * 0.5 * 0.8);
    expect(generated.wireBytesPerRecord).toBeLessThan(300);
  });
});
