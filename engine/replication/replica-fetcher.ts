/**
 * Copies all partitions that one other broker leads: one connection, one long-polled Fetch at a time (incremental
 * sessions, KIP-227), answers appended in order. Truncates by leader epoch (KIP-595) before it appends.
 * A partition that cannot take what it is sent is asked for again later, or given up until its next leader epoch; the
 * others go on.
 */
import { StorageError, type Clock, type Endpoint, type Environment, type Timer } from '../environment.ts';
import { KafkaConnection } from '../client/kafka-connection.ts';
import { ReplicatedBatchError } from '../log/partition-log.ts';
import { errorCodes, errorName } from '../protocol/errors.ts';
import { readBaseOffset } from '../record/record-batch.ts';
import { Fetch } from '../protocol/apis.ts';
import type { RequestInput, ResponseOf } from '../protocol/api.ts';
import type { Partition } from './partition.ts';

export interface FetcherSettings {
  readonly brokerId: number;
  /** replica.fetch.wait.max.ms, replica.fetch.min.bytes, replica.fetch.max.bytes, replica.fetch.response.max.bytes, replica.fetch.backoff.ms */
  readonly waitMaxMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly responseMaxBytes: number;
  readonly backoffMs: number;
}

interface Followed {
  readonly partition: Partition;
  /** What the leader's session knows; -1: nothing yet. */
  sentOffset: number;
  /** The log start that the leader knows. */
  sentLogStart: number;
  /** Not asked for before this time, after an error. */
  retryAtMs: number;
  isInSession: boolean;
}

type FetchResponse = ResponseOf<typeof Fetch>;
type PartitionData = FetchResponse['responses'][number]['partitions'][number];

/** Topic ids, replica state and broker epochs (KIP-516, KIP-903). */
const FETCH_VERSION = 16;

export class ReplicaFetcher {
  readonly #environment: Environment;
  readonly #clock: Clock;
  readonly #settings: FetcherSettings;
  readonly #leaderId: number;
  readonly #brokerEpoch: () => number;
  readonly #onStorageError: (error: StorageError) => void;
  readonly #followed = new Map<string, Followed>();
  #forgotten: { topicId: string; partition: number }[] = [];
  #endpoint: Endpoint;
  #connection: KafkaConnection | undefined;
  #session = { id: 0, epoch: 0 };
  #isRunning = false;
  #isClosed = false;
  #wake: (() => void) | undefined;
  #longPollCheck: Timer | undefined;
  /** Odd while a fetch is under way. */
  #fetchNumber = 0;
  #isRestart = false;
  /** Said once per outage. */
  #isUnreachable = false;

  constructor(options: {
    environment: Environment;
    settings: FetcherSettings;
    leaderId: number;
    endpoint: Endpoint;
    brokerEpoch: () => number;
    onStorageError: (error: StorageError) => void;
  }) {
    this.#environment = options.environment;
    this.#clock = options.environment.clock;
    this.#settings = options.settings;
    this.#leaderId = options.leaderId;
    this.#endpoint = options.endpoint;
    this.#brokerEpoch = options.brokerEpoch;
    this.#onStorageError = options.onStorageError;
  }

  get isIdle(): boolean {
    return this.#followed.size === 0;
  }

  /** A restarted leader may listen elsewhere; the old connection is dropped then. */
  setEndpoint(endpoint: Endpoint): void {
    if (endpoint.port === this.#endpoint.port && endpoint.host === this.#endpoint.host) return;
    this.#endpoint = endpoint;
    this.#isRestart = this.#connection !== undefined;
    this.#disconnect();
  }

  follow(partition: Partition): void {
    const key = keyOf(partition);
    const known = this.#followed.get(key);
    if (known?.partition === partition) {
      // A new leader epoch: the leader's session must hear of it at once.
      known.sentOffset = -1;
      known.retryAtMs = 0;
    } else {
      this.#followed.set(key, { partition, sentOffset: -1, sentLogStart: -1, retryAtMs: 0, isInSession: false });
    }
    this.#wakeUp();
    if (!this.#isRunning) void this.#run();
    else this.#endLongPoll();
  }

  unfollow(partition: Partition): void {
    const key = keyOf(partition);
    const known = this.#followed.get(key);
    if (known === undefined) return;
    this.#followed.delete(key);
    if (known.isInSession) this.#forgotten.push({ topicId: partition.state.topicId, partition: partition.index });
  }

  close(): void {
    this.#isClosed = true;
    this.#disconnect();
    this.#wakeUp();
  }

  /** A fetch that waits for other partitions' data must not keep a new one waiting too: a new connection is cheaper than the wait. */
  #endLongPoll(): void {
    if (this.#longPollCheck !== undefined) return;
    const fetch = this.#fetchNumber;
    if (fetch % 2 === 0) return;
    this.#longPollCheck = this.#clock.setTimer(LONG_POLL_GRACE_MS, () => {
      this.#longPollCheck = undefined;
      if (this.#fetchNumber !== fetch) return;
      this.#isRestart = true;
      this.#disconnect();
    });
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (!this.#isClosed && this.#followed.size > 0) {
      try {
        await this.#fetchOnce();
      } catch (error) {
        if (this.#isClosed) break;
        if (this.#isRestart) {
          this.#isRestart = false;
          continue;
        }
        if (!this.#isUnreachable) this.#environment.log(`replica fetcher: broker ${this.#leaderId} does not answer (${reasonOf(error)}); tries again`);
        this.#isUnreachable = true;
        this.#disconnect();
        await this.#pause(this.#settings.backoffMs);
      }
    }
    this.#isRunning = false;
    this.#disconnect();
  }

  async #fetchOnce(): Promise<void> {
    // The next fetch tells the leader that everything before it is held: what is to be synced first is synced here.
    const syncs: Promise<void>[] = [];
    for (const { partition } of this.#followed.values()) {
      const sync = partition.syncIfDue();
      if (sync !== undefined) syncs.push(sync);
    }
    if (syncs.length > 0) await Promise.all(syncs);
    const connection = this.#connection ?? (await this.#connect());
    const request = this.#buildRequest();
    if (request === undefined) {
      await this.#pause(Math.min(this.#untilRetryMs(), this.#settings.backoffMs));
      return;
    }
    this.#fetchNumber++;
    try {
      // Records are lent until the callback returns: they go into the log there, uncopied on the way.
      await new Promise<void>((resolve, reject) => {
        const onResponse = (response: FetchResponse): void => {
          try {
            this.#accept(connection, response);
            resolve();
          } catch (error) {
            reject(error);
          }
        };
        connection.send(Fetch, FETCH_VERSION, request, onResponse, reject);
      });
    } finally {
      this.#fetchNumber++;
    }
  }

  #accept(connection: KafkaConnection, response: FetchResponse): void {
    if (connection !== this.#connection) return;
    if (this.#isUnreachable) this.#environment.log(`replica fetcher: broker ${this.#leaderId} answers again`);
    this.#isUnreachable = false;
    if (response.errorCode !== errorCodes.NONE) {
      // The session is gone on the leader's side: the next request opens a new one.
      this.#resetSession();
      return;
    }
    this.#session = { id: response.sessionId, epoch: response.sessionId === 0 ? 0 : this.#session.epoch + 1 };
    this.#handle(response);
    // Without a session the leader forgets what it was asked: every request names every partition.
    if (response.sessionId === 0) this.#resetSession();
  }

  async #connect(): Promise<KafkaConnection> {
    const connection = await KafkaConnection.open(this.#environment, this.#endpoint, {
      clientId: `broker-${this.#settings.brokerId}-fetcher`,
      requestTimeoutMs: this.#settings.waitMaxMs + 30_000,
    });
    if (this.#isClosed) {
      connection.close();
      throw new Error('closed');
    }
    this.#connection = connection;
    this.#resetSession();
    return connection;
  }

  #disconnect(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#resetSession();
  }

  #resetSession(): void {
    this.#session = { id: 0, epoch: 0 };
    this.#forgotten = [];
    for (const followed of this.#followed.values()) {
      followed.sentOffset = -1;
      followed.isInSession = false;
    }
  }

  #buildRequest(): RequestInput<typeof Fetch> | undefined {
    const nowMs = this.#clock.monotonicMs();
    const byTopic = new Map<string, { topicId: Buffer; partitions: object[] }>();
    const forgotten = this.#forgotten;
    let inSession = 0;
    let waitMs = this.#settings.waitMaxMs;
    for (const followed of this.#followed.values()) {
      const { partition } = followed;
      if (followed.retryAtMs > nowMs) {
        if (followed.isInSession) {
          forgotten.push({ topicId: partition.state.topicId, partition: partition.index });
          followed.isInSession = false;
          followed.sentOffset = -1;
        }
        waitMs = Math.min(waitMs, Math.ceil(followed.retryAtMs - nowMs));
        continue;
      }
      inSession++;
      const fetchOffset = partition.log.logEndOffset;
      const { logStartOffset } = partition.log;
      if (followed.isInSession && followed.sentOffset === fetchOffset && followed.sentLogStart === logStartOffset) continue;
      followed.sentOffset = fetchOffset;
      followed.sentLogStart = logStartOffset;
      followed.isInSession = true;
      const topicId = partition.state.topicId;
      let topic = byTopic.get(topicId);
      if (topic === undefined) byTopic.set(topicId, (topic = { topicId: Buffer.from(topicId, 'hex'), partitions: [] }));
      topic.partitions.push({
        partition: partition.index,
        currentLeaderEpoch: partition.leaderEpoch,
        fetchOffset,
        lastFetchedEpoch: partition.log.epochs.latestEpoch ?? -1,
        logStartOffset,
        partitionMaxBytes: this.#settings.maxBytes,
      });
    }
    if (inSession === 0) return undefined;
    this.#forgotten = [];
    return {
      maxWaitMs: waitMs,
      minBytes: this.#settings.minBytes,
      maxBytes: this.#settings.responseMaxBytes,
      isolationLevel: 0,
      sessionId: this.#session.id,
      sessionEpoch: this.#session.epoch,
      replicaState: { replicaId: this.#settings.brokerId, replicaEpoch: this.#brokerEpoch() },
      topics: [...byTopic.values()] as RequestInput<typeof Fetch>['topics'],
      forgottenTopicsData: forgotten.map((each) => ({ topicId: Buffer.from(each.topicId, 'hex'), partitions: [each.partition] })),
    } as RequestInput<typeof Fetch>;
  }

  #handle(response: FetchResponse): void {
    for (const topic of response.responses) {
      const topicId = topic.topicId.toString('hex');
      for (const data of topic.partitions) {
        const followed = this.#followed.get(`${topicId}:${data.partitionIndex}`);
        // Answers that were under way when the partition changed hands or was asked for anew are dropped.
        if (followed === undefined || followed.partition.isLeader) continue;
        if (followed.sentOffset !== followed.partition.log.logEndOffset) continue;
        try {
          this.#handlePartition(followed, data);
        } catch (error) {
          this.#handleFault(followed, error);
        }
      }
    }
  }

  #handlePartition(followed: Followed, data: PartitionData): void {
    const { partition } = followed;
    if (data.errorCode !== errorCodes.NONE) {
      this.#handleError(followed, data);
      return;
    }
    if (data.divergingEpoch.endOffset >= 0) {
      const own = partition.log.epochs.endOffsetFor(data.divergingEpoch.epoch, partition.log.logEndOffset);
      const common = Math.min(data.divergingEpoch.endOffset, own?.endOffset ?? partition.log.logStartOffset);
      this.#environment.log(
        `${partition.topic}-${partition.index}: truncates from ${partition.log.logEndOffset} to ${common} (leader epoch ${data.divergingEpoch.epoch} ends there)`,
      );
      const { isCommittedLost } = partition.truncateTo(common);
      if (isCommittedLost) this.#environment.log(`${partition.topic}-${partition.index}: this truncation went below the high watermark: committed records are lost`);
      followed.sentOffset = -1;
      return;
    }
    const records = data.records ?? EMPTY;
    try {
      partition.appendFromLeader(records, data);
    } catch (error) {
      const isInsideBatch = error instanceof ReplicatedBatchError && error.code === 'UNEXPECTED_OFFSET' && partition.log.logEndOffset === partition.log.logStartOffset;
      if (!isInsideBatch) throw error;
      // The leader's log begins inside a batch (DeleteRecords): this empty log takes that batch whole.
      partition.restartAt(readBaseOffset(records, 0));
      partition.appendFromLeader(records, data);
    }
  }

  /** What the leader sent was not appended, or not all of it. */
  #handleFault(followed: Followed, error: unknown): void {
    const { partition } = followed;
    followed.sentOffset = -1;
    if (error instanceof StorageError) this.#onStorageError(error);
    const isPassing = error instanceof ReplicatedBatchError || error instanceof StorageError;
    followed.retryAtMs = isPassing ? this.#clock.monotonicMs() + this.#settings.backoffMs : Number.POSITIVE_INFINITY;
    const next = isPassing ? 'asks again' : 'is not followed until its next leader epoch';
    this.#environment.log(`${partition.topic}-${partition.index}: cannot append at ${partition.log.logEndOffset} what leader ${this.#leaderId} sent (${reasonOf(error)}); ${next}`);
  }

  /** Time until a partition that had an error is to be asked for again; Infinity when there is none. */
  #untilRetryMs(): number {
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const followed of this.#followed.values()) {
      if (!followed.isInSession && followed.retryAtMs < earliestMs) earliestMs = followed.retryAtMs;
    }
    return Math.max(1, earliestMs - this.#clock.monotonicMs());
  }

  #handleError(followed: Followed, data: PartitionData): void {
    const { partition } = followed;
    if (data.errorCode === errorCodes.OFFSET_OUT_OF_RANGE && data.logStartOffset > partition.log.logEndOffset) {
      partition.restartAt(data.logStartOffset);
      followed.sentOffset = -1;
      return;
    }
    const isTransition =
      data.errorCode === errorCodes.NOT_LEADER_OR_FOLLOWER ||
      data.errorCode === errorCodes.UNKNOWN_LEADER_EPOCH ||
      data.errorCode === errorCodes.FENCED_LEADER_EPOCH ||
      data.errorCode === errorCodes.UNKNOWN_TOPIC_ID ||
      data.errorCode === errorCodes.UNKNOWN_TOPIC_OR_PARTITION;
    if (!isTransition) {
      this.#environment.log(`${partition.topic}-${partition.index}: leader ${this.#leaderId} answers ${errorName(data.errorCode)}`);
    }
    followed.retryAtMs = this.#clock.monotonicMs() + (isTransition ? TRANSITION_BACKOFF_MS : this.#settings.backoffMs);
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(delayMs, () => this.#wakeUp());
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}

/** Leaders hear of their role a moment before or after us: a short wait, not replica.fetch.backoff.ms. */
const TRANSITION_BACKOFF_MS = 20;
const LONG_POLL_GRACE_MS = 5;
const EMPTY = Buffer.alloc(0);

function keyOf(partition: Partition): string {
  return `${partition.state.topicId}:${partition.index}`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
