/**
 * All members of one consumer group in one thread: counts what arrives, takes end to end latency from each record's due time on the
 * host's one clock, and follows lag. A group with a service time is slow on purpose: after each fetch it sleeps what its records cost.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Admin } from '../../engine/client/admin.ts';
import { ClusterClient } from '../../engine/client/cluster-client.ts';
import type { Environment } from '../../engine/environment.ts';
import type { GroupCommand } from '../fault/group-command.ts';
import { EventReader } from './event-reader.ts';
import { GroupMembers } from './group-members.ts';
import { hostTimeFrom, type HostTime } from '../load/host-time.ts';
import { IntervalLatencies } from '../latency/interval-latencies.ts';
import type { ConsumeResult, ConsumerWorkerInput, LoadWindow, Post } from '../load/load-messages.ts';
import { PerSecond } from '../latency/per-second.ts';
import { RebalanceWatch } from './rebalance-watch.ts';
import { ServiceTime } from './service-time.ts';
import { ThreadMeter } from '../load/thread-meter.ts';

const PROGRESS_MS = 250;
const LAG_LIMIT_MS = 2000;

export class ConsumerRun {
  readonly #input: ConsumerWorkerInput;
  readonly #post: Post;
  readonly #client: ClusterClient;
  readonly #admin: Admin;
  readonly #watch = new RebalanceWatch();
  readonly #members: GroupMembers;
  readonly #reader: EventReader;
  readonly #service: ServiceTime;
  readonly #meter = new ThreadMeter();
  readonly #endToEnd: IntervalLatencies;
  /** By partition: offset behind what was read. */
  readonly #positions = new Map<number, number>();
  /** By partition: where the group began. */
  #startOffsets: readonly number[] = [];
  #lagRecords = 0;
  #lagAnswer: Promise<void> | undefined;
  #time: HostTime | undefined;
  #origin = { startMonotonicUs: 0, startEpochUs: 0 };
  #window = { measureStartUs: 0, endUs: 0 };
  #nowUs = 0;
  #progressTimer: NodeJS.Timeout | undefined;

  #consumedRecords = 0;
  #consumedBytes = 0;
  readonly #measured = { records: 0, bytes: 0 };
  readonly #consumedRecordsBySecond = new PerSecond();
  readonly #lagRecordsBySecond = new PerSecond();
  #rereadRecords = 0;

  constructor(environment: Environment, input: ConsumerWorkerInput, post: Post) {
    this.#input = input;
    this.#post = post;
    this.#reader = new EventReader(input.isStamped);
    this.#service = new ServiceTime(input.serviceTimeUs);
    this.#endToEnd = new IntervalLatencies((interval) => post({ kind: 'interval', metric: 'endToEnd', interval }, [interval.counts.buffer]));
    this.#client = new ClusterClient(environment, { bootstrap: [...input.bootstrap], security: input.security, clientId: `headroom-${input.group}` });
    this.#admin = new Admin(this.#client);
    this.#members = new GroupMembers({
      client: this.#client,
      topic: input.topic,
      properties: { 'group.id': input.group, ...input.consumerProperties },
      watch: this.#watch,
      nowUs: () => this.#time?.sinceStartUs() ?? -1,
      onBatches: (partition, records) => this.#onBatches(partition, records),
    });
  }

  /** Resolves when every partition has a member, if the group is to have any at first. */
  async open(): Promise<void> {
    const { topic, consumerProperties, memberCount } = this.#input;
    await this.#client.awaitTopic(topic);
    await this.#members.open(memberCount);
    const spec = consumerProperties['auto.offset.reset'] === 'latest' ? 'latest' : 'earliest';
    this.#startOffsets = await this.#admin.listOffsets(topic, this.#partitions(), spec);
  }

  start({ origin, measureStartUs, endUs }: LoadWindow): void {
    this.#time = hostTimeFrom(origin);
    this.#origin = origin;
    this.#window = { measureStartUs, endUs };
    this.#watch.reset();
    this.#meter.schedule(this.#time, { startUs: measureStartUs, endUs });
    this.#progressTimer = setInterval(() => this.#reportProgress(), PROGRESS_MS);
  }

  obey(command: GroupCommand): void {
    this.#members.obey(command);
  }

  /** Commits, leaves the group and hands the result over. */
  async stop(): Promise<void> {
    clearInterval(this.#progressTimer);
    const use = this.#meter.finish();
    const finalLag = (this.#lagAnswer ?? Promise.resolve()).then(() => this.#lookForLag());
    await Promise.race([finalLag, delay(LAG_LIMIT_MS, undefined, { ref: false })]);
    const rebalances = this.#watch.finish(this.#time?.sinceStartUs() ?? 0);
    await this.#members.close();
    this.#endToEnd.flushBefore(Number.POSITIVE_INFINITY);
    const result: ConsumeResult = {
      group: this.#input.group,
      consumedRecords: this.#consumedRecords,
      consumedBytes: this.#consumedBytes,
      consumedRecordsBySecond: this.#consumedRecordsBySecond.toArray(),
      lagRecordsBySecond: this.#lagRecordsBySecond.toHeldArray(),
      rebalances,
      members: this.#members.results(),
      rereadRecords: this.#rereadRecords,
      measured: { ...this.#measured, ...use },
      warnings: this.#members.warnings,
    };
    this.#post({ kind: 'consumeDone', result });
    await this.#client.close();
  }

  #onBatches(partition: number, records: Buffer): number {
    this.#nowUs = this.#time?.sinceStartUs() ?? -1;
    const read = this.#reader.read(records, this.#positions.get(partition) ?? 0, this.#onDue);
    // Who takes over from a member that is gone begins at its last commit: the group has read further.
    if (read.nextOffset >= 0) this.#positions.set(partition, Math.max(read.nextOffset, this.#positions.get(partition) ?? 0));
    const { records: count, bytes, rereadRecords } = read;
    this.#rereadRecords += rereadRecords;
    this.#count(count, bytes);
    this.#service.spend(count);
    return count;
  }

  readonly #onDue = (dueEpochUs: number): void => {
    const dueUs = dueEpochUs - this.#origin.startEpochUs;
    if (dueUs >= 0) this.#endToEnd.record(dueUs, this.#nowUs - dueUs);
  };

  #count(records: number, bytes: number): void {
    this.#consumedRecords += records;
    this.#consumedBytes += bytes;
    if (this.#nowUs < 0) return;
    this.#consumedRecordsBySecond.add(this.#nowUs, records);
    if (this.#nowUs < this.#window.measureStartUs || this.#nowUs >= this.#window.endUs) return;
    this.#measured.records += records;
    this.#measured.bytes += bytes;
  }

  #reportProgress(): void {
    const nowUs = this.#time?.sinceStartUs() ?? 0;
    this.#lagAnswer ??= this.#lookForLag();
    this.#endToEnd.flushBefore(Math.floor(nowUs / 1e6) - 3);
    this.#post({ kind: 'consumeProgress', consumedRecords: this.#consumedRecords, lagRecords: this.#lagRecords });
  }

  /** The partitions' ends as the brokers tell them now, less what was read: what a fetch tells of the end is old once its records are read. */
  async #lookForLag(): Promise<void> {
    try {
      const ends = await this.#admin.listOffsets(this.#input.topic, this.#partitions(), 'latest');
      this.#lagRecords = ends.reduce((lag, end, partition) => lag + Math.max(0, end - (this.#positions.get(partition) ?? this.#startOffsets[partition] ?? 0)), 0);
    } catch {
      // A partition without a leader has no known end: the last lag stands.
    } finally {
      this.#lagRecordsBySecond.set(this.#time?.sinceStartUs() ?? 0, this.#lagRecords);
      this.#lagAnswer = undefined;
    }
  }

  #partitions(): number[] {
    return Array.from({ length: this.#client.topic(this.#input.topic)?.partitions.length ?? 0 }, (_, partition) => partition);
  }
}
