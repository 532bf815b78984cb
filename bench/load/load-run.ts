/**
 * One load worker's run: a record source, a pacer and a producer. Latencies are recorded in place as batches complete; finished seconds
 * are handed over at once; the end is a LoadResult. Nothing here waits for an answer before the next record is due.
 */
import type { CompletedBatch } from '../../engine/client/producer.ts';
import type { Environment } from '../../engine/environment.ts';
import { errorName } from '../../engine/protocol/errors.ts';
import { Ledger, transferablesOf } from '../verify/ledger.ts';
import { RecordLedger, recordTransferables } from '../verify/record-ledger.ts';
import type { RecordSource } from '../workload/record-source.ts';
import { openRecordSource } from '../workload/workload.ts';
import { AcknowledgementGaps } from '../latency/acknowledgement-gaps.ts';
import { ErrorsBySecond } from './errors-by-second.ts';
import { HeadroomDriver } from './driver/headroom-driver.ts';
import type { DeliveredRecord, DriverEvents, LoadDriver } from './driver/load-driver.ts';
import { hostTimeFrom, type HostTime } from './host-time.ts';
import { InFlightMeter } from './in-flight-meter.ts';
import { IntervalLatencies } from '../latency/interval-latencies.ts';
import { PerSecond } from '../latency/per-second.ts';
import type { LatencyMetric, LoadResult, LoadWindow, LoadWorkerInput, Post, Promptness } from './load-messages.ts';
import { closedLoopPacer, countUnsent, openLoopPacer, type Pacer, type PacerOptions } from './pacer.ts';
import { createSchedule, type Schedule } from './schedule.ts';
import { curveOf } from './shape/rate-shape.ts';
import { createShapedSchedule } from './shape/shaped-schedule.ts';
import { ThreadMeter } from './thread-meter.ts';

const PROGRESS_MS = 250;
/** Late records are still sent for so long after the end of the schedule. */
const GRACE_US = 1_000_000;

/** `nowUs`: since the load's start. */
export type OpenDriver = (environment: Environment, run: { readonly input: LoadWorkerInput; readonly events: DriverEvents; readonly nowUs: () => number }) => LoadDriver;

const openHeadroom: OpenDriver = (environment, { input, events }) => new HeadroomDriver(environment, input, events);

export class LoadRun {
  readonly #input: LoadWorkerInput & { readonly promptness: Promptness };
  readonly #post: Post;
  readonly #driver: LoadDriver;
  readonly #source: RecordSource;
  readonly #record = { topic: -1, key: Buffer.alloc(0), keyStart: 0, keyEnd: -1, value: Buffer.alloc(0), valueStart: 0, valueEnd: 0, timestampMs: 0, tag: 0 };
  readonly #ledger = new Ledger();
  /** There once a driver answers by the record. */
  #recordLedger: RecordLedger | undefined;
  readonly #gaps: AcknowledgementGaps;
  readonly #errors = new ErrorsBySecond();
  readonly #meter = new ThreadMeter();
  readonly #inFlight = new InFlightMeter();
  readonly #latencies: Record<Exclude<LatencyMetric, 'endToEnd'>, IntervalLatencies>;
  #time: HostTime = hostTimeFrom({ startMonotonicUs: 0, startEpochUs: 0 });
  #window = { measureStartUs: 0, endUs: 0 };
  #pacer: Pacer | undefined;
  readonly #schedule: Schedule | undefined;
  #progressTimer: NodeJS.Timeout | undefined;
  #giveUp: () => void = () => {};
  readonly #givenUp = new Promise<void>((resolve) => (this.#giveUp = resolve));

  #sentRecords = 0;
  #acknowledgedRecords = 0;
  #failedRecords = 0;
  #batchesRetried = 0;
  #bufferFullCount = 0;
  readonly #failedRecordsByError: Record<string, number> = {};
  readonly #acknowledgedRecordsBySecond = new PerSecond();
  readonly #acknowledgedBytesBySecond = new PerSecond();
  readonly #failedRecordsBySecond = new PerSecond();
  readonly #measured = { batches: 0, records: 0, uncompressedBytes: 0, batchBytes: 0 };
  readonly #measuredByPartition: Float64Array;
  /** Produce requests sent when the window's first batch was acknowledged, and its last. */
  readonly #requests = { first: -1, last: -1 };

  /** `promptness`: what the thread was granted. */
  constructor(environment: Environment, input: LoadWorkerInput & { readonly promptness: Promptness }, post: Post, openDriver: OpenDriver = openHeadroom) {
    this.#input = input;
    this.#post = post;
    this.#source = openRecordSource(input.workload, input);
    this.#schedule = scheduleOf(input);
    this.#driver = openDriver(environment, {
      input,
      nowUs: () => this.#time.sinceStartUs(),
      events: {
        onBatch: (batch) => this.#onBatch(batch),
        onClosedBatch: () => this.#pacer?.pump(),
        onRecord: (record) => this.#onRecord(record),
        onSpace: () => this.#pacer?.resume(),
      },
    });
    this.#measuredByPartition = new Float64Array(input.partitionCount);
    this.#gaps = new AcknowledgementGaps(input.partitionCount);
    const recorder = (metric: LatencyMetric): IntervalLatencies =>
      new IntervalLatencies((interval) => post({ kind: 'interval', metric, interval }, [interval.counts.buffer]));
    this.#latencies = {
      publish: recorder('publish'),
      scheduleDelay: recorder('scheduleDelay'),
      batching: recorder('batching'),
      request: recorder('request'),
    };
  }

  async open(): Promise<void> {
    this.#record.topic = await this.#driver.start(this.#input.topic);
  }

  start({ origin, measureStartUs, endUs }: LoadWindow): void {
    this.#time = hostTimeFrom(origin);
    this.#window = { measureStartUs, endUs };
    this.#meter.schedule(this.#time, { startUs: measureStartUs, endUs });
    this.#inFlight.schedule({ startUs: measureStartUs, endUs });
    const schedule = this.#schedule;
    const options: PacerOptions = {
      nowUs: this.#time.sinceStartUs,
      send: (dueUs, nowUs) => this.#send(dueUs, nowUs),
      endUs,
      graceUs: schedule === undefined ? 0 : GRACE_US,
      onEnd: () => void this.#finish().catch((error: unknown) => this.#fail(error)),
    };
    this.#pacer = schedule === undefined ? closedLoopPacer(options) : openLoopPacer(schedule, options);
    setTimeout(() => this.#pacer?.start(), Math.max(0, -this.#time.sinceStartUs() / 1000));
    this.#progressTimer = setInterval(() => this.#reportProgress(), PROGRESS_MS);
  }

  /** Ends the load now; what was sent is still waited for. */
  stop(): void {
    this.#pacer?.stop();
  }

  /** Ends without waiting for what is still under way; its batches count as unresolved. */
  giveUp(): void {
    this.#giveUp();
    this.#pacer?.stop();
  }

  async close(): Promise<void> {
    clearInterval(this.#progressTimer);
    this.#source.close();
    await this.#driver.close();
  }

  #send(dueUs: number, nowUs: number): boolean {
    const record = this.#record;
    const dueEpochUs = this.#time.epochUs(dueUs);
    this.#source.fill(record, this.#sentRecords, dueEpochUs);
    record.timestampMs = Math.floor(dueEpochUs / 1000);
    record.tag = dueUs;
    if (!this.#driver.send(record)) {
      this.#bufferFullCount++;
      return false;
    }
    this.#sentRecords++;
    this.#inFlight.change(nowUs, 1);
    this.#latencies.scheduleDelay.record(dueUs, nowUs - dueUs);
    return true;
  }

  #onBatch(batch: CompletedBatch): void {
    const nowUs = this.#time.sinceStartUs();
    const { recordCount, tags, errorCode } = batch;
    const { publish, batching, request } = this.#latencies;
    this.#inFlight.change(nowUs, -recordCount);
    for (let i = 0; i < recordCount; i++) {
      const dueUs = tags[i] as number;
      publish.record(dueUs, nowUs - dueUs);
    }
    const createdUs = this.#time.fromPerformanceMs(batch.createdMs);
    const sentUs = this.#time.fromPerformanceMs(batch.sentMs);
    const firstDueUs = tags[0] as number;
    batching.record(firstDueUs, sentUs - createdUs, recordCount);
    request.record(firstDueUs, nowUs - sentUs, recordCount);
    if (this.#input.keepsLedger) this.#ledger.add(batch);
    if (batch.attempts > 1) this.#batchesRetried++;
    if (errorCode === 0) {
      this.#gaps.acknowledged(batch.partition, createdUs, nowUs);
      this.#countAcknowledged(batch, nowUs);
    } else {
      this.#gaps.failed(batch.partition, createdUs, nowUs);
      this.#countFailed(errorCode, recordCount, nowUs);
    }
  }

  /** Of a driver that shows no batches: batching and request time are not measured, the wire is counted by the driver. */
  #onRecord(record: DeliveredRecord): void {
    const nowUs = this.#time.sinceStartUs();
    const { tag: dueUs, bytes, partition, errorCode } = record;
    this.#inFlight.change(nowUs, -1);
    this.#latencies.publish.record(dueUs, nowUs - dueUs);
    if (this.#input.keepsLedger) (this.#recordLedger ??= new RecordLedger()).add(record);
    if (errorCode !== 0) {
      if (partition >= 0) this.#gaps.failed(partition, dueUs, nowUs);
      this.#countFailed(errorCode, 1, nowUs);
      return;
    }
    if (partition >= 0) this.#gaps.acknowledged(partition, dueUs, nowUs);
    this.#acknowledgedRecords++;
    this.#acknowledgedRecordsBySecond.add(nowUs, 1);
    this.#acknowledgedBytesBySecond.add(nowUs, bytes);
    if (nowUs < this.#window.measureStartUs || nowUs >= this.#window.endUs) return;
    this.#measured.records++;
    if (partition >= 0) this.#measuredByPartition[partition] = (this.#measuredByPartition[partition] ?? 0) + 1;
    this.#measured.uncompressedBytes += bytes;
  }

  #countFailed(errorCode: number, recordCount: number, nowUs: number): void {
    this.#failedRecords += recordCount;
    this.#failedRecordsBySecond.add(nowUs, recordCount);
    const name = errorName(errorCode);
    this.#failedRecordsByError[name] = (this.#failedRecordsByError[name] ?? 0) + recordCount;
  }

  #countAcknowledged(batch: CompletedBatch, nowUs: number): void {
    const { recordCount, uncompressedBytes, batchBytes } = batch;
    this.#acknowledgedRecords += recordCount;
    this.#acknowledgedRecordsBySecond.add(nowUs, recordCount);
    this.#acknowledgedBytesBySecond.add(nowUs, uncompressedBytes);
    if (nowUs < this.#window.measureStartUs || nowUs >= this.#window.endUs) return;
    const { requests } = this.#driver.stats;
    if (this.#requests.first < 0) this.#requests.first = requests;
    this.#requests.last = requests;
    this.#measured.batches++;
    this.#measured.records += recordCount;
    (this.#measuredByPartition[batch.partition] as number) += recordCount;
    this.#measured.uncompressedBytes += uncompressedBytes;
    this.#measured.batchBytes += batchBytes;
  }

  #reportProgress(): void {
    const second = Math.floor(this.#time.sinceStartUs() / 1e6);
    this.#errors.note(Math.max(0, second), this.#driver.stats.errorsByName);
    for (const latencies of Object.values(this.#latencies)) latencies.flushBefore(second - 1);
    this.#post({ kind: 'loadProgress', sentRecords: this.#sentRecords, acknowledgedRecords: this.#acknowledgedRecords, failedRecords: this.#failedRecords });
  }

  async #finish(): Promise<void> {
    const endedAtUs = Math.min(this.#time.sinceStartUs(), this.#window.endUs);
    const unsentRecords = this.#schedule === undefined ? 0 : countUnsent(this.#schedule, endedAtUs);
    const use = this.#meter.finish();
    await Promise.race([this.#driver.flush(), this.#givenUp]);
    for (const latencies of Object.values(this.#latencies)) latencies.flushBefore(Number.POSITIVE_INFINITY);
    clearInterval(this.#progressTimer);
    this.#reportProgress();
    const recordLedger = this.#recordLedger?.take();
    const ledger = this.#input.keepsLedger && recordLedger === undefined ? this.#ledger.take() : undefined;
    const requests = this.#requests.last - this.#requests.first;
    const result: LoadResult = {
      worker: this.#input.worker,
      promptness: this.#input.promptness,
      sentRecords: this.#sentRecords,
      unsentRecords,
      acknowledgedRecords: this.#acknowledgedRecords,
      failedRecords: this.#failedRecords,
      failedRecordsByError: this.#failedRecordsByError,
      acknowledgedRecordsBySecond: this.#acknowledgedRecordsBySecond.toArray(),
      acknowledgedBytesBySecond: this.#acknowledgedBytesBySecond.toArray(),
      failedRecordsBySecond: this.#failedRecordsBySecond.toArray(),
      measured: { ...this.#measured, recordsByPartition: [...this.#measuredByPartition], requests, ...this.#driver.wireUse(this.#window), ...use, inFlight: this.#inFlight.finish(this.#time.sinceStartUs()) },
      batchesRetried: this.#batchesRetried,
      bufferFullCount: this.#bufferFullCount,
      gaps: this.#gaps.longest(),
      gapsBySecond: this.#gaps.bySecond(),
      errorsBySecond: this.#errors.toArray(),
      valueBytesMean: this.#source.valueBytesMean,
      keyBytesMean: this.#source.keyBytesMean,
      producerStats: structuredClone({ ...this.#driver.stats }),
      ledger,
      recordLedger,
      warnings: [...this.#source.warnings],
    };
    this.#post({ kind: 'loadDone', result }, [...(ledger === undefined ? [] : transferablesOf(ledger)), ...(recordLedger === undefined ? [] : recordTransferables(recordLedger))]);
  }

  #fail(error: unknown): void {
    this.#post({ kind: 'failed', message: String(error), stack: error instanceof Error ? (error.stack ?? '') : '' });
  }
}

/** Undefined in a closed loop. Reads a trace, which takes time: not for the moment of the start. */
function scheduleOf({ load, worker, workerCount, seed, ...window }: LoadWorkerInput): Schedule | undefined {
  if (load.kind === 'closed') return undefined;
  const options = { arrivals: load.arrivals, worker, workerCount, seed };
  return load.kind === 'open' ? createSchedule({ ...options, ratePerSecond: load.ratePerSecond }) : createShapedSchedule({ ...options, curve: curveOf(load.shape, window) });
}
