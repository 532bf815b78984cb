/**
 * librdkafka as the load's driver: records go to its queue, delivery reports come back one by one with partition and offset. Batches and
 * requests are its own; what they were is known from its statistics, so the stages within the publish latency are not measured.
 */
import { errorCodes } from '../../../engine/protocol/errors.ts';
import type { OutgoingRecord } from '../../../engine/client/producer.ts';
import { recordCrc } from '../../verify/record-crc.ts';
import type { LoadWorkerInput } from '../load-messages.ts';
import type { DriverEvents, LoadDriver, WireUse } from './load-driver.ts';
import { librdkafkaConfig } from './librdkafka-config.ts';
import { loadLibrdkafka, type LibrdkafkaError, type LibrdkafkaProducer } from './librdkafka-package.ts';

const STATISTICS_MS = 250;
const CONNECT_LIMIT_MS = 10_000;
const FLUSH_MS = 500;
/** librdkafka's own codes, which are negative; what stands in Kafka's protocol keeps its number. */
const QUEUE_FULL = -184;
const LOCAL_CODES: Readonly<Record<number, number>> = { [-192]: errorCodes.REQUEST_TIMED_OUT, [-185]: errorCodes.REQUEST_TIMED_OUT, [-195]: errorCodes.NETWORK_EXCEPTION };

interface Pending {
  readonly tag: number;
  readonly bytes: number;
  readonly crc: number;
}

interface Statistics {
  readonly txretries?: number;
  readonly brokers?: Readonly<Record<string, { readonly req?: Readonly<Record<string, number>>; readonly txretries?: number }>>;
  readonly topics?: Readonly<Record<string, { readonly batchsize?: { readonly sum: number; readonly cnt: number } }>>;
}

export class LibrdkafkaDriver implements LoadDriver {
  readonly stats = { requests: 0, batches: 0, bytes: 0, retries: 0, errorsByName: {} as Record<string, number>, identityRenewals: 0 };
  readonly #producer: LibrdkafkaProducer;
  readonly #events: DriverEvents;
  readonly #nowUs: () => number;
  readonly #pending = new Map<number, Pending>();
  /** Each statistics window, by its end. */
  readonly #windows: { readonly endUs: number; readonly batches: number; readonly bytes: number; readonly requests: number }[] = [];
  #topic = '';
  #nextId = 0;
  #isFull = false;
  #whenEmpty: () => void = () => {};

  constructor(input: LoadWorkerInput, events: DriverEvents, nowUs: () => number) {
    const config = librdkafkaConfig({ ...input, clientId: `headroom-load-${input.worker}` });
    this.#producer = new (loadLibrdkafka().Producer)({ ...config, dr_cb: true, event_cb: true, 'statistics.interval.ms': STATISTICS_MS });
    this.#events = events;
    this.#nowUs = nowUs;
    this.#producer.on('delivery-report', (error, report) => this.#onReport(error, report.partition, report.offset, report.opaque));
    this.#producer.on('event.stats', ({ message }) => this.#onStatistics(JSON.parse(message) as Statistics));
    this.#producer.on('event.error', ({ message }) => {
      this.stats.errorsByName[message] = (this.stats.errorsByName[message] ?? 0) + 1;
    });
  }

  async start(topic: string): Promise<number> {
    this.#topic = topic;
    await new Promise<void>((resolve, reject) => {
      this.#producer.connect({ topic, timeout: CONNECT_LIMIT_MS }, (error) => (error === null || error === undefined ? resolve() : reject(error)));
    });
    this.#producer.setPollInBackground(true);
    return 0;
  }

  send(record: OutgoingRecord): boolean {
    const { key, keyStart, keyEnd, value, valueStart, valueEnd, timestampMs, tag } = record;
    const id = this.#nextId;
    try {
      // It copies what it takes.
      this.#producer.produce(this.#topic, -1, value.subarray(valueStart, valueEnd), keyEnd < keyStart ? null : key.subarray(keyStart, keyEnd), timestampMs, id);
    } catch (error) {
      if ((error as LibrdkafkaError).code !== QUEUE_FULL) throw error;
      this.#isFull = true;
      return false;
    }
    this.#nextId++;
    const keyBytes = Math.max(0, keyEnd - keyStart);
    this.#pending.set(id, { tag, bytes: keyBytes + valueEnd - valueStart, crc: recordCrc({ key, keyStart, keyEnd, value, valueStart, valueEnd }) });
    return true;
  }

  /** Reports go on coming meanwhile; librdkafka gives records up after delivery.timeout.ms. */
  async flush(): Promise<void> {
    while (this.#pending.size > 0) {
      const empty = new Promise<void>((resolve) => (this.#whenEmpty = resolve));
      const flushed = new Promise<void>((resolve) => this.#producer.flush(FLUSH_MS, () => resolve()));
      await Promise.race([empty, flushed.then(() => new Promise((resolve) => setImmediate(resolve)))]);
    }
  }

  /** By whole statistics windows, so to a quarter of a second. */
  wireUse({ measureStartUs, endUs }: { measureStartUs: number; endUs: number }): WireUse {
    const inside = this.#windows.filter((each) => each.endUs > measureStartUs && each.endUs <= endUs);
    const sum = (valueOf: (each: (typeof inside)[number]) => number): number => inside.reduce((total, each) => total + valueOf(each), 0);
    return { batches: sum(({ batches }) => batches), batchBytes: sum(({ bytes }) => bytes), requests: sum(({ requests }) => requests) };
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#producer.disconnect(() => resolve()));
  }

  #onReport(error: LibrdkafkaError | null, partition: number, offset: number, id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    const errorCode = error === null || error === undefined ? errorCodes.NONE : error.code > 0 ? error.code : (LOCAL_CODES[error.code] ?? errorCodes.UNKNOWN_SERVER_ERROR);
    this.#events.onRecord({ ...pending, partition, offset: errorCode === errorCodes.NONE ? offset : -1, errorCode });
    if (this.#pending.size === 0) this.#whenEmpty();
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#events.onSpace();
  }

  #onStatistics({ brokers = {}, topics = {} }: Statistics): void {
    const { sum: bytes = 0, cnt: batches = 0 } = topics[this.#topic]?.batchsize ?? {};
    const all = Object.values(brokers);
    const requests = all.reduce((total, { req }) => total + (req?.['Produce'] ?? 0), 0);
    this.#windows.push({ endUs: this.#nowUs(), batches, bytes, requests: requests - this.stats.requests });
    this.stats.requests = requests;
    this.stats.batches += batches;
    this.stats.bytes += bytes;
    this.stats.retries = all.reduce((total, { txretries }) => total + (txretries ?? 0), 0);
  }
}
