/**
 * The faults of a run, each begun at its time and healed at its time, done to real processes: signals, a restart, the disk and the links of broker
 * processes (fault-state.ts), the members of groups. What was begun is healed at the end, however the run ends; one that cannot be begun
 * (its broker is down already) is told and left out.
 */
import { isGroupFault, type BrokerChoice, type BrokerFaultConfiguration, type FaultConfiguration, type FaultEvent, type GroupFaultConfiguration, type LinkEnd } from '../../results/fault/fault-record.ts';
import type { TargetBroker } from '../target/target.ts';
import { chosenBrokers, ledBy } from './broker-choice.ts';
import { CLIENTS, combined, removeFaultState, writeFaultState, type FaultState, type LinkState } from './fault-state.ts';
import { groupCommands, type GroupCommand } from './group-command.ts';

export interface FaultOutcome {
  /** Number in the run's faults. */
  readonly fault: number;
  readonly brokerIds: readonly number[];
  /** Microseconds since the load's start. */
  readonly beganUs: number;
  readonly healedUs: number | undefined;
}

export interface FaultsOutcome {
  readonly faults: readonly FaultOutcome[];
  readonly events: readonly FaultEvent[];
  /** Why some were not done, or not as asked. */
  readonly warnings: readonly string[];
}

export interface FaultTimelineOptions {
  readonly faults: readonly FaultConfiguration[];
  readonly brokers: readonly TargetBroker[];
  /** Where the brokers' data lie; undefined for a cluster whose processes are out of reach. */
  readonly dataDirectory: string | undefined;
  /** Broker id of each partition's leader, as last seen; -1: nobody. */
  leaders(): readonly number[];
  commandGroup(group: string, command: GroupCommand): void;
  /** Of the group's configuration. */
  memberCountOf(group: string): number;
  nowUs(): number;
  readonly measureStartUs: number;
  onEvent(sentence: string): void;
}

interface Begun {
  readonly brokerIds: readonly number[];
  heal(): Promise<void>;
}

interface Active extends Begun {
  readonly fault: number;
  readonly beganUs: number;
  healedUs: number | undefined;
  healing: Promise<void> | undefined;
}

export class FaultTimeline {
  readonly #options: FaultTimelineOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #active: Active[] = [];
  readonly #events: FaultEvent[] = [];
  readonly #warnings: string[] = [];
  /** Brokers that are down, paused or starting. */
  readonly #away = new Set<number>();
  /** By broker: what the faults of its disk and links that are under way ask for. */
  readonly #states = new Map<number, Set<FaultState>>();
  readonly #memberCounts = new Map<string, number>();

  constructor(options: FaultTimelineOptions) {
    this.#options = options;
  }

  schedule(): void {
    const { faults, measureStartUs, nowUs } = this.#options;
    for (const [index, fault] of faults.entries()) {
      const inMs = (measureStartUs - nowUs()) / 1000 + fault.atSeconds * 1000;
      this.#timers.push(setTimeout(() => this.#begin(fault, index), Math.max(0, inMs)));
    }
  }

  /** Cancels what has not begun, heals what has, and waits for it. */
  async finish(): Promise<FaultsOutcome> {
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(this.#active.map((active) => (isEndless(this.#options.faults[active.fault]) ? undefined : this.#heal(active))));
    const { dataDirectory } = this.#options;
    if (dataDirectory !== undefined) for (const brokerId of this.#states.keys()) removeFaultState(dataDirectory, brokerId);
    const faults = this.#active.map(({ fault, brokerIds, beganUs, healedUs }): FaultOutcome => ({ fault, brokerIds, beganUs, healedUs })).toSorted((a, b) => a.beganUs - b.beganUs);
    return { faults, events: this.#events.toSorted((a, b) => a.atMs - b.atMs), warnings: this.#warnings };
  }

  #begin(fault: FaultConfiguration, index: number): void {
    const beganUs = this.#options.nowUs();
    let begun: Begun | undefined;
    try {
      begun = isGroupFault(fault) ? this.#beginOfGroup(fault) : this.#beginOfBrokers(fault);
    } catch (error) {
      this.#warn(index, (error as Error).message);
      return;
    }
    const active: Active = { ...begun, fault: index, beganUs, healedUs: undefined, healing: undefined };
    this.#active.push(active);
    if (fault.forSeconds === null) return;
    this.#timers.push(setTimeout(() => void this.#heal(active), fault.forSeconds * 1000));
  }

  #heal(active: Active): Promise<void> {
    active.healing ??= active.heal().then(
      () => void (active.healedUs = this.#options.nowUs()),
      (error: unknown) => this.#warn(active.fault, `it could not be healed: ${(error as Error).message}`),
    );
    return active.healing;
  }

  #beginOfBrokers(fault: BrokerFaultConfiguration): Begun {
    switch (fault.kind) {
      case 'kill':
      case 'restart':
        return this.#stop(this.#choose(fault.broker), fault.kind === 'kill' ? 'SIGKILL' : 'SIGTERM');
      case 'pause':
        return this.#pause(this.#choose(fault.broker));
      case 'slowDisk':
        return this.#slowDisk(this.#choose(fault.broker), fault.delayMs);
      case 'slowLink':
        return this.#impairLink(fault.between, { delayMs: fault.delayMs, bytesPerSecond: fault.bytesPerSecond, isCut: false });
      case 'cutLink':
        return this.#impairLink(fault.between, { delayMs: 0, bytesPerSecond: null, isCut: true });
    }
  }

  #stop(brokers: readonly TargetBroker[], signal: 'SIGKILL' | 'SIGTERM'): Begun {
    for (const broker of brokers) {
      const ledPartitions = ledBy(broker, this.#options.leaders());
      this.#away.add(broker.id);
      broker.kill(signal);
      this.#events.push({ kind: 'brokerKilled', atMs: this.#nowMs(), brokerId: broker.id, signal, ledPartitions });
      this.#options.onEvent(`${signal === 'SIGKILL' ? 'killed' : 'stopped'} broker ${broker.id} (${signal === 'SIGKILL' ? 'kill -9' : signal}), leader of ${ledPartitions.length} partitions`);
    }
    const restart = async (broker: TargetBroker): Promise<void> => {
      const startMs = this.#nowMs();
      await broker.restart();
      this.#away.delete(broker.id);
      const tookMs = this.#nowMs() - startMs;
      this.#events.push({ kind: 'brokerRestarted', atMs: this.#nowMs(), brokerId: broker.id, tookMs });
      this.#options.onEvent(`broker ${broker.id} is back after ${Math.round(tookMs)} ms`);
    };
    return { brokerIds: idsOf(brokers), heal: async () => void (await Promise.all(brokers.map(restart))) };
  }

  #pause(brokers: readonly TargetBroker[]): Begun {
    for (const broker of brokers) {
      const ledPartitions = ledBy(broker, this.#options.leaders());
      this.#away.add(broker.id);
      broker.kill('SIGSTOP');
      this.#events.push({ kind: 'brokerPaused', atMs: this.#nowMs(), brokerId: broker.id, ledPartitions });
    }
    this.#options.onEvent(`paused ${brokers.map(({ id }) => `broker ${id}`).join(', ')}`);
    const heal = async (): Promise<void> => {
      for (const broker of brokers) {
        broker.kill('SIGCONT');
        this.#away.delete(broker.id);
        this.#events.push({ kind: 'brokerResumed', atMs: this.#nowMs(), brokerId: broker.id });
      }
      this.#options.onEvent(`${brokers.map(({ id }) => `broker ${id}`).join(', ')} resumed`);
    };
    return { brokerIds: idsOf(brokers), heal };
  }

  #slowDisk(brokers: readonly TargetBroker[], delayMs: number): Begun {
    const undo = brokers.map(({ id }) => this.#suffer(id, { diskDelayMs: delayMs, links: {} }));
    for (const broker of brokers) this.#events.push({ kind: 'diskSlowed', atMs: this.#nowMs(), brokerId: broker.id, delayMs, ledPartitions: ledBy(broker, this.#options.leaders()) });
    this.#options.onEvent(`slowed the disk of ${brokers.map(({ id }) => `broker ${id}`).join(', ')} by ${delayMs} ms`);
    const heal = async (): Promise<void> => {
      for (const each of undo) each();
      for (const { id } of brokers) this.#events.push({ kind: 'diskHealed', atMs: this.#nowMs(), brokerId: id });
    };
    return { brokerIds: idsOf(brokers), heal };
  }

  #impairLink(ends: readonly [LinkEnd, LinkEnd], link: LinkState): Begun {
    const [one] = this.#ofEnd(ends[0]);
    if (one === undefined) throw new Error(`there is no broker that is ${ends[0]}`);
    const others = this.#ofEnd(ends[1]).filter(({ id }) => id !== one.id);
    const hasClients = ends[1] === 'clients' || ends[1] === 'everybody';
    if (others.length === 0 && !hasClients) throw new Error(`${ends[0]} and ${ends[1]} are the same broker, ${one.id}`);
    const peers = [...others.map(({ id }) => String(id)), ...(hasClients ? [CLIENTS] : [])];
    const undo = [this.#suffer(one.id, { diskDelayMs: 0, links: Object.fromEntries(peers.map((peer) => [peer, link])) })];
    for (const { id } of others) undo.push(this.#suffer(id, { diskDelayMs: 0, links: { [one.id]: link } }));
    const between = [`broker ${one.id}`, ends[1] === 'everybody' ? 'everybody' : ends[1] === 'clients' ? CLIENTS : `broker ${others[0]?.id}`] as const;
    const { delayMs, bytesPerSecond, isCut } = link;
    this.#events.push(isCut ? { kind: 'linkCut', atMs: this.#nowMs(), between } : { kind: 'linkSlowed', atMs: this.#nowMs(), between, delayMs, bytesPerSecond });
    this.#options.onEvent(`${isCut ? 'cut' : 'slowed'} the link between ${between[0]} and ${between[1]}`);
    const heal = async (): Promise<void> => {
      for (const each of undo) each();
      this.#events.push({ kind: 'linkHealed', atMs: this.#nowMs(), between });
      this.#options.onEvent(`the link between ${between[0]} and ${between[1]} is well again`);
    };
    return { brokerIds: [one.id, ...(others.length === 1 ? idsOf(others) : [])], heal };
  }

  #beginOfGroup(fault: GroupFaultConfiguration): Begun {
    const { group } = fault;
    const before = this.#memberCounts.get(group) ?? this.#options.memberCountOf(group);
    const { begin, heal } = groupCommands(fault, before);
    const change = ({ scaleGroup: 'scaled', crashMember: 'crashed', stuckMember: 'stuck', slowMember: 'slowed' } as const)[fault.kind];
    const after = fault.kind === 'scaleGroup' ? fault.memberCount : fault.kind === 'crashMember' ? Math.max(0, before - 1) : before;
    this.#memberCounts.set(group, after);
    this.#options.commandGroup(group, begin);
    this.#events.push({ kind: 'groupChanged', atMs: this.#nowMs(), group, change, memberCount: after, serviceTimeUs: fault.kind === 'slowMember' ? fault.serviceTimeUs : null });
    this.#options.onEvent(`group ${group}: ${change}, ${after} members`);
    const undo = async (): Promise<void> => {
      this.#memberCounts.set(group, before);
      this.#options.commandGroup(group, heal);
      this.#events.push({ kind: 'groupHealed', atMs: this.#nowMs(), group, change, memberCount: before });
      this.#options.onEvent(`group ${group}: ${before} members as before`);
    };
    return { brokerIds: [], heal: undo };
  }

  #choose(choice: BrokerChoice): TargetBroker[] {
    const { brokers, leaders } = this.#options;
    const there = brokers.filter(({ id }) => !this.#away.has(id));
    const chosen = chosenBrokers(choice, there, leaders());
    if (chosen.length === 0) throw new Error(`broker ${choice} is down or paused already`);
    return chosen;
  }

  #ofEnd(end: LinkEnd): readonly TargetBroker[] {
    if (end === 'clients') return [];
    return end === 'everybody' ? this.#options.brokers : chosenBrokers(end, this.#options.brokers, this.#options.leaders());
  }

  /** Returns what ends it. */
  #suffer(brokerId: number, state: FaultState): () => void {
    let states = this.#states.get(brokerId);
    if (states === undefined) this.#states.set(brokerId, (states = new Set()));
    const all = states;
    all.add(state);
    const tell = (): void => writeFaultState(this.#options.dataDirectory ?? '', brokerId, combined([...all]));
    tell();
    return () => {
      all.delete(state);
      tell();
    };
  }

  #warn(index: number, reason: string): void {
    this.#warnings.push(`fault ${index + 1} (${this.#options.faults[index]?.kind}): ${reason}`);
  }

  #nowMs(): number {
    return this.#options.nowUs() / 1000;
  }
}

/** Those that need brokers with an environment of their own. */
export function needsFaultyEnvironment(faults: readonly FaultConfiguration[]): boolean {
  return faults.some(({ kind }) => kind === 'slowDisk' || kind === 'slowLink' || kind === 'cutLink');
}

/** It is how things are from then on: there is nothing to heal. */
function isEndless(fault: FaultConfiguration | undefined): boolean {
  return fault?.forSeconds === null;
}

function idsOf(brokers: readonly TargetBroker[]): number[] {
  return brokers.map(({ id }) => id);
}
