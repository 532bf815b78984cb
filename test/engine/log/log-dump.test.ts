import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPortableFiles } from '../../../engine/host/portable-files.ts';
import { openReadOnly } from '../../../engine/host/read-only-file.ts';
import { dumpPartition, type PartitionDump } from '../../../engine/log/log-dump.ts';
import { buildBatch } from '../../../engine/record/record-batch-builder.ts';
import { LogFixture, append, fileKinds } from './log-fixture.ts';
import { SAMPLE_TIME_MS, sealCrc } from './sample-batch.ts';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

let fixture: LogFixture;
beforeEach(() => {
  fixture = new LogFixture((fileKinds.at(-1) as (typeof fileKinds)[number]).files);
});
afterEach(() => fixture.dispose());

function dump(directory = fixture.directory, isDeep = true): PartitionDump {
  return dumpPartition(directory, { files: createPortableFiles(), openReadOnly, isDeep });
}

/** 60 batches of one producer in several segments and epochs, all codecs, closed cleanly. */
function writeLog(): void {
  const log = fixture.open();
  for (let i = 0; i < 60; i += 1) {
    const records = [0, 1].map((n) => ({ key: null, value: Buffer.alloc(700, `${i}/${n} of many `), timestampMs: SAMPLE_TIME_MS + i * 7 + n }));
    const batch = buildBatch(records, { compression: CODECS[i % 5] ?? 'none', producerId: 5, producerEpoch: 0, baseSequence: i * 2 });
    expect(log.appendAsLeader(batch, { leaderEpoch: Math.floor(i / 25), isInternal: false }).kind).toBe('appended');
  }
  log.close({ clean: true });
}

describe('dumping a sound log', () => {
  it('counts what is in it, and finds nothing wrong', () => {
    writeLog();
    const { segments, epochs, snapshots, findings } = dump();
    expect(findings).toEqual([]);
    expect(segments.length).toBeGreaterThan(1);
    expect(segments.reduce((sum, { batches }) => sum + batches, 0)).toBe(60);
    expect(segments.reduce((sum, { records }) => sum + records, 0)).toBe(120);
    expect(segments.at(-1)).toMatchObject({ nextOffset: 120, largestTimestampMs: SAMPLE_TIME_MS + 59 * 7 + 1 });
    expect(Object.keys(segments[0]?.codecs ?? {}).toSorted()).toEqual([...CODECS].toSorted());
    for (const { offsetIndexEntries, timeIndexEntries } of segments) expect([offsetIndexEntries, timeIndexEntries].every((count) => (count ?? 0) > 0)).toBe(true);
    expect(epochs).toEqual([{ epoch: 0, startOffset: 0 }, { epoch: 1, startOffset: 50 }, { epoch: 2, startOffset: 100 }]);
    expect(snapshots.at(-1)).toEqual({ offset: 120, producers: 1 });
  });

  it('takes zeros that are allocated ahead for what they are, while the log is open', () => {
    const log = fixture.open();
    append(log, { recordCount: 3 });
    const before = fs.statSync(path.join(fixture.directory, '00000000000000000000.log')).size;
    const { segments, findings } = dump();
    expect(findings).toEqual([]);
    expect(segments).toMatchObject([{ records: 3, nextOffset: 3, offsetIndexEntries: undefined }]);
    expect((segments[0]?.bytes ?? 0) + (segments[0]?.preallocatedBytes ?? 0)).toBe(before);
    expect(fs.statSync(path.join(fixture.directory, '00000000000000000000.log')).size).toBe(before);
  });
});

describe('dumping a damaged log', () => {
  const change = (name: RegExp, edit: (bytes: Buffer) => Buffer | void): string => {
    writeLog();
    const file = fixture.files().find((each) => name.test(each)) as string;
    const bytes = fs.readFileSync(path.join(fixture.directory, file));
    fs.writeFileSync(path.join(fixture.directory, file), edit(bytes) ?? bytes);
    return file;
  };

  it.each<[string, RegExp, (bytes: Buffer) => Buffer | void, RegExp]>([
    ['a flipped bit in a record', /^0{20}\.log$/, (bytes) => void bytes.writeUInt8((bytes[100] as number) ^ 1, 100), /position 0: .*CRC/i],
    ['a torn tail', /\.log$/, (bytes) => bytes.subarray(0, bytes.length - 10), /bytes are no batches/],
    ['an index entry that leads nowhere', /\.index$/, (bytes) => void bytes.writeInt32BE(bytes.readInt32BE(4) + 1, 4), /where no batch begins/],
    ['an index entry with another offset', /\.index$/, (bytes) => void bytes.writeInt32BE(bytes.readInt32BE(0) + 1, 0), /a batch ends with/],
    ['an index that is cut', /\.index$/, (bytes) => bytes.subarray(0, bytes.length - 3), /no whole number of entries/],
    ['a wrong timestamp', /\.timeindex$/, (bytes) => void bytes.writeBigInt64BE(bytes.readBigInt64BE(0) - 1n, 0), /up to which the largest is/],
    ['a damaged snapshot', /\.snapshot$/, (bytes) => void bytes.writeUInt8(9, bytes.length - 1), /not a whole snapshot/],
    ['other epochs', /^leader-epoch-checkpoint$/, () => Buffer.from('0\n1\n7 0\n'), /leader epoch 0 at offset 0, the checkpoint has 7/],
    ['unreadable epochs', /^leader-epoch-checkpoint$/, () => Buffer.from('seven'), /not readable/],
  ])('finds %s', (_what, name, edit, problem) => {
    const file = change(name, edit);
    const findings = dump().findings.filter((finding) => problem.test(finding.problem));
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.map((finding) => finding.file)).toContain(file.endsWith('checkpoint') ? (/not readable/.test(problem.source) ? file : '00000000000000000000.log') : file);
  });

  it('finds a batch whose records are not those its header counts only when it looks into it', () => {
    change(/^0{20}\.log$/, (bytes) => {
      // The first batch says that it holds three records, under a right CRC.
      const end = 12 + bytes.readInt32BE(8);
      const first = Buffer.from(bytes.subarray(0, end));
      first.writeInt32BE(3, 57);
      sealCrc(first).copy(bytes);
    });
    expect(dump(fixture.directory, false).findings).toEqual([]);
    expect(dump().findings).toMatchObject([{ file: '00000000000000000000.log', problem: expect.stringMatching(/^position 0: /) as string }]);
  });
});
