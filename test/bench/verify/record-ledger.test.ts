/** Records of a client that tells no batches, against what a log shows: each kind of harm, and none. */
import { describe, expect, it } from 'vitest';
import { recordCrc } from '../../../bench/verify/record-crc.ts';
import { RecordChecks, RecordLedger } from '../../../bench/verify/record-ledger.ts';
import { ReportBuilder, type VerificationReport } from '../../../bench/verify/verification-report.ts';
import { DeliveryVerifier } from '../../../bench/verify/verifier.ts';
import { buildBatch } from '../../../engine/record/record-batch-builder.ts';

function crcOf(key: string | undefined, value: string): number {
  const [keyBytes, valueBytes] = [Buffer.from(key ?? ''), Buffer.from(value)];
  return recordCrc({ key: keyBytes, keyStart: 0, keyEnd: key === undefined ? -1 : keyBytes.length, value: valueBytes, valueStart: 0, valueEnd: valueBytes.length });
}

interface Told {
  readonly partition?: number;
  readonly offset: number;
  readonly value: string;
  readonly errorCode?: number;
}

/** `log`: what each offset of partition 0 holds, from 0 on. */
function checked(told: readonly Told[], log: readonly string[], logStartOffset = 0): VerificationReport {
  const ledger = new RecordLedger();
  for (const { partition = 0, offset, value, errorCode = 0 } of told) ledger.add({ partition, offset, crc: crcOf('k', value), errorCode });
  const report = new ReportBuilder();
  const checks = new RecordChecks([ledger.take()], report);
  log.forEach((value, offset) => offset >= logStartOffset && checks.check(0, offset, crcOf('k', value)));
  for (const partition of checks.partitions) checks.finishPartition(partition, logStartOffset);
  checks.finish();
  return report.finish();
}

const ACKNOWLEDGED = [{ offset: 0, value: 'a' }, { offset: 1, value: 'b' }, { offset: 2, value: 'c' }];

describe('the ledger of records', () => {
  it('confirms what is there', () => {
    expect(checked(ACKNOWLEDGED, ['a', 'b', 'c'])).toMatchObject({ passed: true, acknowledgedRecords: 3, confirmedRecords: 3 });
  });

  it.each<[string, readonly Told[], readonly string[], Partial<VerificationReport>]>([
    ['a record that is not there', ACKNOWLEDGED, ['a', 'b'], { lostRecords: 1, confirmedRecords: 2 }],
    ['a partition that nobody read', [...ACKNOWLEDGED, { partition: 3, offset: 0, value: 'd' }], ['a', 'b', 'c'], { lostRecords: 1 }],
    ['another record at the offset', ACKNOWLEDGED, ['a', 'x', 'c'], { changedRecords: 1, confirmedRecords: 2 }],
    ['a record a second time', ACKNOWLEDGED, ['a', 'b', 'c', 'b'], { duplicatedRecords: 1, confirmedRecords: 3 }],
    ['two acknowledgements for one offset', [...ACKNOWLEDGED, { offset: 1, value: 'z' }], ['a', 'b', 'c'], { passed: false }],
  ])('finds %s', (_what, told, log, expected) => {
    expect(checked(told, log)).toMatchObject({ passed: false, ...expected });
  });

  it('allows what was never promised: failed records that arrived, acks=0, other writers, retention', () => {
    const failed = checked([...ACKNOWLEDGED, { offset: -1, value: 'late', errorCode: 7 }], ['a', 'b', 'c', 'late', 'of others']);
    expect(failed).toMatchObject({ passed: true, unacknowledgedSeenRecords: 1, foreignRecords: 1 });
    const unconfirmed = checked([{ offset: -1, value: 'a' }, { offset: -1, value: 'a' }, { offset: -1, value: 'b' }], ['a', 'b']);
    expect(unconfirmed).toMatchObject({ passed: true, unconfirmedSeenRecords: 2, unconfirmedMissingRecords: 1, acknowledgedRecords: 0 });
    expect(checked(ACKNOWLEDGED, ['a', 'b', 'c'], 2)).toMatchObject({ passed: true, expiredRecords: 2, confirmedRecords: 1 });
  });

  it('tells key from value, and no key from an empty one', () => {
    expect(new Set([crcOf('k', 'v'), crcOf('v', 'k'), crcOf('', 'v'), crcOf(undefined, 'v')]).size).toBe(4);
  });

  it('grows, and is held against real batches of any codec', () => {
    const ledger = new RecordLedger();
    const verifier = (): DeliveryVerifier => new DeliveryVerifier({ ledgers: [], recordLedgers: [ledger.take()] });
    const records = Array.from({ length: 70_000 }, (_, at) => ({ key: Buffer.from(`k${at % 7}`), value: Buffer.from(`value ${at}`), timestampMs: 1 }));
    records.forEach(({ key, value }, offset) => ledger.add({ partition: 0, offset, errorCode: 0, crc: recordCrc({ key, keyStart: 0, keyEnd: key.length, value, valueStart: 0, valueEnd: value.length }) }));
    const check = verifier();
    check.beginPartition(0, 0);
    for (let from = 0; from < records.length; from += 1000) {
      const batch = buildBatch(records.slice(from, from + 1000), { compression: from % 2000 === 0 ? 'zstd' : 'none', baseOffset: from } as never);
      batch.writeBigInt64BE(BigInt(from), 0);
      check.acceptBatches(batch);
    }
    check.finishPartition(0);
    expect(check.finish()).toMatchObject({ passed: true, confirmedRecords: 70_000, acknowledgedRecords: 70_000 });
  });
});
