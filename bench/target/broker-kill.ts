/** The fault of a run: kill -9 of one broker under load and its restart, with the times of both. */
import type { FaultOptions } from '../bench-options.ts';
import type { TargetBroker } from './target.ts';

export interface FaultOutcome {
  readonly kind: 'killBroker';
  readonly brokerId: number;
  /** Partitions of the topic that it led. */
  readonly ledPartitions: readonly number[];
  /** Microseconds since the load's start. */
  readonly killedAtUs: number;
  readonly restartedAtUs: number | undefined;
  /** From the restart's beginning until the broker was ready again. */
  readonly restartTookUs: number | undefined;
}

export interface BrokerKillOptions {
  readonly fault: FaultOptions;
  readonly brokers: readonly TargetBroker[];
  /** Broker id of each partition's leader, now. */
  leaders(): Promise<readonly number[]>;
  nowUs(): number;
  readonly measureStartUs: number;
  onEvent(sentence: string): void;
}

export class BrokerKill {
  readonly #options: BrokerKillOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  #outcome: FaultOutcome | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: BrokerKillOptions) {
    this.#options = options;
  }

  schedule(): void {
    const { fault, measureStartUs, nowUs } = this.#options;
    const killInMs = (measureStartUs - nowUs()) / 1000 + fault.atSeconds * 1000;
    this.#after(killInMs, () => this.#kill());
  }

  /** Cancels what has not begun, restarts a broker that is still down, and waits for it. Rejects when a step failed. */
  async finish(): Promise<FaultOutcome | undefined> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#work;
    if (this.#outcome !== undefined && this.#outcome.restartedAtUs === undefined) await this.#restart();
    return this.#outcome;
  }

  #after(delayMs: number, step: () => Promise<void>): void {
    this.#timers.push(
      setTimeout(() => {
        this.#work = this.#work.then(step);
        this.#work.catch(() => {});
      }, Math.max(0, delayMs)),
    );
  }

  async #kill(): Promise<void> {
    const { brokers, fault, nowUs, onEvent } = this.#options;
    const leaders = await this.#options.leaders();
    const victim = pickVictim(brokers, leaders);
    if (victim === undefined) throw new Error('no broker leads a partition without being the controller: nothing was killed');
    const ledPartitions = leaders.flatMap((leader, partition) => (leader === victim.id ? [partition] : []));
    victim.kill('SIGKILL');
    this.#outcome = { kind: 'killBroker', brokerId: victim.id, ledPartitions, killedAtUs: nowUs(), restartedAtUs: undefined, restartTookUs: undefined };
    onEvent(`killed broker ${victim.id} (kill -9), leader of ${ledPartitions.length} partitions`);
    this.#after(fault.restartAfterSeconds * 1000, () => this.#restart());
  }

  async #restart(): Promise<void> {
    const { brokers, nowUs, onEvent } = this.#options;
    const outcome = this.#outcome;
    const victim = brokers.find(({ id }) => id === outcome?.brokerId);
    if (outcome === undefined || victim === undefined || outcome.restartedAtUs !== undefined) return;
    const restartedAtUs = nowUs();
    await victim.restart();
    const restartTookUs = nowUs() - restartedAtUs;
    this.#outcome = { ...outcome, restartedAtUs, restartTookUs };
    onEvent(`broker ${victim.id} is back after ${Math.round(restartTookUs / 1000)} ms`);
  }
}

/** Of the brokers that lead something and are not the controller, the one that leads most. */
export function pickVictim(brokers: readonly TargetBroker[], leaders: readonly number[]): TargetBroker | undefined {
  const ledBy = (broker: TargetBroker): number => leaders.filter((leader) => leader === broker.id).length;
  return brokers
    .filter((broker) => !broker.isController && ledBy(broker) > 0)
    .sort((a, b) => ledBy(b) - ledBy(a))[0];
}
