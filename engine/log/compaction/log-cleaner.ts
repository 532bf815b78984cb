/**
 * Compacts a broker's logs one at a time, the one with the largest share of new data first, and looks again after a pause when there
 * is nothing to do (Kafka's LogCleaner, with one thread). A log that cannot be compacted is left alone until the next start.
 */
import type { Environment, Timer } from '../../environment.ts';
import type { CompactionPlan, CompactionResult, PartitionLog } from '../partition-log.ts';

export interface CleanerSettings {
  /** log.cleaner.enable */
  readonly isEnabled: boolean;
  /** log.cleaner.backoff.ms */
  readonly backoffMs: number;
  /** log.cleaner.dedupe.buffer.size */
  readonly dedupeBufferBytes: number;
}

export interface CleanableLog {
  readonly log: PartitionLog;
  readonly highWatermark: number;
}

export class LogCleaner {
  readonly #environment: Environment;
  readonly #settings: CleanerSettings;
  readonly #logs: () => Iterable<CleanableLog>;
  readonly #onCompacted: () => void;
  readonly #onStorageError: (error: unknown) => void;
  readonly #uncleanable = new WeakSet<PartitionLog>();
  #timer: Timer | undefined;
  #isClosed = false;

  /** @param onCompacted the log's clean offset has moved */
  constructor(environment: Environment, options: { settings: CleanerSettings; logs: () => Iterable<CleanableLog>; onCompacted: () => void; onStorageError: (error: unknown) => void }) {
    this.#environment = environment;
    this.#settings = options.settings;
    this.#logs = options.logs;
    this.#onCompacted = options.onCompacted;
    this.#onStorageError = options.onStorageError;
    if (options.settings.isEnabled) this.#pause();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #pause(): void {
    this.#timer = this.#environment.clock.setTimer(this.#settings.backoffMs, () => void this.#work());
  }

  async #work(): Promise<void> {
    for (let next = this.#choose(); next !== undefined && !this.#isClosed; next = this.#choose()) {
      if ((await this.#compact(next.log, next.plan)) === 'abandoned') break;
    }
    if (!this.#isClosed) this.#pause();
  }

  #choose(): { log: PartitionLog; plan: CompactionPlan } | undefined {
    const nowMs = this.#environment.clock.nowMs();
    let best: { log: PartitionLog; plan: CompactionPlan } | undefined;
    for (const { log, highWatermark } of this.#logs()) {
      if (!log.config.cleanupPolicy.includes('compact') || this.#uncleanable.has(log)) continue;
      const plan = log.planCompaction(nowMs, highWatermark);
      if (plan?.isDue === true && plan.dirtyRatio > (best?.plan.dirtyRatio ?? -1)) best = { log, plan };
    }
    return best;
  }

  /** Abandoned: something else changed the log meanwhile. It is looked at again after the pause. */
  async #compact(log: PartitionLog, plan: CompactionPlan): Promise<'compacted' | 'abandoned' | 'failed'> {
    const name = `${log.topic}-${log.partition}`;
    try {
      const result = await log.compact(plan, { dedupeBufferBytes: this.#settings.dedupeBufferBytes });
      if (result.kind === 'compacted') this.#environment.log(describe(name, result));
      this.#onCompacted();
      return result.kind;
    } catch (error) {
      this.#uncleanable.add(log);
      this.#environment.log(`${name}: cannot be compacted and is left as it is until the next start: ${error instanceof Error ? error.message : String(error)}`);
      this.#onStorageError(error);
      return 'failed';
    }
  }
}

function describe(name: string, result: CompactionResult): string {
  const dropped = result.recordsWithoutKey > 0 ? `, ${result.recordsWithoutKey} records without a key dropped` : '';
  const size = `${result.bytesBefore} bytes in ${result.segmentsBefore} segments became ${result.bytesAfter} in ${result.segmentsAfter}`;
  return `${name}: compacted below offset ${result.endOffset}: ${size}, ${result.recordsKept} of ${result.recordsRead} records kept${dropped}`;
}
