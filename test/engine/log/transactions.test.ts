import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFixture, fileKinds } from './log-fixture.ts';
import { SAMPLE_TIME_MS, sampleBatch } from './sample-batch.ts';
import type { AppendResult, PartitionLog } from '../../../engine/log/partition-log.ts';
import { TransactionIndex } from '../../../engine/log/transactions/transaction-index.ts';
import { buildMarkerBatch, readMarker } from '../../../engine/record/transaction-marker.ts';

const TRANSACTIONAL = 0x10;

/** A transactional producer as its broker sees it: batches of one partition, in sequence. */
class TransactionalProducer {
  readonly id: number;
  private readonly log: PartitionLog;
  private sequence = 0;

  constructor(log: PartitionLog, id: number) {
    this.log = log;
    this.id = id;
  }

  send(recordCount = 1, valueBytes = 100): number {
    const batch = sampleBatch({ producerId: this.id, producerEpoch: 0, baseSequence: this.sequence, recordCount, valueBytes, attributes: TRANSACTIONAL });
    this.sequence += recordCount;
    return offsetOf(this.log.appendAsLeader(batch, { leaderEpoch: 0, isInternal: false }));
  }

  end(kind: 'commit' | 'abort', coordinatorEpoch = 0): number {
    return offsetOf(this.mark(kind, coordinatorEpoch));
  }

  mark(kind: 'commit' | 'abort', coordinatorEpoch: number): AppendResult {
    const marker = buildMarkerBatch({ kind, coordinatorEpoch, producerId: this.id, producerEpoch: 0, timestampMs: SAMPLE_TIME_MS });
    return this.log.appendAsLeader(marker, { leaderEpoch: 0, isInternal: true });
  }
}

function offsetOf(result: AppendResult): number {
  if (result.kind !== 'appended') throw new Error(`not appended: ${JSON.stringify(result)}`);
  return result.baseOffset;
}

function aborted(log: PartitionLog, from = 0, upTo = log.logEndOffset): [number, number][] {
  return log.abortedTransactions({ from, upTo }).map(({ producerId, firstOffset }) => [producerId, firstOffset]);
}

describe.each(fileKinds)('transactions in a partition log over $kind files', ({ files }) => {
  let fixture: LogFixture;
  beforeEach(() => {
    fixture = new LogFixture(files);
  });
  afterEach(() => fixture.dispose());

  it('keep read_committed readers before the oldest open transaction, and before one whose marker is not replicated', () => {
    const log = fixture.open();
    const [first, second] = [new TransactionalProducer(log, 1), new TransactionalProducer(log, 2)];
    log.appendAsLeader(sampleBatch(), { leaderEpoch: 0, isInternal: false });
    expect(log.lastStableOffset(1)).toBe(1);
    const firstOffset = first.send();
    const secondOffset = second.send();
    expect(log.lastStableOffset(log.logEndOffset)).toBe(firstOffset);
    const marker = first.end('commit');
    expect(log.lastStableOffset(marker)).toBe(firstOffset);
    expect(log.lastStableOffset(marker + 1)).toBe(secondOffset);
    second.end('abort');
    expect(log.lastStableOffset(log.logEndOffset)).toBe(log.logEndOffset);
  });

  it('that were aborted are named to whoever reads their range, across segments, and after a clean and an unclean start', () => {
    const log = fixture.open();
    const [one, two] = [new TransactionalProducer(log, 7), new TransactionalProducer(log, 8)];
    const expected: [number, number][] = [];
    for (let round = 0; round < 40; round += 1) {
      const firstOffset = one.send(3, 400);
      two.send(2, 300);
      two.end('commit');
      one.end(round % 3 === 0 ? 'abort' : 'commit');
      if (round % 3 === 0) expected.push([7, firstOffset]);
    }
    expect(log.segmentCount).toBeGreaterThan(3);
    expect(aborted(log)).toEqual(expected);
    const fourth = (expected[4] as [number, number])[1];
    expect(aborted(log, fourth, fourth + 1)).toEqual([expected[4]]);
    expect(aborted(log, fourth + 7, (expected[5] as [number, number])[1])).toEqual([]);
    const unclean = fixture.open({ directory: fixture.copyDirectory('killed') });
    expect(aborted(unclean)).toEqual(expected);
    log.close({ clean: true });
    expect(fixture.files().filter((name) => name.endsWith('.txnindex')).length).toBeGreaterThan(3);
    expect(aborted(fixture.open({ cleanShutdown: true, recoveryPoint: log.logEndOffset }))).toEqual(expected);
  });

  it('are open again when their marker is truncated', () => {
    const log = fixture.open();
    const producer = new TransactionalProducer(log, 7);
    const firstOffset = producer.send(2, 4000);
    producer.send(2, 4000);
    const marker = producer.end('abort');
    expect(log.lastStableOffset(log.logEndOffset)).toBe(log.logEndOffset);
    log.truncateTo(marker);
    expect(log.lastStableOffset(log.logEndOffset)).toBe(firstOffset);
    expect(aborted(log)).toEqual([]);
    producer.end('commit');
    expect(log.lastStableOffset(log.logEndOffset)).toBe(log.logEndOffset);
    expect(aborted(fixture.open({ directory: fixture.copyDirectory('killed') }))).toEqual([]);
  });

  it('stay open over a restart, clean or not, and their producer does not expire', () => {
    const log = fixture.open();
    const producer = new TransactionalProducer(log, 7);
    producer.end('commit');
    const firstOffset = producer.send();
    fixture.nowMs += 10 * 86_400_000;
    log.applyRetention(fixture.nowMs, 0);
    expect(log.producers.producerCount).toBe(1);
    const killed = fixture.open({ directory: fixture.copyDirectory('killed') });
    expect(killed.lastStableOffset(killed.logEndOffset)).toBe(firstOffset);
    log.close({ clean: true });
    const reopened = fixture.open({ cleanShutdown: true });
    expect(reopened.lastStableOffset(reopened.logEndOffset)).toBe(firstOffset);
    expect(reopened.producers.activeProducers()).toEqual([
      { producerId: 7, producerEpoch: 0, lastSequence: 0, lastTimestampMs: SAMPLE_TIME_MS, coordinatorEpoch: 0, currentTxnStartOffset: firstOffset, lastDataOffset: firstOffset },
    ]);
  });

  it('refuse a batch that is not part of them, a marker of an older coordinator and one of an older producer epoch', () => {
    const log = fixture.open();
    const producer = new TransactionalProducer(log, 7);
    producer.send();
    const plain = sampleBatch({ producerId: 7, producerEpoch: 0, baseSequence: 1 });
    expect(log.appendAsLeader(plain, { leaderEpoch: 0, isInternal: false })).toMatchObject({ kind: 'rejected', reason: 'invalid-transaction-state' });
    producer.end('commit', 5);
    expect(producer.mark('commit', 4)).toMatchObject({ kind: 'rejected', reason: 'coordinator-fenced' });
    log.appendAsLeader(sampleBatch({ producerId: 7, producerEpoch: 2, baseSequence: 0 }), { leaderEpoch: 0, isInternal: false });
    expect(producer.mark('abort', 6)).toMatchObject({ kind: 'rejected', reason: 'invalid-producer-epoch' });
  });

  it('come back from the batches when an index of aborted ones is damaged, also behind a clean stop', () => {
    const log = fixture.open();
    const producer = new TransactionalProducer(log, 7);
    const firstOffset = producer.send();
    producer.end('abort');
    log.close({ clean: true });
    const index = path.join(fixture.directory, fixture.files().find((name) => name.endsWith('.txnindex')) as string);
    fs.truncateSync(index, 20);
    const reopened = fixture.open({ cleanShutdown: true, recoveryPoint: log.logEndOffset });
    expect(aborted(reopened)).toEqual([[7, firstOffset]]);
    expect(reopened.recovery).toMatchObject({ kind: 'recovered', truncatedBytes: 0 });
  });

  it('follow their leader batch for batch', () => {
    const leader = fixture.open();
    const producer = new TransactionalProducer(leader, 7);
    for (let round = 0; round < 30; round += 1) {
      producer.send(2, 700);
      producer.end(round % 2 === 0 ? 'abort' : 'commit');
    }
    producer.send();
    const follower = fixture.open({ directory: path.join(fixture.root, 'follower-0') });
    for (let offset = 0; offset < leader.logEndOffset; ) {
      const result = leader.read(offset, { upTo: leader.logEndOffset, maxBytes: 5000, minOneBatch: true });
      if (result.kind !== 'data') break;
      follower.appendAsFollower(Buffer.concat(result.chunks));
      offset = follower.logEndOffset;
    }
    const end = follower.logEndOffset;
    expect(aborted(follower)).toEqual(aborted(leader, 0, end));
    expect(follower.lastStableOffset(end)).toBe(Math.min(end, leader.lastStableOffset(leader.logEndOffset)));
  });
});

describe('a .txnindex file', () => {
  it('is the entries in 34 bytes each, and anything else is refused', () => {
    const index = new TransactionIndex();
    const entries = [
      { producerId: 1, firstOffset: 3, lastOffset: 10, lastStableOffset: 5 },
      { producerId: 2 ** 40, firstOffset: 5, lastOffset: 11, lastStableOffset: 12 },
    ];
    for (const entry of entries) index.append(entry);
    const bytes = index.encode();
    expect(bytes.toString('hex')).toBe(
      ['0000', '0000000000000001', '0000000000000003', '000000000000000a', '0000000000000005', '0000', '0000010000000000', '0000000000000005', '000000000000000b', '000000000000000c'].join(''),
    );
    expect(TransactionIndex.decode(bytes)?.entries).toEqual(entries);
    expect(TransactionIndex.decode(bytes.subarray(0, 60))).toBeUndefined();
    expect(TransactionIndex.decode(Buffer.concat([bytes, bytes]))).toBeUndefined();
  });
});

describe('a transaction marker', () => {
  it('says what it was built with, and nothing can make its reader throw', () => {
    const marker = buildMarkerBatch({ kind: 'abort', coordinatorEpoch: 9, producerId: 4, producerEpoch: 1, timestampMs: 5 });
    expect(readMarker(marker, 0)).toEqual({ kind: 'abort', coordinatorEpoch: 9 });
    fc.assert(
      fc.property(fc.integer({ min: 57, max: marker.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        const damaged = Buffer.from(marker);
        damaged[at] = byte;
        readMarker(damaged, 0);
      }),
    );
  });
});
