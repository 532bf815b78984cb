/**
 * The fault of a run, done to the broker processes under load, with its times: kill -9 of a leading broker and its restart, or a pause (SIGSTOP,
 * SIGCONT) of one or all of them, as a long garbage collection, a stuck disk or a live migration is.
 */
import type { FaultOptions } from '../bench-options.ts';
import type { TargetBroker } from './target.ts';

export type FaultOutcome =
  | {
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
  | {
      readonly kind: 'pauseBroker';
      readonly paused: readonly { readonly brokerId: number; readonly ledPartitions: readonly number[] }[];
      readonly pausedAtUs: number;
      readonly resumedAtUs: number | undefined;
    };

export interface BrokerFaultOptions {
  readonly fault: FaultOptions;
  readonly brokers: readonly TargetBroker[];
  /** Broker id of each partition's leader, now. */
  leaders(): Promise<readonly number[]>;
  nowUs(): number;
  readonly measureStartUs: number;
  onEvent(sentence: string): void;
}

export class BrokerFault {
  readonly #options: BrokerFaultOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  #outcome: FaultOutcome | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: BrokerFaultOptions) {
    this.#options = options;
  }

  schedule(): void {
    const { fault, measureStartUs, nowUs } = this.#options;
    const inMs = (measureStartUs - nowUs()) / 1000 + fault.atSeconds * 1000;
    this.#after(inMs, () => (fault.kind === 'killBroker' ? this.#kill(fault.restartAfterSeconds) : this.#pause(fault)));
  }

  /** Cancels what has not begun, brings back a broker that is still away, and waits for it. Rejects when a step failed. */
  async finish(): Promise<FaultOutcome | undefined> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#work;
    if (this.#outcome?.kind === 'killBroker' && this.#outcome.restartedAtUs === undefined) await this.#restart();
    if (this.#outcome?.kind === 'pauseBroker' && this.#outcome.resumedAtUs === undefined) this.#resume();
    return this.#outcome;
  }

  #after(delayMs: number, step: () => Promise<void> | void): void {
    this.#timers.push(
      setTimeout(() => {
        this.#work = this.#work.then(step);
        this.#work.catch(() => {});
      }, Math.max(0, delayMs)),
    );
  }

  async #kill(restartAfterSeconds: number): Promise<void> {
    const { brokers, nowUs, onEvent } = this.#options;
    const leaders = await this.#options.leaders();
    const victim = pickVictim(brokers, leaders);
    if (victim === undefined) throw new Error('no broker leads a partition without being the controller: nothing was killed');
    const ledPartitions = ledBy(victim, leaders);
    victim.kill('SIGKILL');
    this.#outcome = { kind: 'killBroker', brokerId: victim.id, ledPartitions, killedAtUs: nowUs(), restartedAtUs: undefined, restartTookUs: undefined };
    onEvent(`killed broker ${victim.id} (kill -9), leader of ${ledPartitions.length} partitions`);
    this.#after(restartAfterSeconds * 1000, () => this.#restart());
  }

  async #restart(): Promise<void> {
    const { brokers, nowUs, onEvent } = this.#options;
    const outcome = this.#outcome;
    if (outcome?.kind !== 'killBroker' || outcome.restartedAtUs !== undefined) return;
    const restartedAtUs = nowUs();
    await brokers.find(({ id }) => id === outcome.brokerId)?.restart();
    const restartTookUs = nowUs() - restartedAtUs;
    this.#outcome = { ...outcome, restartedAtUs, restartTookUs };
    onEvent(`broker ${outcome.brokerId} is back after ${Math.round(restartTookUs / 1000)} ms`);
  }

  async #pause({ forSeconds, which }: Extract<FaultOptions, { kind: 'pauseBroker' }>): Promise<void> {
    const { brokers, nowUs, onEvent } = this.#options;
    const leaders = await this.#options.leaders();
    const one = pickVictim(brokers, leaders);
    const victims = which === 'all' ? brokers : one === undefined ? [] : [one];
    if (victims.length === 0) throw new Error('no broker leads a partition without being the controller: nothing was paused');
    for (const victim of victims) victim.kill('SIGSTOP');
    this.#outcome = { kind: 'pauseBroker', paused: victims.map((victim) => ({ brokerId: victim.id, ledPartitions: ledBy(victim, leaders) })), pausedAtUs: nowUs(), resumedAtUs: undefined };
    this.#after(forSeconds * 1000, () => this.#resume());
    onEvent(`paused ${victims.map(({ id }) => `broker ${id}`).join(', ')} for ${Math.round(forSeconds * 1000)} ms`);
  }

  #resume(): void {
    const outcome = this.#outcome;
    if (outcome?.kind !== 'pauseBroker' || outcome.resumedAtUs !== undefined) return;
    const ids = outcome.paused.map(({ brokerId }) => brokerId);
    for (const broker of this.#options.brokers) if (ids.includes(broker.id)) broker.kill('SIGCONT');
    this.#outcome = { ...outcome, resumedAtUs: this.#options.nowUs() };
  }
}

/** Of the brokers that lead something and are not the controller, the one that leads most. */
export function pickVictim(brokers: readonly TargetBroker[], leaders: readonly number[]): TargetBroker | undefined {
  return brokers
    .filter((broker) => !broker.isController && ledBy(broker, leaders).length > 0)
    .sort((a, b) => ledBy(b, leaders).length - ledBy(a, leaders).length)[0];
}

function ledBy({ id }: TargetBroker, leaders: readonly number[]): number[] {
  return leaders.flatMap((leader, partition) => (leader === id ? [partition] : []));
}
