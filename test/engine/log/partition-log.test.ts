import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReplicatedBatchError } from '../../../engine/log/partition-log.ts';
import { LogFixture, append, baseOffsetsOf, fileKinds, readAll, readOnce, smallLogConfig } from './log-fixture.ts';
import { SAMPLE_TIME_MS, sampleBatch, sealCrc } from './sample-batch.ts';

describe.each(fileKinds)('a partition log over $kind files', ({ files }) => {
  let fixture: LogFixture;
  beforeEach(() => {
    fixture = new LogFixture(files);
  });
  afterEach(() => fixture.dispose());

  it('gives back what was appended, across segments, whatever the read size', async () => {
    const log = fixture.open();
    const sent: Buffer[] = [];
    for (let i = 0; i < 200; i += 1) {
      const batch = sampleBatch({ recordCount: 1 + (i % 5), valueBytes: 20 + i, timestampMs: SAMPLE_TIME_MS + i });
      const offset = log.logEndOffset;
      expect(log.appendAsLeader(batch, { leaderEpoch: 3, isInternal: false })).toEqual({ kind: 'appended', baseOffset: offset, lastOffset: offset + (i % 5), logAppendTimeMs: -1 });
      sent.push(batch);
    }
    expect(log.segmentCount).toBeGreaterThan(3);
    expect(log.sizeInBytes).toBe(sent.reduce((sum, batch) => sum + batch.length, 0));
    for (const maxBytes of [1, 700, 5000, 1_000_000]) expect((await readAll(log, { maxBytes })).equals(Buffer.concat(sent))).toBe(true);
  });

  it('answers every offset with the batch that holds it, and never crosses upTo', async () => {
    const log = fixture.open();
    for (let i = 0; i < 120; i += 1) append(log, { recordCount: 3, valueBytes: 100 });
    for (let offset = 0; offset < log.logEndOffset; offset += 1) {
      const base = offset - (offset % 3);
      expect(baseOffsetsOf(await readOnce(log, offset, { maxBytes: 1 }))).toEqual([base]);
      for (const upTo of [offset, base + 3, base + 6]) {
        const seen = baseOffsetsOf(await readOnce(log, offset, { upTo, maxBytes: 1_000_000 }));
        expect(seen.every((seenBase) => seenBase + 3 <= upTo)).toBe(true);
        expect(seen.length > 0).toBe(upTo >= base + 3 && upTo > offset);
      }
    }
    expect(log.read(log.logEndOffset, { upTo: log.logEndOffset, maxBytes: 100, minOneBatch: true })).toMatchObject({ kind: 'data', bytes: 0 });
    expect(log.read(log.logEndOffset + 1, { upTo: log.logEndOffset, maxBytes: 100, minOneBatch: true })).toEqual({ kind: 'outOfRange' });
    const small = await readOnce(log, log.logEndOffset - 3, { maxBytes: 10, minOneBatch: false });
    expect(small.length).toBe(0);
  });

  it('reads from a gap with the next batch there is', async () => {
    const log = fixture.open();
    for (const baseOffset of [0, 10, 25, 100]) log.appendAsFollower(sampleBatch({ baseOffset, recordCount: 5, valueBytes: 4000, leaderEpoch: 1 }));
    expect(baseOffsetsOf(await readOnce(log, 7))).toEqual([10]);
    expect(baseOffsetsOf(await readOnce(log, 16))).toEqual([25]);
    expect(baseOffsetsOf(await readOnce(log, 30))).toEqual([100]);
    expect(log.logEndOffset).toBe(105);
  });

  it('copies a leader batch for batch, ignores a partial batch at the end, and refuses damage and overlap without appending', async () => {
    const leader = fixture.open();
    for (let i = 0; i < 100; i += 1) append(leader, { recordCount: 2, valueBytes: 300, epoch: i < 50 ? 1 : 4 });
    const follower = fixture.open({ directory: path.join(fixture.root, 'follower-0') });
    const all = await readAll(leader);
    const partial = all.subarray(0, all.length - 10);
    expect(follower.appendAsFollower(partial)).toEqual({ lastOffset: 197 });
    expect(() => follower.appendAsFollower(all)).toThrow(ReplicatedBatchError);
    const damaged = Buffer.from(await readOnce(leader, 198));
    damaged[70] = (damaged[70] as number) ^ 1;
    expect(() => follower.appendAsFollower(damaged)).toThrow(/CRC/i);
    expect(follower.logEndOffset).toBe(198);
    follower.appendAsFollower(await readOnce(leader, 198));
    expect((await readAll(follower)).equals(all)).toBe(true);
    expect(follower.segmentCount).toBe(leader.segmentCount);
    expect(follower.epochs.entries).toEqual([{ epoch: 1, startOffset: 0 }, { epoch: 4, startOffset: 100 }]);
    for (const name of fixture.files().filter((name) => name.endsWith('.log') || name.endsWith('.index'))) {
      expect(fs.readFileSync(path.join(follower.directory, name)).subarray(0, 1000).equals(fs.readFileSync(path.join(leader.directory, name)).subarray(0, 1000))).toBe(true);
    }
  });

  it.each([
    ['a byte behind the CRC changed', 'corrupt', (batch: Buffer) => batch.fill(1, 70, 71)],
    ['too short for a header', 'corrupt', (batch: Buffer) => batch.subarray(0, 40)],
    ['cut', 'corrupt', (batch: Buffer) => batch.subarray(0, batch.length - 1)],
    ['two batches', 'invalid', (batch: Buffer) => Buffer.concat([batch, batch])],
    ['old magic', 'invalid', (batch: Buffer) => batch.fill(1, 16, 17)],
    ['a control batch', 'invalid', () => sampleBatch({ attributes: 32 })],
    ['codec 5', 'unsupported-compression', () => sampleBatch({ attributes: 5 })],
    ['a record count that does not match', 'invalid', (batch: Buffer) => (batch.writeInt32BE(7, 57), sealCrc(batch))],
    ['a producer id without a sequence', 'invalid', () => sampleBatch({ producerId: 1, producerEpoch: 0 })],
    ['a timestamp two hours ahead', 'invalid-timestamp', () => sampleBatch({ timestampMs: SAMPLE_TIME_MS + 7_200_000 })],
    ['more than max.message.bytes', 'too-large', () => sampleBatch({ valueBytes: 3000 })],
  ])('rejects %s as %s and appends nothing', (_name, reason, damage) => {
    const log = fixture.open({ config: smallLogConfig({ maxMessageBytes: 2000 }) });
    append(log);
    expect(log.appendAsLeader(damage(sampleBatch()), { leaderEpoch: 0, isInternal: false })).toMatchObject({ kind: 'rejected', reason });
    expect(log.logEndOffset).toBe(1);
  });

  it('rejects keyless records on a compacted topic', () => {
    const log = fixture.open({ config: smallLogConfig({ cleanupPolicy: ['compact'] }) });
    expect(append(log)).toMatchObject({ kind: 'rejected', reason: 'invalid' });
    expect(append(log, { hasKeys: true })).toMatchObject({ kind: 'appended' });
  });

  it('stamps LogAppendTime with a right CRC', async () => {
    const log = fixture.open({ config: smallLogConfig({ messageTimestampType: 'LogAppendTime' }) });
    fixture.nowMs = SAMPLE_TIME_MS + 12_345;
    expect(append(log, { recordCount: 2, timestampMs: 5 })).toMatchObject({ kind: 'appended', logAppendTimeMs: SAMPLE_TIME_MS + 12_345 });
    const follower = fixture.open({ directory: path.join(fixture.root, 'follower-0') });
    follower.appendAsFollower(await readAll(log));
    expect(await log.maxTimestamp()).toMatchObject({ timestampMs: SAMPLE_TIME_MS + 12_345 });
  });

  it('truncates at any offset: end, epochs and producers go back, and the log goes on from there', async () => {
    for (const offset of [0, 1, 74, 149, 150, 299, 300]) {
      const directory = path.join(fixture.root, `cut-${offset}`);
      const log = fixture.open({ directory });
      for (let i = 0; i < 150; i += 1) append(log, { recordCount: 2, valueBytes: 100, epoch: Math.floor(i / 50), producerId: 9, producerEpoch: 0, baseSequence: i * 2 });
      const before = await readAll(log);
      log.truncateTo(offset);
      const kept = offset - (offset % 2);
      expect(log.logEndOffset).toBe(kept);
      expect(before.subarray(0, log.sizeInBytes).equals(await readAll(log))).toBe(true);
      expect(log.epochs.entries.every((entry) => entry.startOffset < Math.max(kept, offset))).toBe(true);
      expect(append(log, { recordCount: 2, epoch: 7, producerId: 9, producerEpoch: 0, baseSequence: kept + 2 })).toMatchObject({ kind: kept === 0 ? 'appended' : 'rejected' });
      log.truncateTo(kept);
      for (let i = kept / 2; i < 150; i += 1) expect(append(log, { recordCount: 2, valueBytes: 100, epoch: 7, producerId: 9, producerEpoch: 0, baseSequence: i * 2 }).kind).toBe('appended');
      expect(baseOffsetsOf(await readAll(log))).toEqual(Array.from({ length: 150 }, (_, i) => i * 2));
      log.close({ clean: true });
      const again = fixture.open({ directory });
      expect(again.recovery).toMatchObject({ truncatedBytes: 0, removedSegments: 0 });
      expect(again.logEndOffset).toBe(300);
    }
  });

  it('starts again at a later offset after truncateFully', async () => {
    const log = fixture.open();
    for (let i = 0; i < 100; i += 1) append(log, { valueBytes: 400, producerId: 1, producerEpoch: 0, baseSequence: i });
    log.truncateFully(5000);
    expect([log.logStartOffset, log.logEndOffset, log.segmentCount, log.producers.producerCount]).toEqual([5000, 5000, 1, 0]);
    expect(append(log)).toMatchObject({ baseOffset: 5000 });
    log.close({ clean: true });
    expect(fixture.open({ cleanShutdown: true })).toMatchObject({ logStartOffset: 5000, logEndOffset: 5001 });
  });

  it('finds records by timestamp in sealed and active segments', async () => {
    const log = fixture.open();
    for (let i = 0; i < 300; i += 1) append(log, { recordCount: 3, valueBytes: 50, timestampMs: SAMPLE_TIME_MS + i * 10 });
    for (const i of [0, 1, 77, 150, 299]) {
      const at = SAMPLE_TIME_MS + i * 10;
      expect(await log.offsetForTimestamp(at)).toEqual({ timestampMs: at, offset: i * 3 });
      expect(await log.offsetForTimestamp(at + 1)).toEqual({ timestampMs: at + 1, offset: i * 3 + 1 });
      if (i < 299) expect(await log.offsetForTimestamp(at + 5)).toEqual({ timestampMs: at + 10, offset: i * 3 + 3 });
    }
    expect(await log.offsetForTimestamp(SAMPLE_TIME_MS + 1_000_000)).toBeUndefined();
    expect(await log.maxTimestamp()).toEqual({ timestampMs: SAMPLE_TIME_MS + 2992, offset: 899 });
  });

  it('deletes by size, by time and below the start offset, but never above the high watermark', async () => {
    const log = fixture.open({ config: smallLogConfig({ retentionBytes: 40_000 }) });
    for (let i = 0; i < 300; i += 1) append(log, { valueBytes: 300, timestampMs: SAMPLE_TIME_MS + i });
    const segments = log.segmentCount;
    expect(log.applyRetention(SAMPLE_TIME_MS + 300, 10)).toBe(0);
    expect(log.applyRetention(SAMPLE_TIME_MS + 300, log.logEndOffset)).toBeGreaterThan(0);
    expect(log.sizeInBytes).toBeGreaterThanOrEqual(40_000);
    expect(log.sizeInBytes).toBeLessThan(40_000 + 16 * 1024);
    expect(log.read(0, { upTo: 300, maxBytes: 1, minOneBatch: true })).toEqual({ kind: 'outOfRange' });
    expect(baseOffsetsOf(await readOnce(log, log.logStartOffset, { maxBytes: 1 }))).toEqual([log.logStartOffset]);

    log.setConfig(smallLogConfig({ cleanupPolicy: ['compact'] }));
    log.deleteRecordsBefore(log.activeBaseOffset + 1);
    expect(log.applyRetention(SAMPLE_TIME_MS + 300, 300)).toBeGreaterThan(0);
    expect([log.segmentCount, log.logStartOffset]).toEqual([1, log.activeBaseOffset + 1]);

    log.setConfig(smallLogConfig({ retentionMs: 1000 }));
    expect(log.applyRetention(SAMPLE_TIME_MS + 1299, 300)).toBe(0);
    expect(log.applyRetention(SAMPLE_TIME_MS + 1300, 300)).toBe(1);
    expect([log.logStartOffset, log.logEndOffset, log.sizeInBytes]).toEqual([300, 300, 0]);
    expect(segments).toBeGreaterThan(4);
    expect(append(log, { timestampMs: fixture.nowMs })).toMatchObject({ kind: 'appended', baseOffset: 300 });
  });

  it('ends a cold read empty when retention was faster, and finishes one that was under way', async () => {
    const log = fixture.open({ config: smallLogConfig({ retentionBytes: 0 }) });
    for (let i = 0; i < 100; i += 1) append(log, { valueBytes: 300 });
    const late = log.read(0, { upTo: 100, maxBytes: 4000, minOneBatch: true });
    const underWay = log.read(0, { upTo: 100, maxBytes: 4000, minOneBatch: true });
    if (late.kind !== 'cold' || underWay.kind !== 'cold') throw new Error('segment 0 is sealed');
    const started = underWay.read();
    log.applyRetention(fixture.nowMs, 100);
    expect(baseOffsetsOf(await started)[0]).toBe(0);
    expect((await late.read()).length).toBe(0);
  });

  it('rolls by the age of the records', () => {
    const log = fixture.open({ config: smallLogConfig({ segmentMs: 1000, messageTimestampAfterMaxMs: 1e9 }) });
    append(log);
    append(log, { timestampMs: SAMPLE_TIME_MS + 1000 });
    expect(log.segmentCount).toBe(1);
    append(log, { timestampMs: SAMPLE_TIME_MS + 1001 });
    expect(log.segmentCount).toBe(2);
  });

  it('keeps windows on the active segment readable after roll, truncation and close', async () => {
    const log = fixture.open();
    for (let i = 0; i < 20; i += 1) append(log, { valueBytes: 300 });
    const result = log.read(0, { upTo: 20, maxBytes: 100_000, minOneBatch: true });
    if (result.kind !== 'data') throw new Error('the active segment is hot');
    const window = result.chunks[0] as Buffer;
    const before = Buffer.from(window);
    for (let i = 0; i < 100; i += 1) append(log, { valueBytes: 300 });
    log.close({ clean: true });
    expect(window.equals(before)).toBe(true);
  });

  it('moves the recovery point with a flush', async () => {
    const log = fixture.open({ config: smallLogConfig({ flushMessages: 10 }) });
    for (let i = 0; i < 9; i += 1) append(log);
    expect(log.flushDue(fixture.nowMs)).toBeUndefined();
    append(log);
    expect(log.flushDue(fixture.nowMs)).toBe('before-acknowledgement');
    await log.flush();
    expect([log.recoveryPoint, log.flushDue(fixture.nowMs)]).toEqual([10, undefined]);
  });
});
