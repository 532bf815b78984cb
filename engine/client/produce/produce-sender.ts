/**
 * Sends the producer's batches: per broker up to `max.in.flight.requests.per.connection` Produce requests, each with at most one batch
 * of many partitions. Retries keep order and number. When a number is lost for good (a batch given up, state lost on the broker), waits
 * until nothing is in flight and goes on under a new identity.
 */
import type { Timer } from '../../environment.ts';
import { Produce } from '../../protocol/apis.ts';
import type { RequestInput, ResponseOf } from '../../protocol/api.ts';
import { errorCodes, errorName, isRetriable } from '../../protocol/errors.ts';
import type { ClusterClient } from '../cluster-client.ts';
import type { ProducerConfig } from '../producer-config.ts';
import type { BatchPool } from './batch-pool.ts';
import { BrokerLane } from './broker-lane.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { ProducerBatch } from './producer-batch.ts';
import { ProducerIdentitySource } from './producer-identity.ts';
import { ProducerStats } from './producer-stats.ts';

interface SentBatch {
  readonly queue: PartitionQueue;
  readonly batch: ProducerBatch;
}

type PartitionResponse = ResponseOf<typeof Produce>['responses'][number]['partitionResponses'][number];

/** Timers are that coarse. */
const RIPENESS_TOLERANCE_MS = 0.5;
/** After so much compressing the answers that have come are read first: their time would count as the broker's. */
const TURN_MS = 1;
/** Unacknowledged writes (acks=0) stop above this until the operating system has taken them. */
const UNSENT_BYTES_MAX = 1024 * 1024;
/** The broker lost or refuses the numbers, not the records. */
const SEQUENCE_ERRORS = new Set<number>([
  errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER,
  errorCodes.UNKNOWN_PRODUCER_ID,
  errorCodes.INVALID_PRODUCER_EPOCH,
  errorCodes.INVALID_PRODUCER_ID_MAPPING,
]);

export class ProduceSender {
  readonly stats = new ProducerStats();
  readonly identity: ProducerIdentitySource;
  readonly #client: ClusterClient;
  readonly #config: ProducerConfig;
  readonly #pool: BatchPool;
  readonly #onCompleted: (batch: ProducerBatch) => void;
  readonly #onClosed: () => void;
  readonly #laneName: string;
  readonly #queues: PartitionQueue[] = [];
  readonly #lanes = new Map<number, BrokerLane>();
  #inFlightRequests = 0;
  #isDrainDeferred = false;
  #timer: Timer | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #isClosed = false;

  constructor(options: { client: ClusterClient; config: ProducerConfig; pool: BatchPool; onCompleted: (batch: ProducerBatch) => void; onClosed: () => void }) {
    this.#client = options.client;
    this.#config = options.config;
    this.#pool = options.pool;
    this.#onCompleted = options.onCompleted;
    this.#onClosed = options.onClosed;
    this.#laneName = options.client.newLane('produce');
    this.identity = new ProducerIdentitySource(options.client, options.config);
  }

  add(queue: PartitionQueue): void {
    this.#queues.push(queue);
  }

  /** A batch was opened: it must go within linger.ms. */
  noteOpened(createdMs: number): void {
    const lingerMs = this.#config['linger.ms'];
    if (lingerMs === 0) this.wake();
    else if (createdMs + lingerMs < this.#timerAtMs) this.#setTimer(createdMs + lingerMs, lingerMs);
  }

  /** Sends what may be sent once everything of this wake-up has been handled. */
  wake(): void {
    if (this.#isDrainDeferred) return;
    this.#isDrainDeferred = true;
    this.#client.environment.clock.defer(this.#drain);
  }

  /** Leaders moved: retries need not wait. */
  acceptLeaders(): void {
    let isLeaderMissing = false;
    for (const queue of this.#queues) {
      const leaderId = this.#client.leaderOf(queue.topic, queue.index) ?? -1;
      isLeaderMissing ||= leaderId < 0 && !queue.isEmpty;
      if (leaderId === queue.leaderId) continue;
      this.#lanes.get(queue.leaderId)?.remove(queue);
      queue.leaderId = leaderId;
      queue.retryAtMs = 0;
      if (leaderId >= 0) this.#laneOf(leaderId).add(queue);
    }
    if (isLeaderMissing) this.#client.requestRefresh();
    this.wake();
  }

  /** Gives up on everything that is not acknowledged. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    for (const lane of this.#lanes.values()) lane.close();
  }

  #laneOf(brokerId: number): BrokerLane {
    let lane = this.#lanes.get(brokerId);
    if (lane === undefined) {
      const { 'retry.backoff.ms': backoffMs, 'retry.backoff.max.ms': backoffMsMax } = this.#config;
      lane = new BrokerLane(this.#client, { brokerId, name: this.#laneName, backoffMs, backoffMsMax, onChange: () => this.wake() });
      this.#lanes.set(brokerId, lane);
    }
    return lane;
  }

  readonly #drain = (): void => {
    this.#isDrainDeferred = false;
    if (this.#isClosed) return;
    const nowMs = this.#client.environment.clock.monotonicMs();
    this.#giveUpExpired(nowMs);
    if (this.identity.isReady) {
      for (const [brokerId, lane] of this.#lanes) {
        if (this.#drainLane(lane, nowMs)) continue;
        this.#giveWay(brokerId, lane);
        return;
      }
    } else if (this.#inFlightRequests === 0) {
      this.#renewIdentity();
    }
    this.#scheduleTimer(nowMs);
  };

  /** Goes on after the events that have come; the lane is the last one then. */
  #giveWay(brokerId: number, lane: BrokerLane): void {
    this.#lanes.delete(brokerId);
    this.#lanes.set(brokerId, lane);
    this.#isDrainDeferred = true;
    this.#client.environment.clock.giveWay(this.#drain);
  }

  /** False: there may be more to send, and the turn is over. */
  #drainLane(lane: BrokerLane, nowMs: number): boolean {
    const { clock } = this.#client.environment;
    while (lane.inFlight < this.#config['max.in.flight.requests.per.connection']) {
      if (lane.connection === undefined) {
        if (lane.queues.some((queue) => this.#sendable(queue, nowMs) !== undefined)) lane.connect();
        return true;
      }
      if (this.#config.requiredAcks === 0 && lane.connection.bufferedBytes > UNSENT_BYTES_MAX) return true;
      const sent = this.#collect(lane, nowMs);
      if (sent.length === 0) return true;
      this.#send(lane, sent);
      if (clock.monotonicMs() - nowMs > TURN_MS) return false;
    }
    return true;
  }

  /** `ripeAfterMs`: how long an open batch must have waited. */
  #sendable(queue: PartitionQueue, nowMs: number, ripeAfterMs = this.#config['linger.ms'] - RIPENESS_TOLERANCE_MS): ProducerBatch | undefined {
    const isForced = !this.#pool.hasSpace;
    return queue.sendable(nowMs, (open) => isForced || open.isFlushed || nowMs - open.createdMs >= ripeAfterMs, this.#config.isIdempotent);
  }

  /** Whether a batch of the broker has waited for linger.ms. */
  #isLingerOver(lane: BrokerLane, nowMs: number): boolean {
    const ripeAfterMs = this.#config['linger.ms'] - RIPENESS_TOLERANCE_MS;
    return lane.queues.some(({ open }) => open !== undefined && nowMs - open.createdMs >= ripeAfterMs);
  }

  /**
   * One batch per partition up to max.request.size, another partition first each time. When linger.ms is over for one, those that have waited
   * for half of it go along: a request costs a broker more than what it carries. (Kafka's producer takes them all.)
   */
  #collect(lane: BrokerLane, nowMs: number): SentBatch[] {
    const sent: SentBatch[] = [];
    const { queues } = lane;
    const ripeAfterMs = this.#isLingerOver(lane, nowMs) ? this.#config['linger.ms'] / 2 : undefined;
    let bytes = 0;
    const first = lane.cursor % Math.max(1, queues.length);
    for (let i = 0; i < queues.length; i++) {
      const queue = queues[(first + i) % queues.length] as PartitionQueue;
      const batch = this.#sendable(queue, nowMs, ripeAfterMs);
      if (batch === undefined) continue;
      if (!batch.isClosed) {
        queue.number(batch, this.identity.current);
        this.#pool.shrinkClosed(batch);
        this.#onClosed();
      }
      if (bytes > 0 && bytes + batch.batchBytes > this.#config['max.request.size']) {
        lane.cursor = (first + i) % queues.length;
        break;
      }
      bytes += batch.batchBytes;
      if (batch.attempts > 0) this.stats.retries++;
      queue.markSent(batch, nowMs);
      sent.push({ queue, batch });
    }
    this.stats.countRequest(sent.length, bytes);
    return sent;
  }

  #send(lane: BrokerLane, sent: SentBatch[]): void {
    const { requiredAcks, 'request.timeout.ms': timeoutMs } = this.#config;
    const connection = lane.connection;
    if (connection === undefined) return;
    const body = requestBody(sent, { acks: requiredAcks, timeoutMs });
    if (requiredAcks === 0) {
      const isSent = connection.sendOneWay(Produce, undefined, body);
      for (const each of sent) this.#settle(each, isSent ? errorCodes.NONE : errorCodes.NETWORK_EXCEPTION, -1);
      return;
    }
    lane.inFlight++;
    this.#inFlightRequests++;
    const settled = (): void => {
      lane.inFlight--;
      this.#inFlightRequests--;
      this.wake();
    };
    const onResponse = (response: ResponseOf<typeof Produce>): void => {
      settled();
      this.#acceptResponse(sent, response);
    };
    const onError = (): void => {
      settled();
      if (this.#isClosed) return;
      this.#client.requestRefresh();
      for (const each of sent) this.#settle(each, errorCodes.NETWORK_EXCEPTION, -1);
    };
    connection.send(Produce, undefined, body, onResponse, onError, { timeoutMs });
  }

  #acceptResponse(sent: SentBatch[], response: ResponseOf<typeof Produce>): void {
    const unanswered = new Set(sent);
    let at = 0;
    for (const topic of response.responses) {
      for (const partition of topic.partitionResponses) {
        // Answers come in the order of the request, but nobody promises it.
        const isAt = (each: SentBatch | undefined): boolean => each?.batch.partition === partition.index && each.batch.topic === topic.name;
        const each = isAt(sent[at]) ? sent[at] : sent.find(isAt);
        at++;
        if (each === undefined || !unanswered.delete(each)) continue;
        this.#acceptPartition(each, partition);
      }
    }
    for (const each of unanswered) this.#settle(each, errorCodes.UNKNOWN_SERVER_ERROR, -1);
  }

  #acceptPartition(each: SentBatch, { errorCode, baseOffset, currentLeader }: PartitionResponse): void {
    this.#settle(each, errorCode, baseOffset);
    if (currentLeader.leaderId >= 0) this.#client.noteLeader(each.batch.topic, each.batch.partition, currentLeader);
  }

  #settle({ queue, batch }: SentBatch, errorCode: number, baseOffset: number): void {
    if (errorCode === errorCodes.NONE || errorCode === errorCodes.DUPLICATE_SEQUENCE_NUMBER) {
      this.#complete(queue, batch, { errorCode: errorCodes.NONE, baseOffset });
      return;
    }
    this.stats.countError(errorName(errorCode));
    const isSequenceError = this.#config.isIdempotent && SEQUENCE_ERRORS.has(errorCode);
    const nowMs = this.#client.environment.clock.monotonicMs();
    const isOver = batch.attempts > this.#config.retries || nowMs >= this.#expiresAtMs(batch);
    if (isOver || !(isSequenceError || isRetriable(errorCode))) {
      this.#complete(queue, batch, { errorCode, baseOffset: -1 });
      return;
    }
    const isFollowUp = errorCode === errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER && queue.hasOlder(batch);
    if (isSequenceError && !isFollowUp) this.identity.expire();
    if (isRetriable(errorCode)) this.#client.requestRefresh();
    queue.requeue(batch, isFollowUp ? 0 : nowMs + this.#backoffMs(batch));
  }

  #backoffMs({ attempts }: ProducerBatch): number {
    const { 'retry.backoff.ms': backoffMs, 'retry.backoff.max.ms': backoffMsMax } = this.#config;
    return Math.min(backoffMsMax, backoffMs * 2 ** Math.min(attempts - 1, 20));
  }

  #expiresAtMs(batch: ProducerBatch): number {
    return batch.createdMs + this.#config['delivery.timeout.ms'];
  }

  #complete(queue: PartitionQueue, batch: ProducerBatch, outcome: { errorCode: number; baseOffset: number }): void {
    // Its number is used up and its records are not in the log: what follows would be out of order.
    if (outcome.errorCode !== errorCodes.NONE && batch.isClosed && this.#config.isIdempotent) this.identity.expire();
    queue.remove(batch);
    batch.errorCode = outcome.errorCode;
    batch.baseOffset = outcome.baseOffset;
    this.stats.countOutcome(batch);
    this.#onCompleted(batch);
  }

  #giveUpExpired(nowMs: number): void {
    for (const queue of this.#queues) {
      for (let oldest = queue.waiting[0] ?? queue.open; oldest !== undefined && nowMs >= this.#expiresAtMs(oldest); oldest = queue.waiting[0] ?? queue.open) {
        if (oldest.sentMs < 0) oldest.sentMs = nowMs;
        this.stats.countError(errorName(errorCodes.REQUEST_TIMED_OUT));
        this.#complete(queue, oldest, { errorCode: errorCodes.REQUEST_TIMED_OUT, baseOffset: -1 });
      }
    }
  }

  #renewIdentity(): void {
    this.identity.renew((identity) => {
      if (this.#isClosed) return;
      for (const queue of this.#queues) queue.renumber(identity);
      this.stats.identityRenewals++;
      this.wake();
    });
  }

  #scheduleTimer(nowMs: number): void {
    const lingerMs = this.#config['linger.ms'];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const queue of this.#queues) {
      const oldest = queue.waiting[0] ?? queue.open;
      if (oldest === undefined) continue;
      nextMs = Math.min(nextMs, this.#expiresAtMs(oldest));
      if (queue.retryAtMs > nowMs) nextMs = Math.min(nextMs, queue.retryAtMs);
      const lingersUntilMs = oldest === queue.open ? oldest.createdMs + lingerMs : 0;
      if (lingersUntilMs > nowMs + RIPENESS_TOLERANCE_MS) nextMs = Math.min(nextMs, lingersUntilMs);
    }
    if (nextMs === this.#timerAtMs) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    if (nextMs < Number.POSITIVE_INFINITY) this.#setTimer(nextMs, Math.max(0, nextMs - nowMs));
  }

  #setTimer(atMs: number, delayMs: number): void {
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    this.#timer = this.#client.environment.clock.setTimer(delayMs, () => {
      this.#timer = undefined;
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.wake();
    });
  }
}

function requestBody(sent: readonly SentBatch[], { acks, timeoutMs }: { acks: number; timeoutMs: number }): RequestInput<typeof Produce> {
  const topics = new Map<string, { index: number; records: Buffer | null }[]>();
  for (const { batch } of sent) {
    let partitions = topics.get(batch.topic);
    if (partitions === undefined) topics.set(batch.topic, (partitions = []));
    // Without an answer nobody knows when the bytes are sent: the builder's buffer must not be used again under them.
    const bytes = batch.bytes as Buffer;
    partitions.push({ index: batch.partition, records: acks === 0 && batch.slot !== undefined ? Buffer.from(bytes) : bytes });
  }
  return { acks, timeoutMs, topicData: [...topics].map(([name, partitionData]) => ({ name, partitionData })) };
}
