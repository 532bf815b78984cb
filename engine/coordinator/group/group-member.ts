/**
 * One member of a classic group: what it offered when it joined, its assignment, its parked JoinGroup or SyncGroup,
 * and its session. A session is a deadline; the clock's timer is re-armed only when it fires too early, so that a
 * heartbeat costs one assignment.
 */
import type { Clock, Timer } from '../../environment.ts';
import type { JoinGroupAnswer, Reply, SyncGroupAnswer } from './group-messages.ts';

export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export interface MemberOptions {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly protocols: readonly MemberProtocol[];
  readonly session: SessionTimer;
  readonly assignment?: Buffer;
}

export class GroupMember {
  /** Changes only when a static member restarts. */
  memberId: string;
  readonly groupInstanceId: string | null;
  clientId: string;
  clientHost: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  protocols: readonly MemberProtocol[];
  assignment: Buffer;
  readonly session: SessionTimer;
  /** Not yet in a completed generation: its session may end while its JoinGroup is parked. */
  isNew = false;
  private parkedJoin: Reply<JoinGroupAnswer> | undefined;
  private parkedSync: Reply<SyncGroupAnswer> | undefined;

  constructor(options: MemberOptions) {
    this.memberId = options.memberId;
    this.groupInstanceId = options.groupInstanceId;
    this.clientId = options.clientId;
    this.clientHost = options.clientHost;
    this.rebalanceTimeoutMs = options.rebalanceTimeoutMs;
    this.sessionTimeoutMs = options.sessionTimeoutMs;
    this.protocols = options.protocols;
    this.assignment = options.assignment ?? Buffer.alloc(0);
    this.session = options.session;
  }

  get isAwaitingJoin(): boolean {
    return this.parkedJoin !== undefined;
  }

  get isAwaitingSync(): boolean {
    return this.parkedSync !== undefined;
  }

  parkJoin(reply: Reply<JoinGroupAnswer>): void {
    this.parkedJoin = reply;
  }

  parkSync(reply: Reply<SyncGroupAnswer>): void {
    this.parkedSync = reply;
  }

  /** Answers the parked JoinGroup, if there is one. */
  answerJoin(answer: JoinGroupAnswer): boolean {
    const reply = this.parkedJoin;
    this.parkedJoin = undefined;
    reply?.(answer);
    return reply !== undefined;
  }

  /** Answers the parked SyncGroup, if there is one. */
  answerSync(answer: SyncGroupAnswer): boolean {
    const reply = this.parkedSync;
    this.parkedSync = undefined;
    reply?.(answer);
    return reply !== undefined;
  }

  metadataFor(protocolName: string | null): Buffer {
    return this.protocols.find((protocol) => protocol.name === protocolName)?.metadata ?? Buffer.alloc(0);
  }

  /** Same protocols, same order, same metadata. */
  offersSame(protocols: readonly MemberProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every((protocol, index) => {
        const own = this.protocols[index];
        return own !== undefined && own.name === protocol.name && own.metadata.equals(protocol.metadata);
      })
    );
  }

  /** A member whose request is parked is alive by that; a new one is bounded by the join timeout. */
  get keepsSessionByWaiting(): boolean {
    return !this.isNew && (this.isAwaitingJoin || this.isAwaitingSync);
  }
}

export class SessionTimer {
  private readonly clock: Clock;
  private readonly onExpired: () => void;
  private deadlineMs = 0;
  private dueMs = 0;
  private timer: Timer | undefined;

  constructor(clock: Clock, onExpired: () => void) {
    this.clock = clock;
    this.onExpired = onExpired;
  }

  /** The session now ends `timeoutMs` from here, unless extended again. */
  extend(timeoutMs: number): void {
    this.deadlineMs = this.clock.monotonicMs() + timeoutMs;
    if (this.timer === undefined || this.dueMs > this.deadlineMs) this.arm(timeoutMs);
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  private arm(delayMs: number): void {
    this.timer?.cancel();
    this.dueMs = this.clock.monotonicMs() + delayMs;
    this.timer = this.clock.setTimer(Math.ceil(delayMs), () => this.fire());
  }

  private fire(): void {
    this.timer = undefined;
    const remainingMs = this.deadlineMs - this.clock.monotonicMs();
    if (remainingMs > 0) this.arm(remainingMs);
    else this.onExpired();
  }
}
