/**
 * A partition read from its beginning to its end and handed to a TCP socket, against the same bytes from one buffer: the same sizes of
 * write, the same kind of socket, the same receiver, which reads in a thread of its own and discards.
 */
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Connection } from '../../../engine/environment.ts';
import type { PartitionLog } from '../../../engine/log/partition-log.ts';
import { batchSizeInBytes, readBaseOffset, readLastOffsetDelta } from '../../../engine/record/record-batch.ts';
import type { Contender, Work } from '../contender.ts';
import type { Contest } from '../contest.ts';
import { fillLog, fillSealed, openLog } from './sample-log.ts';
import { withScratch, type Scratch } from './scratch.ts';

/** max.partition.fetch.bytes of Kafka's consumers: what one answer carries. */
const ANSWER_BYTES = 1024 * 1024;
/** What waits in user space before the next read: one answer is on its way while the next one is read. */
const BUFFERED_BYTES_MAX = 2 * ANSWER_BYTES;
const SEALED_SEGMENT_BYTES = 8 * 1024 * 1024;
const SEALED_SEGMENT_COUNT = 4;
const CONNECT_TIMEOUT_MS = 5000;
const PASS: Work = { count: 1, unit: 'pass' };

export function socketContest(batchBytes: number): Contest {
  return {
    title: `read ${(SEALED_SEGMENT_COUNT * SEALED_SEGMENT_BYTES) / 1024 / 1024} MiB into a TCP socket, batches of ${batchBytes / 1024} KiB`,
    open: () =>
      withScratch(async (scratch) => {
        const sealed = sampleLog(scratch, { name: 'sealed', segmentBytes: SEALED_SEGMENT_BYTES });
        const end = fillSealed(sealed, { batchBytes, sealedCount: SEALED_SEGMENT_COUNT });
        const active = sampleLog(scratch, { name: 'active', segmentBytes: 2 * SEALED_SEGMENT_COUNT * SEALED_SEGMENT_BYTES });
        fillLog(active, { batchBytes, until: () => active.logEndOffset === end });
        const answers = await allOf(answersOf(active, end));
        const bytes = Buffer.concat(answers);
        const sealedAnswers = await allOf(answersOf(sealed, end));
        if (!Buffer.concat(sealedAnswers).equals(bytes)) throw new Error('the two logs hold other bytes');
        // Finding where an answer ends is the consumer's work, and not timed.
        const sealedOffsets = [0, ...sealedAnswers.slice(0, -1).map(offsetBehind)];
        const socket = await ReceivedSocket.open(scratch, bytes.length);
        const passing = (name: string, pass: () => Answers): Contender => ({ kind: 'asynchronous', name, bytes: bytes.length, work: PASS, run: () => socket.pass(pass()) });
        return {
          limit: passing('one buffer, writes of the same sizes', () => piecesOf(bytes, answers)),
          contenders: [
            { ...passing(`active segment: ${scratch.environment.files.kind === 'mapped' ? 'windows on its map' : 'pread on the event loop'}`, () => answersOf(active, end)), isChosen: true },
            { ...passing(`sealed segments: ${scratch.environment.files.kind === 'mapped' ? 'windows, their pages read off the event loop' : 'pread off the event loop'}`, () => answersAt(sealed, sealedOffsets, end)), isChosen: true },
          ],
        };
      }),
  };
}

/** What one write sends; a promise where it must be read first. */
type Answers = Iterable<readonly Buffer[] | Promise<readonly Buffer[]>>;

function sampleLog({ directory, environment, keep }: Scratch, { name, segmentBytes }: { name: string; segmentBytes: number }): PartitionLog {
  const log = openLog(environment, { directory: join(directory, name), segmentBytes }, { cleanShutdown: false });
  keep({ close: () => log.close({ clean: false }) });
  return log;
}

function* piecesOf(bytes: Buffer, sizes: readonly Buffer[]): Generator<readonly Buffer[]> {
  let at = 0;
  for (const { length } of sizes) yield [bytes.subarray(at, (at += length))];
}

/** As a consumer fetches [0, end): each answer goes on where the last one ended. The next one may be asked for when a promised one is there. */
function* answersOf(log: PartitionLog, end: number): Generator<readonly Buffer[] | Promise<readonly Buffer[]>> {
  for (let offset = 0; offset < end; ) {
    const result = log.read(offset, { maxBytes: ANSWER_BYTES, upTo: end, minOneBatch: true });
    if (result.kind === 'outOfRange') throw new Error(`offset ${offset} is out of range`);
    if (result.kind === 'data') {
      offset = result.nextOffset;
      yield result.chunks;
    } else {
      yield result.read().then((bytes) => {
        offset = offsetBehind(bytes);
        return [bytes];
      });
    }
  }
}

/** The answers to fetches at these offsets, each from a sealed segment. */
function* answersAt(log: PartitionLog, offsets: readonly number[], end: number): Generator<Promise<readonly Buffer[]>> {
  for (const offset of offsets) {
    const result = log.read(offset, { maxBytes: ANSWER_BYTES, upTo: end, minOneBatch: true });
    if (result.kind !== 'cold') throw new Error(`offset ${offset} is not in a sealed segment`);
    yield result.read().then((bytes) => [bytes]);
  }
}

/** Behind the last batch of an answer, as a consumer finds it. */
function offsetBehind(bytes: Buffer): number {
  let last = 0;
  for (let at = 0; at < bytes.length; at += batchSizeInBytes(bytes, at)) last = at;
  return readBaseOffset(bytes, last) + readLastOffsetDelta(bytes, last) + 1;
}

async function allOf(answers: Answers): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for (const answer of answers) all.push(...(await answer));
  return all;
}

/** A connection whose other end says when it has read `passBytes` again. */
class ReceivedSocket {
  private readonly connection: Connection;
  private proceed: () => void = () => {};
  private fail: (error: Error) => void = () => {};
  private failure: Error | undefined;
  private passesReceived = 0;

  private constructor(connection: Connection) {
    this.connection = connection;
    connection.onData = (chunk) => {
      this.passesReceived += chunk.length;
      this.proceed();
    };
    connection.onDrain = () => this.proceed();
    connection.onClose = (error) => {
      this.failure = error ?? new Error('the receiver closed the connection');
      this.fail(this.failure);
    };
  }

  static async open({ environment, keep }: Scratch, passBytes: number): Promise<ReceivedSocket> {
    const worker = new Worker(new URL(`./receiver-worker${extname(import.meta.url)}`, import.meta.url), { workerData: { passBytes } });
    keep({ close: () => worker.terminate() });
    const [port] = (await once(worker, 'message')) as [number];
    const connection = keep(await environment.network.connect({ host: '127.0.0.1', port }, { timeoutMs: CONNECT_TIMEOUT_MS }));
    return new ReceivedSocket(connection);
  }

  /** Until the other end has read all of it. */
  async pass(answers: Answers): Promise<void> {
    const { connection } = this;
    for (const answer of answers) {
      connection.write(answer instanceof Promise ? await answer : (answer as readonly Buffer[]));
      while (connection.bufferedBytes > BUFFERED_BYTES_MAX) await this.news();
    }
    while (this.passesReceived === 0) await this.news();
    this.passesReceived -= 1;
  }

  private news(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.proceed = resolve;
      this.fail = reject;
      if (this.failure !== undefined) reject(this.failure);
    });
  }
}
