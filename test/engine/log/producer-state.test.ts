import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFixture, append, fileKinds } from './log-fixture.ts';
import { sampleBatch } from './sample-batch.ts';
import type { SampleBatchOptions } from './sample-batch.ts';
import { createPortableFiles } from '../../../engine/host/portable-files.ts';

const LAST_SEQUENCE = 2 ** 31 - 1;

interface Step extends SampleBatchOptions {
  readonly expect: string;
}

/** Producer 7, epoch 0 and one record unless a step says otherwise; `expect` is the result's kind or the rejection's reason, and the base offset. */
const histories: { name: string; steps: Step[] }[] = [
  { name: 'any first sequence is taken', steps: [{ baseSequence: 41, expect: 'appended 0' }, { baseSequence: 42, expect: 'appended 1' }] },
  {
    name: 'a retry of any of the last five batches gets the first offsets, an older one is out of order',
    steps: [
      ...[0, 1, 2, 3, 4, 5].map((sequence) => ({ baseSequence: sequence, expect: `appended ${sequence}` })),
      ...[1, 2, 3, 4, 5].map((sequence) => ({ baseSequence: sequence, expect: `duplicate ${sequence}` })),
      { baseSequence: 0, expect: 'out-of-order-sequence' },
      { baseSequence: 6, expect: 'appended 6' },
    ],
  },
  { name: 'a retry must match first and last sequence', steps: [{ baseSequence: 0, recordCount: 3, expect: 'appended 0' }, { baseSequence: 0, recordCount: 2, expect: 'out-of-order-sequence' }, { baseSequence: 1, recordCount: 2, expect: 'out-of-order-sequence' }, { baseSequence: 0, recordCount: 3, expect: 'duplicate 0' }] },
  { name: 'a gap is refused and changes nothing', steps: [{ baseSequence: 0, expect: 'appended 0' }, { baseSequence: 2, expect: 'out-of-order-sequence' }, { baseSequence: 1, expect: 'appended 1' }] },
  {
    name: 'a newer epoch starts at 0, forgets the window and fences the older one',
    steps: [
      { baseSequence: 0, expect: 'appended 0' },
      { baseSequence: 1, producerEpoch: 1, expect: 'out-of-order-sequence' },
      { baseSequence: 0, producerEpoch: 1, expect: 'appended 1' },
      { baseSequence: 0, producerEpoch: 1, expect: 'duplicate 1' },
      { baseSequence: 0, producerEpoch: 0, expect: 'invalid-producer-epoch' },
      { baseSequence: 1, producerEpoch: 0, expect: 'invalid-producer-epoch' },
    ],
  },
  {
    name: 'sequences wrap from 2147483647 to 0',
    steps: [
      { baseSequence: LAST_SEQUENCE - 1, recordCount: 2, expect: 'appended 0' },
      { baseSequence: 0, recordCount: 2, expect: 'appended 2' },
      { baseSequence: LAST_SEQUENCE - 1, recordCount: 2, expect: 'duplicate 0' },
      { baseSequence: 2, expect: 'appended 4' },
    ],
  },
  { name: 'a batch may wrap inside', steps: [{ baseSequence: LAST_SEQUENCE, recordCount: 3, expect: 'appended 0' }, { baseSequence: 2, expect: 'appended 3' }, { baseSequence: LAST_SEQUENCE, recordCount: 3, expect: 'duplicate 0' }] },
  { name: 'producers do not see each other', steps: [{ baseSequence: 5, expect: 'appended 0' }, { baseSequence: 0, producerId: 8, expect: 'appended 1' }, { baseSequence: 6, expect: 'appended 2' }, { producerId: -1, producerEpoch: -1, baseSequence: -1, expect: 'appended 3' }] },
];

describe('producer state', () => {
  let fixture: LogFixture;
  beforeEach(() => {
    fixture = new LogFixture((fileKinds.at(-1) as (typeof fileKinds)[number]).files);
  });
  afterEach(() => fixture.dispose());

  it.each(histories)('$name', ({ steps }) => {
    const log = fixture.open();
    for (const step of steps) {
      const result = append(log, { producerId: 7, producerEpoch: 0, ...step });
      expect(result.kind === 'rejected' ? result.reason : `${result.kind} ${result.baseOffset}`).toBe(step.expect);
    }
  });

  it.each([{ clean: true }, { clean: false }])('survives a restart (clean: $clean): the last batch is known, the next sequence expected', ({ clean }) => {
    const log = fixture.open();
    for (let i = 0; i < 100; i += 1) append(log, { valueBytes: 400, producerId: 7, producerEpoch: 2, baseSequence: i });
    log.close({ clean });
    const again = fixture.open({ cleanShutdown: clean });
    expect(again.recovery.kind).toBe(clean ? 'clean' : 'recovered');
    expect(append(again, { producerId: 7, producerEpoch: 2, baseSequence: 99 })).toMatchObject({ kind: 'duplicate', baseOffset: 99 });
    expect(append(again, { producerId: 7, producerEpoch: 1, baseSequence: 100 })).toMatchObject({ reason: 'invalid-producer-epoch' });
    expect(append(again, { producerId: 7, producerEpoch: 2, baseSequence: 101 })).toMatchObject({ reason: 'out-of-order-sequence' });
    expect(append(again, { producerId: 7, producerEpoch: 2, baseSequence: 100 })).toMatchObject({ kind: 'appended', baseOffset: 100 });
  });

  it('is kept by followers, so that a new leader knows the retries', () => {
    const log = fixture.open();
    log.appendAsFollower(Buffer.concat([0, 1, 2].map((i) => batchAt(i))));
    expect(append(log, { producerId: 7, producerEpoch: 0, baseSequence: 1 })).toMatchObject({ kind: 'duplicate', baseOffset: 1 });
  });

  it('expires after producer.id.expiration.ms without a batch', () => {
    const log = fixture.open({ producerIdExpirationMs: 1000 });
    append(log, { producerId: 7, producerEpoch: 0, baseSequence: 0 });
    log.applyRetention(fixture.nowMs + 999, 1);
    expect(log.producers.producerCount).toBe(1);
    log.applyRetention(fixture.nowMs + 1000, 1);
    expect(log.producers.producerCount).toBe(0);
  });

  it('knows the last five batches after a clean restart and a roll, not only the newest', () => {
    const log = fixture.open();
    for (let i = 0; i < 100; i += 1) append(log, { valueBytes: 400, producerId: 7 + (i % 2), producerEpoch: 0, baseSequence: i >> 1 });
    expect(log.segmentCount).toBeGreaterThan(2);
    log.close({ clean: true });
    const again = fixture.open({ cleanShutdown: true });
    expect(again.recovery.kind).toBe('clean');
    const retries = Array.from({ length: 12 }, (_, age) => append(again, { valueBytes: 400, producerId: 8, producerEpoch: 0, baseSequence: 49 - age }));
    expect(retries.slice(0, 5)).toMatchObject([99, 97, 95, 93, 91].map((baseOffset) => ({ kind: 'duplicate', baseOffset })));
    expect(retries.slice(5).map(({ kind }) => kind)).toEqual(Array(7).fill('rejected'));
  });

  it('knows the last five batches after a truncation to the end of a segment', () => {
    const log = fixture.open();
    for (let i = 0; i < 100; i += 1) append(log, { valueBytes: 400, producerId: 7, producerEpoch: 0, baseSequence: i });
    const rollOffset = Number(fixture.files().filter((name) => name.endsWith('.snapshot')).at(-1)?.slice(0, 20));
    log.truncateTo(rollOffset);
    expect(append(log, { valueBytes: 400, producerId: 7, producerEpoch: 0, baseSequence: rollOffset - 5 })).toMatchObject({ kind: 'duplicate', baseOffset: rollOffset - 5 });
    expect(append(log, { valueBytes: 400, producerId: 7, producerEpoch: 0, baseSequence: rollOffset - 6 })).toMatchObject({ kind: 'rejected' });
    expect(append(log, { valueBytes: 400, producerId: 7, producerEpoch: 0, baseSequence: rollOffset })).toMatchObject({ kind: 'appended', baseOffset: rollOffset });
  });

  it('falls back to the batches when a snapshot is damaged', () => {
    const log = fixture.open();
    for (let i = 0; i < 100; i += 1) append(log, { valueBytes: 400, producerId: 7, producerEpoch: 0, baseSequence: i });
    log.close({ clean: true });
    const files = createPortableFiles();
    for (const name of fixture.files().filter((each) => each.endsWith('.snapshot'))) files.replace(`${fixture.directory}/${name}`, Buffer.from('no snapshot'), { durable: false });
    expect(append(fixture.open({ cleanShutdown: true }), { producerId: 7, producerEpoch: 0, baseSequence: 99 })).toMatchObject({ kind: 'duplicate', baseOffset: 99 });
  });
});

function batchAt(sequence: number): Buffer {
  return sampleBatch({ baseOffset: sequence, producerId: 7, producerEpoch: 0, baseSequence: sequence, leaderEpoch: 0 });
}
