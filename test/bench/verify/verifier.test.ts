import { describe, expect, it } from 'vitest';
import { Ledger, type LedgerBatch } from '../../../bench/verify/ledger.ts';
import type { VerificationReport } from '../../../bench/verify/verification-report.ts';
import { DeliveryVerifier } from '../../../bench/verify/verifier.ts';
import { ClickstreamSource } from '../../../bench/workload/clickstream.ts';
import { emptySlot } from '../../../bench/workload/record-source.ts';
import { buildBatch } from '../../../engine/record/record-batch-builder.ts';
import { stampBaseOffset } from '../../../engine/record/record-batch.ts';
import { recordsCrcOf } from '../../../engine/record/record-reader.ts';

const RECORDS_PER_BATCH = 5;
const PRODUCER_ID = 77;
const keys = { kind: 'uniform', keyCount: 50 } as const;

interface Written {
  readonly batch: Buffer;
  readonly entry: LedgerBatch;
}

/** Batches of one partition as a producer wrote them and as its ledger remembers them. */
function write(batchCount: number, options: { producerId?: number } = {}): Written[] {
  const source = new ClickstreamSource({ seed: 1, worker: 0, keys });
  const slot = emptySlot();
  const producerId = options.producerId ?? PRODUCER_ID;
  return Array.from({ length: batchCount }, (_, index) => {
    const first = index * RECORDS_PER_BATCH;
    const records = Array.from({ length: RECORDS_PER_BATCH }, (_, i) => {
      source.fill(slot, first + i, 1_763_917_612_345_678 + i);
      return {
        key: Buffer.from(slot.key.subarray(slot.keyStart, slot.keyEnd)),
        value: Buffer.from(slot.value.subarray(slot.valueStart, slot.valueEnd)),
        timestampMs: 1_763_917_612_345 + i,
      };
    });
    const producerEpoch = producerId < 0 ? -1 : 0;
    const baseSequence = producerId < 0 ? -1 : first;
    const batch = buildBatch(records, { compression: index % 2 === 0 ? 'zstd' : 'none', baseOffset: first, producerId, producerEpoch, baseSequence });
    const entry = { partition: 0, recordCount: RECORDS_PER_BATCH, errorCode: 0, baseOffset: first, recordsCrc: recordsCrcOf(batch, 0), producerId, producerEpoch, baseSequence };
    return { batch, entry };
  });
}

function check(options: { log: readonly Buffer[]; ledger: readonly LedgerBatch[]; logStartOffset?: number; eventCount?: number }): VerificationReport {
  const ledger = new Ledger();
  for (const entry of options.ledger) ledger.add(entry);
  const verifier = new DeliveryVerifier({ ledgers: [ledger.take()], events: { keyCount: keys.keyCount, eventCounts: [options.eventCount ?? 100_000] } });
  verifier.beginPartition(0, options.logStartOffset ?? 0);
  verifier.acceptBatches(Buffer.concat(options.log));
  verifier.finishPartition(options.logStartOffset ?? 0);
  return verifier.finish();
}

function at(batch: Buffer, offset: number): Buffer {
  const moved = Buffer.from(batch);
  stampBaseOffset(moved, 0, offset);
  return moved;
}

const kindsOf = (report: VerificationReport): string[] => [...new Set(report.anomalies.map(({ kind }) => kind))].sort();

describe('the verifier', () => {
  const written = write(10);
  const log = written.map(({ batch }) => batch);
  const ledger = written.map(({ entry }) => entry);

  it('passes a log that holds what was acknowledged', () => {
    expect(check({ log, ledger })).toMatchObject({
      passed: true, batchesRead: 10, recordsRead: 50, acknowledgedRecords: 50, confirmedRecords: 50, recordsCheckedSingly: 50, anomalyCount: 0, foreignRecords: 0,
    });
  });

  it('finds a batch that is missing', () => {
    const report = check({ log: log.toSpliced(4, 1), ledger });
    expect(report).toMatchObject({ passed: false, lostRecords: 5, confirmedRecords: 45 });
    expect(report.anomalies).toContainEqual(expect.objectContaining({ kind: 'lost', partition: 0, offset: 20, recordCount: 5 }));
  });

  it('finds the loss of the end of the log', () => {
    const report = check({ log: log.slice(0, 8), ledger });
    expect(report).toMatchObject({ passed: false, lostRecords: 10 });
    expect(kindsOf(report)).toEqual(['lost']);
  });

  it('finds a batch that was appended a second time', () => {
    const report = check({ log: [...log, at(log[3] as Buffer, 50)], ledger });
    expect(report).toMatchObject({ passed: false, duplicatedRecords: 5, lostRecords: 0 });
    expect(report.anomalies).toEqual([expect.objectContaining({ kind: 'duplicate', offset: 50, recordCount: 5 })]);
  });

  it('finds the second copy of a batch of a producer without sequence numbers', () => {
    const plain = write(3, { producerId: -1 });
    const report = check({ log: [...plain.map(({ batch }) => batch), at(plain[1]!.batch, 15)], ledger: plain.map(({ entry }) => entry) });
    expect(report).toMatchObject({ passed: false, duplicatedRecords: 5 });
  });

  it('finds two batches that changed places', () => {
    const swapped = [...log];
    swapped[3] = at(log[4] as Buffer, 15);
    swapped[4] = at(log[3] as Buffer, 20);
    const report = check({ log: swapped, ledger });
    expect(report.passed).toBe(false);
    expect(kindsOf(report)).toContain('reordered');
  });

  it('finds batches out of offset order', () => {
    const report = check({ log: log.with(3, log[4] as Buffer).with(4, log[3] as Buffer), ledger });
    expect(kindsOf(report)).toContain('reordered');
  });

  it.each(['the header', 'a compressed batch', 'a plain batch'])('finds a changed byte in %s', (place) => {
    const index = place === 'a plain batch' ? 5 : 4;
    const changed = Buffer.from(log[index] as Buffer);
    const byte = place === 'the header' ? 30 : changed.length - 3;
    changed[byte] = (changed[byte] as number) ^ 1;
    const report = check({ log: log.with(index, changed), ledger });
    expect(report).toMatchObject({ passed: false, corruptBatches: 1, confirmedRecords: 45 });
    expect(report.anomalies).toContainEqual(expect.objectContaining({ kind: 'corrupt', offset: index * 5 }));
  });

  it('finds other records with a right checksum in the place of acknowledged ones', () => {
    const report = check({ log: log.with(6, at(write(12)[11]!.batch, 30)), ledger });
    expect(report).toMatchObject({ passed: false, changedRecords: 5 });
    expect(report.anomalies).toContainEqual(expect.objectContaining({ kind: 'changed', offset: 30 }));
  });

  it('finds two acknowledgements for one offset', () => {
    const report = check({ log, ledger: [...ledger, { ...ledger[2]!, recordsCrc: 1, baseSequence: 999 }] });
    expect(report).toMatchObject({ passed: false, lostRecords: 5 });
  });

  it('finds an event that two different batches hold, and a number that was never sent', () => {
    const rebuilt = buildBatch([{ key: null, value: eventOf(7), timestampMs: 1 }], { baseOffset: 50, producerId: PRODUCER_ID, producerEpoch: 0, baseSequence: 50 });
    const entry = { ...ledger[0]!, recordCount: 1, baseOffset: 50, baseSequence: 50, recordsCrc: recordsCrcOf(rebuilt, 0) };
    const report = check({ log: [...log, rebuilt], ledger: [...ledger, entry] });
    expect(report.anomalies).toEqual([expect.objectContaining({ kind: 'duplicate', offset: 50, recordCount: 1 })]);
    expect(check({ log, ledger, eventCount: 49 }).anomalies).toEqual([expect.objectContaining({ kind: 'changed', offset: 49 })]);
  });

  it('finds a key whose event stands behind a later one', () => {
    const [first, second] = [eventOf(1), eventOf(2)];
    second.copy(first, 73, 73, 79);
    const records = [second, first].map((value) => ({ key: null, value, timestampMs: 1 }));
    const batch = buildBatch(records, { baseOffset: 0, producerId: 1, producerEpoch: 0, baseSequence: 0 });
    const entry = { ...ledger[0]!, recordCount: 2, producerId: 1, recordsCrc: recordsCrcOf(batch, 0) };
    expect(check({ log: [batch], ledger: [entry] }).anomalies).toEqual([expect.objectContaining({ kind: 'reordered', offset: 1, recordCount: 1 })]);
  });

  it('finds a key in two partitions', () => {
    const value = eventOf(1);
    const later = Buffer.from(value);
    later.write('000000000002', 16);
    const columns = new Ledger();
    const batches = [value, later].map((bytes, partition) => {
      const batch = buildBatch([{ key: null, value: bytes, timestampMs: 1 }], { baseOffset: 0, producerId: 1, producerEpoch: 0, baseSequence: 0 });
      columns.add({ ...ledger[0]!, partition, recordCount: 1, producerId: 1, recordsCrc: recordsCrcOf(batch, 0) });
      return batch;
    });
    const verifier = new DeliveryVerifier({ ledgers: [columns.take()], events: { keyCount: keys.keyCount, eventCounts: [10] } });
    batches.forEach((batch, partition) => {
      verifier.beginPartition(partition, 0);
      verifier.acceptBatches(batch);
      verifier.finishPartition(0);
    });
    expect(verifier.finish().anomalies).toEqual([expect.objectContaining({ kind: 'misplaced', partition: 1 })]);
  });

  it('lets an unacknowledged batch be there or not, and its sequence be a hole', () => {
    const failed = ledger.with(4, { ...ledger[4]!, errorCode: 7, baseOffset: -1 });
    expect(check({ log, ledger: failed })).toMatchObject({ passed: true, unacknowledgedSeenRecords: 5, acknowledgedRecords: 45 });
    const without = [...log.slice(0, 4), ...log.slice(5).map((batch, i) => at(batch, 20 + i * 5))];
    const shifted = failed.map((entry, i) => (i > 4 ? { ...entry, baseOffset: entry.baseOffset - 5 } : entry));
    expect(check({ log: without, ledger: shifted })).toMatchObject({ passed: true, unacknowledgedSeenRecords: 0, confirmedRecords: 45 });
  });

  it('reports a sequence hole that no failed batch explains', () => {
    const without = [...log.slice(0, 4), ...log.slice(5).map((batch, i) => at(batch, 20 + i * 5))];
    const entries = ledger.toSpliced(4, 1).map((entry, i) => (i >= 4 ? { ...entry, baseOffset: entry.baseOffset - 5 } : entry));
    expect(kindsOf(check({ log: without, ledger: entries }))).toEqual(['gap']);
  });

  it('takes a new epoch that starts again at sequence 0, and reports an older one behind it', () => {
    const bump = (epoch: number, sequence: number, offset: number): Written => {
      const records = [{ key: null, value: Buffer.from(`plain ${offset}`), timestampMs: 1 }];
      const rebuilt = buildBatch(records, { baseOffset: offset, producerId: PRODUCER_ID, producerEpoch: epoch, baseSequence: sequence });
      return { batch: rebuilt, entry: { ...ledger[0]!, recordCount: 1, baseOffset: offset, producerEpoch: epoch, baseSequence: sequence, recordsCrc: recordsCrcOf(rebuilt, 0) } };
    };
    const next = bump(1, 0, 50);
    expect(check({ log: [...log, next.batch], ledger: [...ledger, next.entry] })).toMatchObject({ passed: true });
    const old = bump(0, 50, 51);
    expect(kindsOf(check({ log: [...log, next.batch, old.batch], ledger: [...ledger, next.entry, old.entry] }))).toEqual(['reordered']);
  });

  it('T30: counts what retention deleted and what others wrote, without calling it an anomaly', () => {
    expect(check({ log: log.slice(4), ledger, logStartOffset: 20 })).toMatchObject({ passed: true, expiredRecords: 20, confirmedRecords: 30 });
    const foreign = buildBatch([{ key: null, value: Buffer.from('x'), timestampMs: 1 }], { baseOffset: 50 });
    expect(check({ log: [...log, foreign], ledger })).toMatchObject({ passed: true, foreignRecords: 1 });
  });

  it('with acks=0 counts what arrived and what did not, and promises nothing', () => {
    const plain = write(3, { producerId: -1 });
    const entries = plain.map(({ entry }) => ({ ...entry, baseOffset: -1 }));
    const report = check({ log: plain.slice(0, 2).map(({ batch }) => batch), ledger: entries });
    expect(report).toMatchObject({ passed: true, unconfirmedSeenRecords: 10, unconfirmedMissingRecords: 5 });
  });
});

function eventOf(n: number): Buffer {
  const source = new ClickstreamSource({ seed: 1, worker: 0, keys });
  const slot = emptySlot();
  source.fill(slot, n, 1_763_917_612_345_678);
  return Buffer.from(slot.value.subarray(slot.valueStart, slot.valueEnd));
}
