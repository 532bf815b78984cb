/**
 * The members of one group, which come and go while the run goes on: as many as asked for, one gone without a word, one stuck, one slow. A command
 * returns at once; what fails later is a warning.
 */
import type { ClusterClient } from '../../engine/client/cluster-client.ts';
import { parseConsumerConfig } from '../../engine/client/consumer-config.ts';
import { GroupConsumer } from '../../engine/client/group-consumer.ts';
import type { GroupCommand } from '../fault/group-command.ts';
import type { MemberResult } from '../load/load-messages.ts';
import type { RebalanceWatch } from './rebalance-watch.ts';

export interface GroupMembersOptions {
  readonly client: ClusterClient;
  readonly topic: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly watch: RebalanceWatch;
  nowUs(): number;
  /** Returns how many records were new. */
  onBatches(partition: number, records: Buffer): number;
}

const LEAVE_LIMIT_MS = 5000;

interface Member {
  readonly number: number;
  readonly consumer: GroupConsumer;
  records: number;
  isStuck: boolean;
  serviceTimeUs: number;
  owedUs: number;
}

export class GroupMembers {
  readonly warnings: string[] = [];
  readonly #options: GroupMembersOptions;
  /** Static members (group.instance.id) each have an id of their own. */
  readonly #instanceId: string | undefined;
  readonly #members: Member[] = [];
  readonly #all: Member[] = [];
  readonly #leaving: Promise<void>[] = [];

  constructor(options: GroupMembersOptions) {
    this.#options = options;
    this.#instanceId = options.properties['group.instance.id'];
  }

  /** Resolves when each has its first share. */
  async open(memberCount: number): Promise<void> {
    await Promise.all(Array.from({ length: memberCount }, () => this.#join().consumer.start([this.#options.topic])));
  }

  obey(command: GroupCommand): void {
    switch (command.kind) {
      case 'scale':
        return this.#scale(command.memberCount);
      case 'crash':
        return this.#crash();
      case 'stuck':
        return this.#setStuck(command.isStuck);
      case 'slow':
        return this.#setSlow(command.serviceTimeUs);
    }
  }

  results(): MemberResult[] {
    return this.#all.map(({ number, records }) => ({ member: number, records }));
  }

  /** All leave. */
  async close(): Promise<void> {
    this.#setStuck(false);
    for (const member of this.#members.splice(0)) this.#leave(member);
    await Promise.all(this.#leaving);
  }

  #join(): Member {
    const { client, watch, properties, nowUs } = this.#options;
    const number = this.#all.length;
    const config = parseConsumerConfig(this.#instanceId === undefined ? properties : { ...properties, 'group.instance.id': `${this.#instanceId}-${this.#freePlace()}` });
    const consumer = new GroupConsumer(client, config, {
      onBatches: (_topic, partition, records) => this.#take(member, partition, records),
      onRejoining: (reason) => watch.rejoining(number, reason, nowUs()),
      onAssigned: () => watch.assigned(number, nowUs()),
      onPollExpired: () => watch.gone(number, 'stuck', nowUs()),
      onFailed: (error) => {
        this.#drop(member);
        watch.gone(number, 'left', nowUs());
        this.#warn(`a member gave up: ${error.message}`);
      },
    });
    const member: Member = { number, consumer, records: 0, isStuck: false, serviceTimeUs: 0, owedUs: 0 };
    this.#members.push(member);
    this.#all.push(member);
    return member;
  }

  /** A static member that comes takes the place of one that went. */
  #freePlace(): number {
    return this.#members.length;
  }

  #scale(memberCount: number): void {
    while (this.#members.length > memberCount) this.#leave(this.#members.pop() as Member);
    while (this.#members.length < memberCount) this.#join().consumer.start([this.#options.topic]).catch((error: unknown) => this.#warn(`a member could not join: ${String(error)}`));
  }

  #crash(): void {
    const member = this.#members.pop();
    if (member === undefined) return;
    member.consumer.abandon();
    this.#options.watch.gone(member.number, 'crashed', this.#options.nowUs());
  }

  #setStuck(isStuck: boolean): void {
    const member = isStuck ? this.#members[0] : this.#members.find((each) => each.isStuck);
    if (member === undefined) return;
    member.isStuck = isStuck;
    if (isStuck) member.consumer.pausePolling();
    else member.consumer.resumePolling();
  }

  #setSlow(serviceTimeUs: number): void {
    const member = serviceTimeUs > 0 ? this.#members[0] : this.#members.find((each) => each.serviceTimeUs > 0);
    if (member !== undefined) member.serviceTimeUs = serviceTimeUs;
  }

  #take(member: Member, partition: number, bytes: Buffer): void {
    const records = this.#options.onBatches(partition, bytes);
    member.records += records;
    if (records > 0) this.#options.watch.took(partition, this.#options.nowUs());
    if (member.serviceTimeUs > 0) this.#spend(member, records);
  }

  /** The member takes no further records for as long as these cost it; the others, on the same thread, go on. */
  #spend(member: Member, records: number): void {
    member.owedUs += records * member.serviceTimeUs;
    if (member.owedUs < 1000) return;
    const startMs = performance.now();
    member.consumer.pausePolling();
    setTimeout(() => {
      member.owedUs -= (performance.now() - startMs) * 1000;
      if (!member.isStuck) member.consumer.resumePolling();
    }, member.owedUs / 1000);
  }

  #leave(member: Member): void {
    this.#options.watch.gone(member.number, 'left', this.#options.nowUs());
    const limit = new Promise<string>((resolve) => void setTimeout(() => resolve(`no answer for ${LEAVE_LIMIT_MS / 1000} s`), LEAVE_LIMIT_MS).unref());
    const leaving = Promise.race([member.consumer.close().then(() => undefined, String), limit]);
    this.#leaving.push(leaving.then((failure) => void (failure !== undefined && this.#warn(`leaving failed: ${failure}`))));
  }

  #drop(member: Member): void {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
  }

  #warn(what: string): void {
    this.warnings.push(`group ${this.#options.properties['group.id']}: ${what}`);
  }
}
