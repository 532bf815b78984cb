import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PartitionLog } from '../../../engine/log/partition-log.ts';
import { LogFixture, TOPIC_ID, append, baseOffsetsOf, fileKinds, readAll } from './log-fixture.ts';
import { SAMPLE_TIME_MS } from './sample-batch.ts';

const ACTIVE_SUFFIX = '.log';

describe.each(fileKinds)('recovery over $kind files', ({ files }) => {
  let fixture: LogFixture;
  beforeEach(() => {
    fixture = new LogFixture(files);
  });
  afterEach(() => fixture.dispose());

  /** 60 batches of one producer in several segments and epochs; the log stays open, as in a process that is about to be killed. */
  function writeLog(): PartitionLog {
    const log = fixture.open();
    for (let i = 0; i < 60; i += 1) {
      append(log, { recordCount: 2, valueBytes: 400, timestampMs: SAMPLE_TIME_MS + i * 7, producerId: 5, producerEpoch: 0, baseSequence: i * 2, epoch: Math.floor(i / 25) });
    }
    append(log, { recordCount: 2, valueBytes: 30, timestampMs: SAMPLE_TIME_MS + 999, producerId: 5, producerEpoch: 0, baseSequence: 120, epoch: 2 });
    expect(log.segmentCount).toBeGreaterThan(2);
    return log;
  }

  it('finds everything after a kill; preallocated zeros are no damage', async () => {
    const log = writeLog();
    const copy = fixture.copyDirectory('killed');
    const again = fixture.open({ directory: copy });
    expect(again.recovery).toMatchObject({ kind: 'recovered', truncatedBytes: 0, truncatedAtOffset: undefined, reason: undefined });
    expect((await readAll(again)).equals(await readAll(log))).toBe(true);
    expect(again.epochs.entries).toEqual(log.epochs.entries);
    expect(append(again, { recordCount: 2, producerId: 5, producerEpoch: 0, baseSequence: 122, epoch: 3 })).toMatchObject({ kind: 'appended', baseOffset: 122 });
  });

  it('cuts a tail torn at any byte of the last batch back to the batch before', () => {
    const log = writeLog();
    const activeName = fixture.files().filter((name) => name.endsWith(ACTIVE_SUFFIX)).at(-1) as string;
    const lastBatch = log.read(120, { upTo: 122, maxBytes: 1, minOneBatch: true });
    if (lastBatch.kind !== 'data') throw new Error('the active segment is hot');
    const activeBytes = log.sizeInBytes - sealedBytes(fixture.directory, activeName);
    const copy = fixture.copyDirectory('torn');
    const whole = fs.readFileSync(path.join(copy, activeName)).subarray(0, activeBytes);
    for (let cut = 0; cut < lastBatch.bytes; cut += 1) {
      for (const tail of [Buffer.alloc(0), Buffer.alloc(5000)]) {
        // The last byte of a batch is a header count of zero: with preallocated zeros behind, nothing is missing.
        if (tail.length > 0 && cut === lastBatch.bytes - 1) continue;
        fs.writeFileSync(path.join(copy, activeName), Buffer.concat([whole.subarray(0, activeBytes - lastBatch.bytes + cut), tail]));
        const again = openCopy(copy);
        expect([cut, again.logEndOffset]).toEqual([cut, 120]);
        expect(again.recovery.truncatedBytes).toBeLessThanOrEqual(cut);
        expect(append(again, { recordCount: 2, producerId: 5, producerEpoch: 0, baseSequence: 120, epoch: 2 })).toMatchObject({ kind: 'appended', baseOffset: 120 });
        again.close({ clean: false });
      }
    }
  });

  it('cuts before a batch with any flipped bit that its CRC or length covers', () => {
    const log = writeLog();
    const activeName = fixture.files().filter((name) => name.endsWith(ACTIVE_SUFFIX)).at(-1) as string;
    const activeBytes = log.sizeInBytes - sealedBytes(fixture.directory, activeName);
    const copy = fixture.copyDirectory('flipped');
    const whole = fs.readFileSync(path.join(copy, activeName)).subarray(0, activeBytes);
    const lastStart = lastBatchStart(whole);
    // Base offset (0-7) and leader epoch (12-15) lie outside the CRC: the leader stamps them.
    for (let at = 8; at < whole.length - lastStart; at += 1) {
      if (at >= 12 && at < 16) continue;
      const bytes = Buffer.from(whole);
      bytes[lastStart + at] = (bytes[lastStart + at] as number) ^ (1 << (at % 8));
      fs.writeFileSync(path.join(copy, activeName), bytes);
      const again = openCopy(copy);
      expect([at, again.logEndOffset, again.recovery.truncatedAtOffset]).toEqual([at, 120, 120]);
      // A zero at the batch's end counts as preallocated.
      expect(again.recovery.truncatedBytes).toBeGreaterThanOrEqual(whole.length - lastStart - 1);
      again.close({ clean: false });
    }
  });

  it('drops the segments behind damage in the middle, and a second recovery changes nothing', async () => {
    const log = writeLog();
    const before = await readAll(log);
    const copy = fixture.copyDirectory('damaged');
    const names = fixture.files(copy).filter((name) => name.endsWith('.log'));
    const second = path.join(copy, names[1] as string);
    const bytes = fs.readFileSync(second);
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 0x10;
    fs.writeFileSync(second, bytes);

    const again = openCopy(copy);
    expect(again.recovery).toMatchObject({ kind: 'recovered', removedSegments: names.length - 2, truncatedAtOffset: again.logEndOffset });
    expect(before.subarray(0, again.sizeInBytes).equals(await readAll(again))).toBe(true);
    expect(again.epochs.entries.every((entry) => entry.startOffset < again.logEndOffset)).toBe(true);
    expect(append(again, { recordCount: 2, producerId: 5, producerEpoch: 0, baseSequence: again.logEndOffset, epoch: 1 }).kind).toBe('appended');
    again.truncateTo(again.logEndOffset - 2);
    again.close({ clean: false });

    const first = directoryContents(openAndKill(copy));
    const twice = directoryContents(openAndKill(copy));
    expect(twice).toEqual(first);
  });

  it('writes at roll and close the very indexes that a rebuild makes', () => {
    const log = writeLog();
    log.close({ clean: true });
    const copy = fixture.copyDirectory('rebuilt');
    for (const name of fixture.files(copy)) if (/\.(index|timeindex)$/.test(name)) fs.rmSync(path.join(copy, name));
    const again = openCopy(copy);
    again.close({ clean: true });
    const indexes = fixture.files().filter((name) => /\.(index|timeindex|snapshot)$/.test(name));
    expect(indexes.length).toBeGreaterThan(6);
    for (const name of indexes) expect([name, fs.readFileSync(path.join(copy, name), 'hex')]).toEqual([name, fs.readFileSync(path.join(fixture.directory, name), 'hex')]);
  });

  it.each(['missing', 'cut', 'nonsense'])('rebuilds sealed indexes that are %s after a clean stop', async (damage) => {
    const log = writeLog();
    const before = await readAll(log);
    log.close({ clean: true });
    for (const name of fixture.files().filter((each) => /\.(index|timeindex)$/.test(each))) {
      const file = path.join(fixture.directory, name);
      if (damage === 'missing') fs.rmSync(file);
      else fs.writeFileSync(file, damage === 'cut' ? fs.readFileSync(file).subarray(0, 9) : Buffer.alloc(24, 255));
    }
    const again = fixture.open({ cleanShutdown: true });
    expect((await readAll(again)).equals(before)).toBe(true);
    expect(await again.offsetForTimestamp(SAMPLE_TIME_MS + 7 * 30)).toEqual({ timestampMs: SAMPLE_TIME_MS + 7 * 30, offset: 60 });
  });

  it('checks only from the recovery point on', () => {
    writeLog();
    const again = openCopy(fixture.copyDirectory('killed'), { recoveryPoint: 121 });
    expect([again.recovery.checkedSegments, again.logEndOffset]).toEqual([1, 122]);
    expect(append(again, { recordCount: 2, producerId: 5, producerEpoch: 0, baseSequence: 120 })).toMatchObject({ kind: 'duplicate', baseOffset: 120 });
  });

  it('opens a clean log without checking batches and leaves no tail of zeros behind', () => {
    const log = writeLog();
    const bytes = log.sizeInBytes;
    log.close({ clean: true });
    const again = fixture.open({ cleanShutdown: true });
    expect(again.recovery).toMatchObject({ kind: 'clean', checkedSegments: 0 });
    expect([again.logEndOffset, again.sizeInBytes]).toEqual([122, bytes]);
    expect(fixture.files().filter((name) => name.endsWith('.log')).reduce((sum, name) => sum + fs.statSync(path.join(fixture.directory, name)).size, 0)).toBe(bytes);
  });

  it('rebuilds the leader epochs from the batches when their file is gone', () => {
    const log = writeLog();
    const entries = [...log.epochs.entries];
    log.close({ clean: true });
    fs.rmSync(path.join(fixture.directory, 'leader-epoch-checkpoint'));
    expect(fixture.open({ cleanShutdown: true }).epochs.entries).toEqual(entries);
  });

  it('finishes what a crash interrupted: swap files are taken, cleaned and deleted ones go', async () => {
    const log = writeLog();
    const before = await readAll(log);
    log.close({ clean: true });
    const first = path.join(fixture.directory, '00000000000000000000');
    fs.renameSync(`${first}.log`, `${first}.log.swap`);
    fs.writeFileSync(`${first}.log.cleaned`, 'x');
    fs.writeFileSync(path.join(fixture.directory, '00000000000000009999.log.deleted'), 'x');
    fs.writeFileSync(path.join(fixture.directory, '00000000000000009999.index'), 'x');
    const again = fixture.open({ cleanShutdown: true });
    expect((await readAll(again)).equals(before)).toBe(true);
    expect(fixture.files().filter((name) => /swap|cleaned|deleted|9999/.test(name))).toEqual([]);
  });

  it('refuses a directory that belongs to another topic id', () => {
    writeLog().close({ clean: true });
    expect(() => fixture.open({ topicId: Buffer.alloc(16, 1) })).toThrow(/topic id/);
    expect(fs.readFileSync(path.join(fixture.directory, 'partition.metadata'), 'utf8')).toBe(`version: 0\ntopic_id: ${TOPIC_ID.toString('base64url')}`);
  });

  it('keeps a start offset inside a segment, and starts anew when the log ends below it', () => {
    writeLog().close({ clean: true });
    expect(fixture.open({ cleanShutdown: true, logStartOffset: 31 }).logStartOffset).toBe(31);
    const beyond = openCopy(fixture.copyDirectory('short'), { logStartOffset: 5000 });
    expect([beyond.logStartOffset, beyond.logEndOffset]).toEqual([5000, 5000]);
  });

  function openCopy(directory: string, options: { recoveryPoint?: number; logStartOffset?: number } = {}): PartitionLog {
    return fixture.open({ directory, ...options });
  }

  function openAndKill(directory: string): string {
    openCopy(directory).close({ clean: false });
    return directory;
  }
});

function sealedBytes(directory: string, activeName: string): number {
  const names = fs.readdirSync(directory).filter((name) => name.endsWith('.log') && name !== activeName);
  return names.reduce((sum, name) => sum + fs.statSync(path.join(directory, name)).size, 0);
}

function lastBatchStart(bytes: Buffer): number {
  let start = 0;
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) start = at;
  expect(baseOffsetsOf(bytes.subarray(start))).toEqual([120]);
  return start;
}

function directoryContents(directory: string): Record<string, string> {
  return Object.fromEntries(fs.readdirSync(directory).map((name) => [name, fs.readFileSync(path.join(directory, name), 'hex')]));
}
