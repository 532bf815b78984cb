/**
 * Pulls `__cluster_metadata` from the controller and applies it: first everything there is, then as it comes.
 * The broker acts on nothing else; what was applied is told in whole answers, and first when this broker's own
 * registration is among it: before, the log speaks of the past, and a leader of the past must not come back to life.
 */
import type { Clock, Environment } from '../environment.ts';
import { METADATA_TOPIC_ID, forEachMetadataRecord } from '../controller/metadata-log.ts';
import { emptyDelta, type MetadataDelta, type MetadataImage } from '../controller/metadata-image.ts';
import { Fetch } from '../protocol/apis.ts';
import { errorCodes, errorName } from '../protocol/errors.ts';
import type { ControllerChannel } from './controller-channel.ts';

const MAX_WAIT_MS = 500;
const RETRY_MS = 50;
const MAX_BYTES = 8 * 1024 * 1024;

export class MetadataFollower {
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  readonly #channel: ControllerChannel;
  readonly #image: MetadataImage;
  readonly #brokerId: number;
  readonly #onApplied: (delta: MetadataDelta) => void;
  #waiters: { offset: number; resolve: () => void }[] = [];
  #publishFrom = 0;
  /** What was applied and not told yet. */
  #delta = emptyDelta();
  #isClosed = false;

  constructor(options: {
    environment: Environment;
    channel: ControllerChannel;
    image: MetadataImage;
    brokerId: number;
    onApplied: (delta: MetadataDelta) => void;
  }) {
    this.#clock = options.environment.clock;
    this.#log = options.environment.log;
    this.#channel = options.channel;
    this.#image = options.image;
    this.#brokerId = options.brokerId;
    this.#onApplied = options.onApplied;
  }

  /** `publishFrom`: offset behind this broker's registration. */
  async run(options: { publishFrom: number }): Promise<void> {
    this.#publishFrom = options.publishFrom;
    let isReported = false;
    while (!this.#isClosed) {
      try {
        await this.#pull();
        isReported = false;
      } catch (error) {
        if (this.#isClosed) return;
        if (!isReported) this.#log(`metadata: the controller gives none (${String(error)}); tries again`);
        isReported = true;
        await new Promise<void>((resolve) => this.#clock.setTimer(RETRY_MS, resolve));
      }
    }
  }

  /** Resolves when everything below `offset` is applied here. */
  whenApplied(offset: number): Promise<void> {
    if (this.#image.nextOffset >= offset) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ offset, resolve }));
  }

  close(): void {
    this.#isClosed = true;
  }

  async #pull(): Promise<void> {
    const partition = { partition: 0, fetchOffset: this.#image.nextOffset, partitionMaxBytes: MAX_BYTES };
    const response = await this.#channel.request(Fetch, {
      replicaState: { replicaId: this.#brokerId, replicaEpoch: -1 },
      maxWaitMs: MAX_WAIT_MS,
      minBytes: 1,
      maxBytes: MAX_BYTES,
      topics: [{ topicId: METADATA_TOPIC_ID, partitions: [partition] }],
    });
    const data = response.responses[0]?.partitions[0];
    if (this.#isClosed || data === undefined) return;
    if (data.errorCode !== errorCodes.NONE) throw new Error(`metadata from offset ${partition.fetchOffset}: ${errorName(data.errorCode)}`);
    if (data.records === null || data.records.length === 0) return;
    const next = this.#image.nextOffset;
    forEachMetadataRecord(data.records, (record, offset) => {
      if (offset >= next) this.#image.apply(record, offset, this.#delta);
    });
    if (this.#image.nextOffset < this.#publishFrom) return;
    const delta = this.#delta;
    this.#delta = emptyDelta();
    this.#onApplied(delta);
    const ready = this.#waiters.filter((waiter) => waiter.offset <= this.#image.nextOffset);
    this.#waiters = this.#waiters.filter((waiter) => waiter.offset > this.#image.nextOffset);
    for (const waiter of ready) waiter.resolve();
  }
}
