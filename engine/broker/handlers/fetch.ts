/**
 * Fetch: consumers up to the high watermark, followers up to the log end; long polls; incremental sessions (KIP-227);
 * divergence by leader epoch (KIP-595). A whole batch is always returned, even above the byte limits (KIP-74).
 * read_committed consumers are served up to the last stable offset and told which transactions in it were aborted (KIP-98).
 */
import { StorageError } from '../../environment.ts';
import type { RequestOf, ResponseInput } from '../../protocol/api.ts';
import { Fetch } from '../../protocol/apis.ts';
import { errorCodes } from '../../protocol/errors.ts';
import type { Partition } from '../../replication/partition.ts';
import { route, type RequestContext, type Respond, type Route, type ServedConnection } from '../../server/request-server.ts';
import type { WheelEntry } from '../../server/timer-wheel.ts';
import type { BrokerState } from '../broker-state.ts';
import { FetchSession, FetchTarget } from '../fetch-session.ts';

type Request = RequestOf<typeof Fetch>;
type PartitionAnswer = NonNullable<NonNullable<ResponseInput<typeof Fetch>['responses']>[number]['partitions']>[number];

/** Versions from here on name topics by id. */
const TOPIC_ID_VERSION = 13;
const NO_OFFSET = -1;
const READ_COMMITTED = 1;

interface FollowerIdentity {
  readonly brokerId: number;
  readonly brokerEpoch: number;
}

interface Pending {
  readonly session: FetchSession;
  readonly request: Request;
  readonly follower: FollowerIdentity | undefined;
  readonly isFull: boolean;
  readonly respond: Respond<ResponseInput<typeof Fetch>>;
  readonly version: number;
}

export function fetchRoute(state: BrokerState): Route {
  const sessions = new Map<number, { session: FetchSession; connection: ServedConnection }>();
  let nextSessionId = 1 + state.environment.random.nextInt(1 << 30);

  function openSession(request: Request, context: RequestContext, isFollower: boolean): FetchSession {
    const wanted = request.sessionId === 0 && request.sessionEpoch === 0;
    const isAffordable = sessions.size < state.config['max.incremental.fetch.session.cache.slots'];
    if (!wanted || !isAffordable) return new FetchSession({ id: 0, isFollower });
    const session = new FetchSession({ id: nextSessionId++ & 0x7fffffff, isFollower });
    sessions.set(session.id, { session, connection: context.connection });
    context.connection.atClose(() => {
      session.close();
      sessions.delete(session.id);
    });
    return session;
  }

  return route(Fetch, (request, context, respond) => {
    const follower = followerOf(request, context.apiVersion);
    if (follower !== undefined) state.counter.followerFetched();
    let session: FetchSession;
    const isIncremental = request.sessionId !== 0 && request.sessionEpoch > 0;
    if (isIncremental) {
      const known = sessions.get(request.sessionId)?.session;
      if (known === undefined || known.nextEpoch !== request.sessionEpoch) {
        respond({ errorCode: known === undefined ? errorCodes.FETCH_SESSION_ID_NOT_FOUND : errorCodes.INVALID_FETCH_SESSION_EPOCH });
        return;
      }
      session = known;
      session.nextEpoch = session.nextEpoch === 0x7fffffff ? 1 : session.nextEpoch + 1;
      session.onNews?.();
    } else {
      const old = sessions.get(request.sessionId);
      if (old !== undefined && old.connection === context.connection) {
        old.session.close();
        sessions.delete(request.sessionId);
      }
      session = openSession(request, context, follower !== undefined);
    }
    update(state, session, { request, version: context.apiVersion, follower });
    const pending: Pending = { session, request, follower, isFull: !isIncremental, respond, version: context.apiVersion };
    new FetchAttempt(state, pending, context.connection).start();
  });
}

function followerOf(request: Request, version: number): FollowerIdentity | undefined {
  const brokerId = version >= 15 ? request.replicaState.replicaId : request.replicaId;
  if (brokerId < 0) return undefined;
  return { brokerId, brokerEpoch: version >= 15 ? request.replicaState.replicaEpoch : -1 };
}

/** Takes the request's partitions into the session; a follower's offsets are what it holds. */
function update(state: BrokerState, session: FetchSession, options: { request: Request; version: number; follower: FollowerIdentity | undefined }): void {
  const byId = options.version >= TOPIC_ID_VERSION;
  for (const forgotten of options.request.forgottenTopicsData) {
    const name = byId ? forgotten.topicId.toString('hex') : forgotten.topic;
    for (const index of forgotten.partitions) session.remove(`${name}:${index}`);
  }
  for (const topic of options.request.topics) {
    const topicId = byId ? topic.topicId.toString('hex') : '';
    const name = byId ? topicId : topic.topic;
    for (const wanted of topic.partitions) {
      const key = `${name}:${wanted.partition}`;
      const position = {
        fetchOffset: wanted.fetchOffset,
        maxBytes: wanted.partitionMaxBytes,
        currentLeaderEpoch: wanted.currentLeaderEpoch,
        lastFetchedEpoch: wanted.lastFetchedEpoch,
        logStartOffset: wanted.logStartOffset,
      };
      let target = session.targets.get(key);
      if (target === undefined) {
        target = new FetchTarget({ session, topic: topic.topic, topicId: topic.topicId, index: wanted.partition, position });
        session.targets.set(key, target);
      } else {
        target.position = position;
      }
      const partition = byId ? state.replicas.partitionById(topicId, wanted.partition) : state.replicas.partition(topic.topic, wanted.partition);
      target.attach(partition);
      session.news.add(target);
      const { follower } = options;
      if (follower !== undefined && partition?.isLeader === true && checkEpoch(partition, position.currentLeaderEpoch) === errorCodes.NONE) {
        if (!isDiverging(partition, position)) partition.followerFetched({ ...follower, fetchOffset: position.fetchOffset, logStartOffset: position.logStartOffset });
      }
    }
  }
}

interface Gathered {
  readonly answers: { target: FetchTarget; answer: PartitionAnswer; cold: (() => Promise<Buffer>) | undefined }[];
  readonly bytes: number;
  /** Something that must not wait: an error, a divergence. */
  readonly isUrgent: boolean;
}

interface ReadOutcome {
  readonly answer: PartitionAnswer;
  readonly cold: (() => Promise<Buffer>) | undefined;
  readonly size: number;
}

class FetchAttempt {
  readonly #state: BrokerState;
  readonly #pending: Pending;
  readonly #connection: ServedConnection;
  #timer: WheelEntry | undefined;
  #isCheckDue = false;
  #isDone = false;

  constructor(state: BrokerState, pending: Pending, connection: ServedConnection) {
    this.#state = state;
    this.#pending = pending;
    this.#connection = connection;
  }

  start(): void {
    const { request, session } = this.#pending;
    const gathered = this.#gather();
    if (request.maxWaitMs <= 0 || this.#isEnough(gathered) || session.targets.size === 0) {
      this.#finish(gathered);
      return;
    }
    session.onNews = () => this.#news();
    this.#timer = this.#state.wheel.arm(request.maxWaitMs, () => this.#finish(this.#gather()));
    this.#connection.atClose(() => this.#leave());
  }

  /** News of one wake-up is looked at once, after all of it is in. A new request on the session ends the wait at once. */
  #news(): void {
    if (this.#isCheckDue || this.#isDone) return;
    this.#isCheckDue = true;
    this.#state.environment.clock.defer(() => {
      this.#isCheckDue = false;
      if (this.#isDone) return;
      const gathered = this.#gather();
      if (this.#isEnough(gathered)) this.#finish(gathered);
    });
  }

  #isEnough(gathered: Gathered): boolean {
    return gathered.isUrgent || (gathered.bytes > 0 && gathered.bytes >= this.#pending.request.minBytes);
  }

  #leave(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (this.#timer !== undefined) this.#state.wheel.disarm(this.#timer);
    const { session } = this.#pending;
    session.onNews = undefined;
    if (session.id === 0) session.close();
  }

  #gather(): Gathered {
    const { session, request, isFull } = this.#pending;
    const answers: Gathered['answers'] = [];
    let left = Math.min(request.maxBytes, this.#state.config['fetch.max.bytes']);
    let bytes = 0;
    let isUrgent = false;
    const looked = isFull ? session.targets.values() : session.news;
    for (const target of looked) {
      const { answer, cold, size } = this.#readGuarded(target, { maxBytes: left, minOneBatch: bytes === 0 });
      bytes += size;
      left -= size;
      if (answer.errorCode !== undefined || answer.divergingEpoch !== undefined || this.#isLogStartNews(target, answer)) isUrgent = true;
      answers.push({ target, answer, cold });
    }
    return { answers, bytes, isUrgent };
  }

  /** A deletion waits for its followers: they are told at once, not with the next data. */
  #isLogStartNews(target: FetchTarget, answer: PartitionAnswer): boolean {
    return this.#pending.follower !== undefined && target.sentLogStart >= 0 && (answer.logStartOffset ?? NO_OFFSET) > target.sentLogStart;
  }

  /** Parked fetches are looked at from timers and other connections' requests: nothing may be thrown there. */
  #readGuarded(target: FetchTarget, limits: { maxBytes: number; minOneBatch: boolean }): ReadOutcome {
    try {
      return this.#read(target, limits);
    } catch (error) {
      this.#state.environment.log(`fetch of ${target.topic || target.topicId.toString('hex')}-${target.index} failed: ${String(error)}`);
      this.#state.replicas.noteFailure(error);
      const errorCode = error instanceof StorageError ? errorCodes.KAFKA_STORAGE_ERROR : errorCodes.UNKNOWN_SERVER_ERROR;
      return { answer: { partitionIndex: target.index, errorCode, highWatermark: NO_OFFSET, records: EMPTY }, cold: undefined, size: 0 };
    }
  }

  #read(target: FetchTarget, limits: { maxBytes: number; minOneBatch: boolean }): ReadOutcome {
    const { partition, position, index } = target;
    const failed = (errorCode: number): ReadOutcome => {
      const logStartOffset = partition?.log.logStartOffset ?? NO_OFFSET;
      return { answer: { partitionIndex: index, errorCode, highWatermark: NO_OFFSET, logStartOffset, records: EMPTY }, cold: undefined, size: 0 };
    };
    if (partition === undefined) {
      const isById = this.#pending.version >= TOPIC_ID_VERSION;
      return failed(this.#state.missingPartitionError({ topic: target.topic, topicId: isById ? target.topicId : undefined, index }));
    }
    if (partition.isOffline) return failed(errorCodes.KAFKA_STORAGE_ERROR);
    if (!partition.isLeader) return failed(errorCodes.NOT_LEADER_OR_FOLLOWER);
    const epochError = checkEpoch(partition, position.currentLeaderEpoch);
    if (epochError !== errorCodes.NONE) return failed(epochError);
    if (isDiverging(partition, position)) {
      const known = partition.log.epochs.endOffsetFor(position.lastFetchedEpoch, partition.log.logEndOffset);
      if (known === undefined) return failed(errorCodes.OFFSET_OUT_OF_RANGE);
      const answer = { ...this.#watermarks(partition, index), divergingEpoch: { epoch: known.epoch, endOffset: known.endOffset }, records: EMPTY };
      return { answer, cold: undefined, size: 0 };
    }
    const upTo = this.#readableEnd(partition);
    if (position.fetchOffset > partition.log.logEndOffset || position.fetchOffset < partition.log.logStartOffset) {
      return failed(errorCodes.OFFSET_OUT_OF_RANGE);
    }
    const answer: PartitionAnswer = { ...this.#watermarks(partition, index), abortedTransactions: this.#isCommittedOnly ? [] : null };
    if (position.fetchOffset >= upTo || (limits.maxBytes <= 0 && !limits.minOneBatch)) {
      return { answer: { ...answer, records: EMPTY }, cold: undefined, size: 0 };
    }
    const maxBytes = Math.max(0, Math.min(limits.maxBytes, position.maxBytes));
    const result = partition.log.read(position.fetchOffset, { maxBytes, upTo, minOneBatch: limits.minOneBatch });
    if (result.kind === 'outOfRange') return failed(errorCodes.OFFSET_OUT_OF_RANGE);
    if (result.kind === 'cold') {
      const aborted = this.#abortedTransactions(partition, { from: position.fetchOffset, upTo });
      return { answer: { ...answer, abortedTransactions: aborted }, cold: result.read, size: result.bytes };
    }
    const aborted = this.#abortedTransactions(partition, { from: position.fetchOffset, upTo: result.nextOffset });
    return { answer: { ...answer, abortedTransactions: aborted, records: result.chunks }, cold: undefined, size: result.bytes };
  }

  get #isCommittedOnly(): boolean {
    return this.#pending.follower === undefined && this.#pending.request.isolationLevel === READ_COMMITTED;
  }

  #readableEnd(partition: Partition): number {
    if (this.#pending.follower !== undefined) return partition.log.logEndOffset;
    return this.#isCommittedOnly ? partition.lastStableOffset : partition.highWatermark;
  }

  #abortedTransactions(partition: Partition, range: { from: number; upTo: number }): { producerId: number; firstOffset: number }[] | null {
    return this.#isCommittedOnly ? partition.log.abortedTransactions(range) : null;
  }

  #watermarks(partition: Partition, index: number): PartitionAnswer {
    const { highWatermark, lastStableOffset } = partition;
    return { partitionIndex: index, highWatermark, lastStableOffset, logStartOffset: partition.log.logStartOffset };
  }

  #finish(gathered: Gathered): void {
    if (this.#isDone) return;
    this.#leave();
    const cold = gathered.answers.filter((each) => each.cold !== undefined);
    if (cold.length === 0) {
      this.#send(gathered.answers);
      return;
    }
    const reads = cold.map(async (each) => {
      each.answer = { ...each.answer, records: await (each.cold as () => Promise<Buffer>)() };
    });
    Promise.all(reads).then(
      () => this.#send(gathered.answers),
      (error: unknown) => {
        this.#state.environment.log(`fetch: reading a sealed segment failed: ${String(error)}`);
        this.#state.replicas.noteFailure(error);
        this.#connection.close();
      },
    );
  }

  #send(answers: Gathered['answers']): void {
    const { session, isFull, respond } = this.#pending;
    const topics = new Map<string, { topic: string; topicId: Buffer; partitions: PartitionAnswer[] }>();
    for (const { target, answer } of answers) {
      const hasRecords = answer.records !== EMPTY;
      const isChanged =
        answer.highWatermark !== target.sentHighWatermark || answer.logStartOffset !== target.sentLogStart || answer.lastStableOffset !== target.sentLastStable;
      // Whoever was served stands behind those who wait for their turn; who has nothing new leaves the queue.
      session.news.delete(target);
      if (hasRecords || answer.errorCode !== undefined) session.news.add(target);
      if (!isFull && !hasRecords && !isChanged && answer.errorCode === undefined && answer.divergingEpoch === undefined) continue;
      target.sentHighWatermark = answer.highWatermark ?? NO_OFFSET;
      target.sentLogStart = answer.logStartOffset ?? NO_OFFSET;
      target.sentLastStable = answer.lastStableOffset ?? NO_OFFSET;
      const key = target.topic === '' ? target.topicId.toString('hex') : target.topic;
      let topic = topics.get(key);
      if (topic === undefined) topics.set(key, (topic = { topic: target.topic, topicId: target.topicId, partitions: [] }));
      topic.partitions.push(answer);
    }
    respond({ sessionId: session.id, responses: [...topics.values()] });
  }
}

const EMPTY = Buffer.alloc(0);

function checkEpoch(partition: Partition, currentLeaderEpoch: number): number {
  if (currentLeaderEpoch < 0 || currentLeaderEpoch === partition.leaderEpoch) return errorCodes.NONE;
  return currentLeaderEpoch < partition.leaderEpoch ? errorCodes.FENCED_LEADER_EPOCH : errorCodes.UNKNOWN_LEADER_EPOCH;
}

/** The reader's last epoch ended earlier here than where it stands (KIP-595): it must truncate first. */
function isDiverging(partition: Partition, position: { fetchOffset: number; lastFetchedEpoch: number }): boolean {
  if (position.lastFetchedEpoch < 0) return false;
  const known = partition.log.epochs.endOffsetFor(position.lastFetchedEpoch, partition.log.logEndOffset);
  return known === undefined || known.epoch < position.lastFetchedEpoch || known.endOffset < position.fetchOffset;
}
