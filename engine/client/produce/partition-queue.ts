/**
 * One partition's batches in order: the open one, those that wait, those in flight. Numbers them when they are first sent
 * and decides what may be sent: while a retry is pending only that, alone, so that order survives.
 */
import { assert } from '../../assert.ts';
import type { PartitionLoad } from '../partitioner.ts';
import type { ProducerBatch, ProducerIdentity } from './producer-batch.ts';

/** Kafka's brokers remember so many batches of a producer. */
const IN_FLIGHT_MAX = 5;

export class PartitionQueue implements PartitionLoad {
  readonly topic: string;
  readonly index: number;
  /** Takes records; full ones move to `waiting`. */
  open: ProducerBatch | undefined;
  /** In sequence order, retries first. */
  readonly waiting: ProducerBatch[] = [];
  readonly inFlight: ProducerBatch[] = [];
  leaderId = -1;
  /** Nothing is sent before this (monotonic): back-off after an error. */
  retryAtMs = 0;
  nextSequence = 0;
  /** Batches that were sent before and are neither acknowledged nor given up. */
  #retrying = 0;

  constructor(topic: string, index: number) {
    this.topic = topic;
    this.index = index;
  }

  get queuedBatches(): number {
    return this.waiting.length + (this.open === undefined ? 0 : 1);
  }

  get isAvailable(): boolean {
    return this.leaderId >= 0;
  }

  get isEmpty(): boolean {
    return this.open === undefined && this.waiting.length === 0 && this.inFlight.length === 0;
  }

  sealOpen(): void {
    if (this.open === undefined) return;
    this.waiting.push(this.open);
    this.open = undefined;
  }

  /** The batch to send next, when one may be sent; `isRipe` says whether the open one must not wait any longer. */
  sendable(nowMs: number, isRipe: (open: ProducerBatch) => boolean, isOrdered: boolean): ProducerBatch | undefined {
    if (nowMs < this.retryAtMs) return undefined;
    if (this.#retrying > 0) {
      const first = this.waiting[0];
      return this.inFlight.length === 0 && first !== undefined && first.attempts > 0 ? first : undefined;
    }
    if (isOrdered && this.inFlight.length >= IN_FLIGHT_MAX) return undefined;
    const first = this.waiting[0];
    if (first !== undefined) return first;
    return this.open !== undefined && isRipe(this.open) ? this.open : undefined;
  }

  /** Closes a batch before its first sending. */
  number(batch: ProducerBatch, identity: ProducerIdentity): void {
    if (batch === this.open) this.sealOpen();
    assert(this.waiting[0] === batch, 'batches are sent in order');
    if (batch.isClosed) return;
    batch.close(identity, identity.producerId < 0 ? -1 : this.#takeSequence(batch.recordCount));
  }

  markSent(batch: ProducerBatch, nowMs: number): void {
    assert(this.waiting[0] === batch && batch.isClosed, 'a numbered batch is sent from the head');
    this.waiting.shift();
    this.inFlight.push(batch);
    if (batch.attempts++ === 0) batch.sentMs = nowMs;
  }

  /** True when an older batch is still unresolved: an answer out of order is that one's fault. */
  hasOlder(batch: ProducerBatch): boolean {
    const waiting = this.waiting[0];
    return this.inFlight[0] !== batch || (waiting !== undefined && waiting.order < batch.order);
  }

  /** Back to its place among the waiting ones. */
  requeue(batch: ProducerBatch, retryAtMs: number): void {
    this.#leaveFlight(batch);
    if (!batch.isRetry) this.#retrying++;
    batch.isRetry = true;
    let at = 0;
    while (at < this.waiting.length && (this.waiting[at] as ProducerBatch).order < batch.order) at++;
    this.waiting.splice(at, 0, batch);
    this.retryAtMs = Math.max(this.retryAtMs, retryAtMs);
  }

  /** Acknowledged or given up. */
  remove(batch: ProducerBatch): void {
    if (batch.isRetry) this.#retrying--;
    batch.isRetry = false;
    if (batch === this.open) {
      this.open = undefined;
      return;
    }
    const at = this.waiting.indexOf(batch);
    if (at >= 0) this.waiting.splice(at, 1);
    else this.#leaveFlight(batch);
  }

  /** A new identity: what was numbered and waits starts again from 0. */
  renumber(identity: ProducerIdentity): void {
    assert(this.inFlight.length === 0, 'nothing is in flight while the producer changes its identity');
    this.nextSequence = 0;
    for (const batch of this.waiting) {
      if (batch.isClosed) batch.renumber(identity, this.#takeSequence(batch.recordCount));
    }
  }

  #leaveFlight(batch: ProducerBatch): void {
    const at = this.inFlight.indexOf(batch);
    assert(at >= 0, 'a batch that was answered is in flight');
    this.inFlight.splice(at, 1);
  }

  /** Sequences wrap to 0 behind 2^31 - 1. */
  #takeSequence(count: number): number {
    const sequence = this.nextSequence;
    this.nextSequence = (sequence + count) % 2_147_483_648;
    return sequence;
  }
}
