/**
 * The active controller: the only writer of `__cluster_metadata`. Registers brokers, fences the silent ones, elects
 * leaders from ISRs, commits ISR changes, creates and deletes topics. Serves its own listener; brokers pull its log.
 * Every decision is one batch in that log, written before anybody hears of it: in the page cache, so that killed processes
 * lose none of it and a power cut may lose the newest.
 * Left out for now: more than one controller, reassignment, unclean elections.
 */
import { StorageError, type Endpoint, type Environment, type Timer } from '../environment.ts';
import { AllocateProducerIds, AlterPartition, BrokerHeartbeat, BrokerRegistration, CreatePartitions, CreateTopics, DeleteTopics, Fetch, IncrementalAlterConfigs } from '../protocol/apis.ts';
import type { RequestOf, ResponseInput } from '../protocol/api.ts';
import { errorCodes } from '../protocol/errors.ts';
import type { MetadataRecordInput } from '../protocol/metadata-records.ts';
import type { ServedRequests } from '../server/request-counter.ts';
import { RequestServer, route, type Respond } from '../server/request-server.ts';
import { TimerWheel, type WheelEntry } from '../server/timer-wheel.ts';
import { changeOf, recordsForLostBroker, recordsForPreferredLeaders, recordsForReturnedBroker } from './elections.ts';
import { emptyDelta, MetadataImage } from './metadata-image.ts';
import { MetadataLog, METADATA_TOPIC_ID } from './metadata-log.ts';
import { addPartitions, alterConfigs, createTopic, deleteTopic, type TopicDefaults } from './topic-commands.ts';

export interface ControllerSettings extends TopicDefaults {
  /** broker.session.timeout.ms */
  readonly brokerSessionTimeoutMs: number;
  /** leader.imbalance.check.interval.seconds, in ms; 0: never (auto.leader.rebalance.enable=false) */
  readonly preferredLeaderCheckMs: number;
  /** Topic properties that the configuration sets for all topics. */
  readonly topicDefaults: Map<string, string>;
}

interface ParkedFetch {
  readonly offset: number;
  readonly entry: WheelEntry;
  readonly answer: () => void;
}

const PRODUCER_ID_BLOCK = 1000;
const SESSION_CHECK_MS = 100;

export class Controller {
  readonly image: MetadataImage;
  readonly #environment: Environment;
  readonly #settings: ControllerSettings;
  readonly #log: MetadataLog;
  readonly #server: RequestServer;
  readonly #wheel: TimerWheel;
  /** For brokers known from the log: when this controller started, until they speak. */
  readonly #lastHeardMs = new Map<number, number>();
  /** Brokers that spoke to this controller. One that is only known from the log may have ended with it: a new incarnation may take its place. */
  readonly #isHeard = new Set<number>();
  readonly #parked = new Set<ParkedFetch>();
  #timers: Timer[] = [];
  #lastSessionCheckMs = 0;
  #isClosed = false;

  constructor(options: { environment: Environment; directory: string; settings: ControllerSettings }) {
    this.#environment = options.environment;
    this.#settings = options.settings;
    this.image = new MetadataImage(options.settings.topicDefaults);
    this.#wheel = new TimerWheel(options.environment.clock);
    this.#log = new MetadataLog(options.environment, options.directory);
    this.#server = new RequestServer({
      environment: options.environment,
      name: 'controller',
      routes: [
        route(Fetch, (body, _context, respond) => this.#fetch(body, respond)),
        route(BrokerRegistration, (body, _context, respond) => respond(this.#register(body))),
        route(BrokerHeartbeat, (body, _context, respond) => respond(this.#heartbeat(body))),
        route(AlterPartition, (body, _context, respond) => respond(this.#alterPartition(body))),
        route(AllocateProducerIds, (body, _context, respond) => respond(this.#allocateProducerIds(body))),
        route(CreateTopics, (body, _context, respond) => respond(this.#createTopics(body))),
        route(DeleteTopics, (body, _context, respond) => respond(this.#deleteTopics(body))),
        route(CreatePartitions, (body, _context, respond) => respond(this.#createPartitions(body))),
        route(IncrementalAlterConfigs, (body, _context, respond) => respond(this.#alterConfigs(body))),
      ],
    });
  }

  get served(): ServedRequests {
    return this.#server.counter.read();
  }

  /** Replays the log, then listens. Brokers known from before have one session timeout to come back. */
  async start(endpoint: Endpoint): Promise<Endpoint> {
    const delta = emptyDelta();
    await this.#log.replay((record, offset) => this.image.apply(record, offset, delta));
    const nowMs = this.#environment.clock.monotonicMs();
    for (const brokerId of this.image.brokers.keys()) this.#lastHeardMs.set(brokerId, nowMs);
    this.#lastSessionCheckMs = nowMs;
    this.#repeat(SESSION_CHECK_MS, () => this.#fenceSilentBrokers());
    if (this.#settings.preferredLeaderCheckMs > 0) {
      this.#repeat(this.#settings.preferredLeaderCheckMs, () => this.#commit(recordsForPreferredLeaders(this.image)));
    }
    return this.#server.listen(endpoint);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#wheel.close();
    await this.#server.close();
    this.#log.log.close({ clean: true });
  }

  #commit(records: readonly MetadataRecordInput[]): void {
    if (records.length === 0) return;
    const delta = emptyDelta();
    this.#log.append(records, (record, offset) => this.image.apply(record, offset, delta));
    for (const parked of [...this.#parked]) parked.answer();
  }

  #register(body: RequestOf<typeof BrokerRegistration>): ResponseInput<typeof BrokerRegistration> {
    if (body.brokerId < 0 || body.listeners.length === 0) return { errorCode: errorCodes.INVALID_REGISTRATION };
    const known = this.image.brokers.get(body.brokerId);
    const incarnationId = body.incarnationId.toString('hex');
    if (known !== undefined && known.incarnationId === incarnationId) return { brokerEpoch: known.brokerEpoch };
    const isAlive = known !== undefined && !known.isFenced && this.#isHeard.has(body.brokerId) && !this.#isSilent(body.brokerId);
    if (isAlive && this.#isElsewhere(known.endpoint, body)) {
      return { errorCode: errorCodes.DUPLICATE_BROKER_REGISTRATION };
    }
    // A new incarnation starts fenced and out of every ISR that has another member: what it had not flushed may be gone.
    const records: MetadataRecordInput[] = known === undefined ? [] : recordsForLostBroker(this.image, body.brokerId);
    const registration: MetadataRecordInput = {
      kind: 'registerBroker',
      brokerId: body.brokerId,
      incarnationId: body.incarnationId,
      brokerEpoch: this.#log.log.logEndOffset + records.length,
      endPoints: body.listeners.map((each) => ({ name: each.name, host: each.host, port: each.port, securityProtocol: each.securityProtocol })),
      features: [],
      rack: body.rack,
      fenced: true,
    };
    this.#commit([...records, registration]);
    this.#hear(body.brokerId);
    return { brokerEpoch: this.image.brokers.get(body.brokerId)?.brokerEpoch ?? -1 };
  }

  /** Two live processes that claim one id: the same broker restarted keeps its endpoint. */
  #isElsewhere(endpoint: Endpoint, body: RequestOf<typeof BrokerRegistration>): boolean {
    return !body.listeners.some((each) => each.host === endpoint.host && each.port === endpoint.port);
  }

  #heartbeat(body: RequestOf<typeof BrokerHeartbeat>): ResponseInput<typeof BrokerHeartbeat> {
    const broker = this.image.brokers.get(body.brokerId);
    if (broker === undefined) return { errorCode: errorCodes.BROKER_ID_NOT_REGISTERED };
    if (broker.brokerEpoch !== body.brokerEpoch) return { errorCode: errorCodes.STALE_BROKER_EPOCH };
    this.#hear(body.brokerId);
    const isCaughtUp = body.currentMetadataOffset >= broker.brokerEpoch;
    if (body.wantShutDown) {
      if (!broker.isFenced) this.#fence(body.brokerId);
      return { isCaughtUp, isFenced: true, shouldShutDown: true };
    }
    if (body.wantFence && !broker.isFenced) {
      this.#environment.log(`controller: fences broker ${body.brokerId}, as it asks for`);
      this.#fence(body.brokerId);
    }
    if (broker.isFenced && isCaughtUp && !body.wantFence) {
      this.#commit([{ kind: 'unfenceBroker', id: body.brokerId, epoch: broker.brokerEpoch }, ...recordsForReturnedBroker(this.image, body.brokerId)]);
    }
    return { isCaughtUp, isFenced: !this.image.isAlive(body.brokerId), shouldShutDown: false };
  }

  #hear(brokerId: number): void {
    this.#lastHeardMs.set(brokerId, this.#environment.clock.monotonicMs());
    this.#isHeard.add(brokerId);
  }

  #isSilent(brokerId: number): boolean {
    const lastMs = this.#lastHeardMs.get(brokerId) ?? Number.NEGATIVE_INFINITY;
    return this.#environment.clock.monotonicMs() - lastMs > this.#settings.brokerSessionTimeoutMs;
  }

  /** A check that comes late (this process was paused or busy) has not heard what waits in its sockets: nobody was silent meanwhile. */
  #fenceSilentBrokers(): void {
    const nowMs = this.#environment.clock.monotonicMs();
    const lateMs = nowMs - this.#lastSessionCheckMs - SESSION_CHECK_MS;
    this.#lastSessionCheckMs = nowMs;
    if (lateMs > SESSION_CHECK_MS) {
      for (const [brokerId, heardMs] of this.#lastHeardMs) this.#lastHeardMs.set(brokerId, Math.min(nowMs, heardMs + lateMs));
    }
    for (const broker of this.image.brokers.values()) {
      if (broker.isFenced || !this.#isSilent(broker.brokerId)) continue;
      this.#environment.log(`controller: fences broker ${broker.brokerId}, silent for ${this.#settings.brokerSessionTimeoutMs} ms`);
      this.#fence(broker.brokerId);
    }
  }

  #fence(brokerId: number): void {
    const epoch = this.image.brokers.get(brokerId)?.brokerEpoch ?? -1;
    this.#commit([{ kind: 'fenceBroker', id: brokerId, epoch }, ...recordsForLostBroker(this.image, brokerId)]);
  }

  #alterPartition(body: RequestOf<typeof AlterPartition>): ResponseInput<typeof AlterPartition> {
    if (this.image.brokers.get(body.brokerId)?.brokerEpoch !== body.brokerEpoch) return { errorCode: errorCodes.STALE_BROKER_EPOCH };
    const topics = body.topics.map((topic) => ({
      topicId: topic.topicId,
      partitions: topic.partitions.map((change) => this.#alterOne(body.brokerId, topic.topicId.toString('hex'), change)),
    }));
    return { topics };
  }

  #alterOne(brokerId: number, topicId: string, change: RequestOf<typeof AlterPartition>['topics'][number]['partitions'][number]) {
    const partitionIndex = change.partitionIndex;
    const state = this.image.partition(topicId, partitionIndex);
    if (state === undefined) return { partitionIndex, errorCode: errorCodes.UNKNOWN_TOPIC_ID };
    if (change.leaderEpoch > state.leaderEpoch || change.partitionEpoch > state.partitionEpoch) {
      return { partitionIndex, errorCode: errorCodes.NOT_CONTROLLER };
    }
    if (change.leaderEpoch < state.leaderEpoch) return { partitionIndex, errorCode: errorCodes.FENCED_LEADER_EPOCH };
    if (state.leader !== brokerId) return { partitionIndex, errorCode: errorCodes.INVALID_REQUEST };
    if (change.partitionEpoch < state.partitionEpoch) return { partitionIndex, errorCode: errorCodes.INVALID_UPDATE_VERSION };
    const isr = change.newIsrWithEpochs.length > 0 ? change.newIsrWithEpochs.map((each) => each.brokerId) : change.newIsr;
    if (!isr.includes(brokerId) || isr.some((id) => !state.replicas.includes(id)) || new Set(isr).size !== isr.length) {
      return { partitionIndex, errorCode: errorCodes.INVALID_REQUEST };
    }
    const isEligible = (each: { brokerId: number; brokerEpoch: number }): boolean =>
      this.image.isAlive(each.brokerId) && (each.brokerEpoch === -1 || this.image.brokers.get(each.brokerId)?.brokerEpoch === each.brokerEpoch);
    if (change.newIsrWithEpochs.some((each) => !isEligible(each)) || isr.some((id) => !this.image.isAlive(id))) {
      return { partitionIndex, errorCode: errorCodes.INELIGIBLE_REPLICA };
    }
    this.#commit([changeOf(state, { isr })]);
    const after = this.image.partition(topicId, partitionIndex) ?? state;
    return {
      partitionIndex,
      leaderId: after.leader,
      leaderEpoch: after.leaderEpoch,
      isr: after.isr,
      partitionEpoch: after.partitionEpoch,
    };
  }

  #allocateProducerIds(body: RequestOf<typeof AllocateProducerIds>): ResponseInput<typeof AllocateProducerIds> {
    if (this.image.brokers.get(body.brokerId)?.brokerEpoch !== body.brokerEpoch) return { errorCode: errorCodes.STALE_BROKER_EPOCH };
    const producerIdStart = this.image.nextProducerId;
    const nextProducerId = producerIdStart + PRODUCER_ID_BLOCK;
    this.#commit([{ kind: 'producerIds', brokerId: body.brokerId, brokerEpoch: body.brokerEpoch, nextProducerId }]);
    return { producerIdStart, producerIdLen: PRODUCER_ID_BLOCK };
  }

  #createTopics(body: RequestOf<typeof CreateTopics>): ResponseInput<typeof CreateTopics> {
    const names = new Set<string>();
    const topics = body.topics.map((topic) => {
      if (names.has(topic.name)) return { name: topic.name, errorCode: errorCodes.INVALID_REQUEST, errorMessage: 'The topic is named twice.' };
      names.add(topic.name);
      const result = createTopic(this.image, topic, { random: this.#environment.random, defaults: this.#settings });
      if (result.kind === 'refused') return { name: topic.name, errorCode: result.errorCode, errorMessage: result.message };
      if (!body.validateOnly) this.#commit(result.records);
      return {
        name: topic.name,
        topicId: body.validateOnly ? Buffer.alloc(16) : result.topicId,
        numPartitions: result.partitionCount,
        replicationFactor: result.replicationFactor,
        configs: [],
      };
    });
    return { topics };
  }

  #deleteTopics(body: RequestOf<typeof DeleteTopics>): ResponseInput<typeof DeleteTopics> {
    const targets = [
      ...body.topics.map((each) => ({ name: each.name, topicId: each.topicId })),
      ...body.topicNames.map((name) => ({ name: name as string | null, topicId: Buffer.alloc(16) })),
    ];
    const responses = targets.map((target) => {
      const result = deleteTopic(this.image, { name: target.name, topicId: target.topicId.toString('hex') });
      if (result.kind === 'refused') return { name: target.name, topicId: target.topicId, errorCode: result.errorCode, errorMessage: result.message };
      this.#commit(result.records);
      return { name: result.name, topicId: target.topicId };
    });
    return { responses };
  }

  #createPartitions(body: RequestOf<typeof CreatePartitions>): ResponseInput<typeof CreatePartitions> {
    const results = body.topics.map((topic) => {
      const result = addPartitions(this.image, topic, this.#environment.random);
      if (result.kind === 'refused') return { name: topic.name, errorCode: result.errorCode, errorMessage: result.message };
      if (!body.validateOnly) this.#commit(result.records);
      return { name: topic.name };
    });
    return { results };
  }

  #alterConfigs(body: RequestOf<typeof IncrementalAlterConfigs>): ResponseInput<typeof IncrementalAlterConfigs> {
    const responses = body.resources.map((resource) => {
      const { resourceType, resourceName } = resource;
      const result = alterConfigs(this.image, resource);
      if (result.kind === 'refused') return { resourceType, resourceName, errorCode: result.errorCode, errorMessage: result.message };
      if (!body.validateOnly) this.#commit(result.records);
      return { resourceType, resourceName, errorMessage: null };
    });
    return { responses };
  }

  /** Brokers pull committed records; they wait here for the next ones. */
  #fetch(body: RequestOf<typeof Fetch>, respond: Respond<ResponseInput<typeof Fetch>>): void {
    const topic = body.topics[0];
    const partition = topic?.partitions[0];
    if (partition === undefined) {
      respond({ errorCode: errorCodes.INVALID_REQUEST });
      return;
    }
    const { log } = this.#log;
    const answer = (): void => {
      const result = log.read(partition.fetchOffset, { maxBytes: partition.partitionMaxBytes, upTo: log.logEndOffset, minOneBatch: true });
      const send = (records: Buffer[]): void => {
        const data = { partitionIndex: 0, highWatermark: log.logEndOffset, lastStableOffset: log.logEndOffset, logStartOffset: log.logStartOffset, records };
        respond({ responses: [{ topicId: METADATA_TOPIC_ID, partitions: [data] }] });
      };
      const fail = (errorCode: number): void =>
        respond({ responses: [{ topicId: METADATA_TOPIC_ID, partitions: [{ partitionIndex: 0, errorCode, highWatermark: log.logEndOffset }] }] });
      if (result.kind === 'data') send(result.chunks);
      else if (result.kind === 'outOfRange') fail(errorCodes.OFFSET_OUT_OF_RANGE);
      else {
        result.read().then(
          (bytes) => send([bytes]),
          (error: unknown) => {
            this.#environment.log(`controller: the metadata log cannot be read: ${String(error)}`);
            fail(errorCodes.KAFKA_STORAGE_ERROR);
          },
        );
      }
    };
    if (partition.fetchOffset !== log.logEndOffset || body.maxWaitMs <= 0) {
      answer();
      return;
    }
    const leave = (): void => {
      this.#parked.delete(parked);
      this.#wheel.disarm(parked.entry);
      answer();
    };
    const parked: ParkedFetch = { offset: partition.fetchOffset, entry: this.#wheel.arm(body.maxWaitMs, leave), answer: leave };
    this.#parked.add(parked);
  }

  #repeat(intervalMs: number, task: () => void): void {
    const at = this.#timers.length;
    const arm = (): void => {
      this.#timers[at] = this.#environment.clock.setTimer(intervalMs, () => {
        if (this.#isClosed) return;
        try {
          task();
        } catch (error) {
          // The decision was not taken, and is due again next time.
          if (!(error instanceof StorageError)) throw error;
          this.#environment.log(`controller: the metadata log cannot be written: ${error.message}`);
        }
        arm();
      });
    };
    arm();
  }
}
