/**
 * The loaded part of a run: starts the worker threads, gives them one common clock and window, follows them, injects the fault, and waits
 * for what is under way, with a limit for every wait.
 */
import { extname } from 'node:path';
import { minInsyncReplicas, type BenchOptions, type GroupOptions } from '../bench-options.ts';
import { ExperimentError } from '../experiment-error.ts';
import type { LoadOutcome } from '../experiment-outcome.ts';
import type { FaultTimeline, FaultTimelineOptions } from '../fault/fault-timeline.ts';
import type { HistogramSeries } from '../latency/histogram-series.ts';
import { publishSeries, windowSeries } from '../latency/run-series.ts';
import { SecondSnapshots } from '../latency/second-snapshots.ts';
import type { OnProgress, RunPhase } from '../run-progress.ts';
import type { ExperimentTopic } from '../target/experiment-topic.ts';
import type { Target } from '../target/target.ts';
import type { TopologyWatcher } from '../target/topology-watcher.ts';
import { UsageSampler, type MeasuredUsage } from '../target/usage-sampler.ts';
import { hostMonotonicUs, hostTimeFrom, wallOffsetUs, type HostTime } from './host-time.ts';
import type { ConsumeResult, ConsumerWorkerInput, LoadResult, LoadWindow, LoadWorkerInput } from './load-messages.ts';
import { WorkerFailure, WorkerHandle } from './worker-handle.ts';

/** Between the start message and the first due record, so that every worker is there in time. */
const LEAD_US = 200_000;
const PROGRESS_MS = 1000;
const SAMPLE_MS = 1000;
/** Producers may retry for so long after the load's end; then what is under way counts as unresolved. */
const DRAIN_LIMIT_MS = 30_000;
/** A group's first rebalance takes group.initial.rebalance.delay.ms, several seconds on a cluster with Kafka's defaults. */
const JOIN_LIMIT_MS = 30_000;
const CONSUMER_DRAIN_LIMIT_MS = 15_000;
/** Longer than a consumer worker takes to give up leaving its group. */
const STOP_LIMIT_MS = 10_000;

export interface LoadPhaseOptions {
  readonly options: BenchOptions;
  readonly target: Target;
  readonly topic: ExperimentTopic;
  readonly topology: TopologyWatcher;
  readonly isStamped: boolean;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

interface LoadMember {
  readonly handle: WorkerHandle;
  progress: { sentRecords: number; acknowledgedRecords: number; failedRecords: number };
}

interface GroupMember {
  readonly group: string;
  readonly handle: WorkerHandle;
  consumedRecords: number;
  lagRecords: number;
}

export class LoadPhase {
  readonly #options: LoadPhaseOptions;
  readonly #loads: LoadMember[];
  readonly #groups: GroupMember[];
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #warnings: string[] = [];
  readonly #latencies: LoadOutcome['latencies'];
  readonly #publishBySecond: SecondSnapshots | undefined;
  readonly #endToEndByGroup = new Map<string, HistogramSeries>();
  readonly #sampler: UsageSampler;
  #usage: Promise<MeasuredUsage> | undefined;
  #phase: RunPhase = 'joining';

  constructor(options: LoadPhaseOptions) {
    this.#options = options;
    const window = options.options;
    this.#latencies = { publish: publishSeries(window), scheduleDelay: windowSeries(window), batching: windowSeries(window), request: windowSeries(window) };
    this.#publishBySecond = options.options.faults.length === 0 ? undefined : new SecondSnapshots();
    this.#sampler = new UsageSampler(options.target.brokers);
    this.#groups = options.options.groups.map((group) => this.#openGroup(group));
    this.#loads = Array.from({ length: options.options.workerCount }, (_, worker) => this.#openLoad(worker));
  }

  /** Resolves when every worker can start: producers have their metadata, groups their partitions. */
  async open(): Promise<void> {
    const { onProgress } = this.#options;
    onProgress({ kind: 'phase', phase: 'joining', detail: `${this.#loads.length} load workers, ${this.#groups.length} consumer groups` });
    const ready = Promise.all([...this.#loads, ...this.#groups].map(({ handle }) => handle.next('ready')));
    const { signal } = this.#options;
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    try {
      await within(Promise.race([ready, aborted]), JOIN_LIMIT_MS, 'the producers and consumer groups were not ready');
    } catch (error) {
      const { message } = error as Error;
      // A worker says itself what it met; silence says nothing.
      throw new ExperimentError('environment', error instanceof WorkerFailure ? message : `${message}: does the target still answer?`, error);
    }
  }

  /** `createFaults`: called with the run's clock and the way to its groups; their timers start at once. */
  async run(createFaults: (run: Pick<FaultTimelineOptions, 'nowUs' | 'measureStartUs' | 'commandGroup'>) => FaultTimeline): Promise<LoadOutcome> {
    const { options, signal } = this.#options;
    const startMonotonicUs = hostMonotonicUs() + LEAD_US;
    const origin = { startMonotonicUs, startEpochUs: Math.round(startMonotonicUs + wallOffsetUs()) };
    const time = hostTimeFrom(origin);
    const measureStartUs = options.warmupSeconds * 1e6;
    const window: LoadWindow = { origin, measureStartUs, endUs: measureStartUs + options.durationSeconds * 1e6 };

    const loadsDone = this.#loads.map(({ handle }) => handle.next('loadDone').then(({ result }) => result));
    for (const { handle } of [...this.#groups, ...this.#loads]) handle.post({ kind: 'start', window });
    const faults = createFaults({ nowUs: time.sinceStartUs, measureStartUs, commandGroup: (name, command) => this.#groups.find(({ group }) => group === name)?.handle.post({ kind: 'members', command }) });
    faults.schedule();
    this.#options.topology.start(time.sinceStartUs);
    this.#scheduleFollowing(time, window);
    const stop = (): void => this.#stopLoads();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();

    const loads = await this.#drainLoads(loadsDone, time, window);
    signal.removeEventListener('abort', stop);
    const endUs = Math.min(time.sinceStartUs(), window.endUs);
    const usage = await (this.#usage ??= this.#sampler.finish(endUs));
    const faultsOutcome = await faults.finish();
    const groups = await this.#drainGroups(loads);
    const topologyChanges = await this.#options.topology.stop({ awaitsReplicas: faultsOutcome.faults.length > 0 && !signal.aborted });
    this.#clearTimers();
    const measureEndSecond = Math.max(options.warmupSeconds, Math.floor(endUs / 1e6));
    return {
      measureStartSecond: options.warmupSeconds,
      measureEndSecond,
      loads,
      groups,
      latencies: this.#latencies,
      publishBySecond: this.#publishBySecond,
      endToEndByGroup: this.#endToEndByGroup,
      usage,
      faults: faultsOutcome,
      topologyChanges,
      isPartial: signal.aborted,
      warnings: [...this.#warnings, ...faultsOutcome.warnings, ...loads.flatMap(({ warnings }) => warnings), ...groups.flatMap(({ warnings }) => warnings)],
    };
  }

  async close(): Promise<void> {
    this.#clearTimers();
    await Promise.all([...this.#loads, ...this.#groups].map(({ handle }) => handle.close()));
  }

  #openLoad(worker: number): LoadMember {
    const { options, target, topic } = this.#options;
    const input: LoadWorkerInput = {
      worker,
      workerCount: options.workerCount,
      seed: options.seed,
      bootstrap: target.bootstrap,
      security: target.security,
      topic: topic.name,
      partitionCount: topic.partitionCount,
      producerProperties: options.producerProperties,
      workload: options.workload,
      load: options.load,
      warmupSeconds: options.warmupSeconds,
      durationSeconds: options.durationSeconds,
      keepsLedger: options.verifies,
    };
    const member: LoadMember = {
      handle: options.client === 'librdkafka'
        ? new WorkerHandle(new URL(`./load-process${extname(import.meta.url)}`, import.meta.url), input, 'process')
        : new WorkerHandle(new URL(`./load-worker${extname(import.meta.url)}`, import.meta.url), input),
      progress: { sentRecords: 0, acknowledgedRecords: 0, failedRecords: 0 },
    };
    member.handle.onMessage((message) => {
      if (message.kind === 'loadProgress') member.progress = message;
      else if (message.kind === 'interval' && message.metric !== 'endToEnd') {
        this.#latencies[message.metric].add(message.interval);
        if (message.metric === 'publish') this.#publishBySecond?.add(message.interval);
      }
    });
    return member;
  }

  #openGroup(group: GroupOptions): GroupMember {
    const { options, target, topic, isStamped } = this.#options;
    const input: ConsumerWorkerInput = {
      group: topic.groupId(group.name),
      memberCount: group.memberCount,
      bootstrap: target.bootstrap,
      security: target.security,
      topic: topic.name,
      consumerProperties: { 'auto.offset.reset': options.topic.useExisting ? 'latest' : 'earliest', ...group.properties },
      serviceTimeUs: group.serviceTimeUs,
      isStamped,
    };
    const series = windowSeries(options);
    this.#endToEndByGroup.set(group.name, series);
    const handle = new WorkerHandle(new URL(`../consume/consumer-worker${extname(import.meta.url)}`, import.meta.url), input);
    const member: GroupMember = { group: group.name, handle, consumedRecords: 0, lagRecords: 0 };
    handle.onMessage((message) => {
      if (message.kind === 'interval') series.add(message.interval);
      else if (message.kind === 'consumeProgress') Object.assign(member, { consumedRecords: message.consumedRecords, lagRecords: message.lagRecords });
    });
    return member;
  }

  #scheduleFollowing(time: HostTime, window: LoadWindow): void {
    const at = (us: number, step: () => void): void => void this.#timers.push(setTimeout(step, Math.max(0, (us - time.sinceStartUs()) / 1000)));
    this.#enter(window.measureStartUs > 0 ? 'warmingUp' : 'measuring');
    at(window.measureStartUs, () => {
      this.#sampler.begin(time.sinceStartUs());
      this.#enter('measuring');
    });
    at(window.endUs, () => {
      this.#usage ??= this.#sampler.finish(time.sinceStartUs());
      this.#enter('draining');
    });
    this.#timers.push(setInterval(() => this.#usage ?? this.#sampler.sample(time.sinceStartUs()), SAMPLE_MS));
    this.#timers.push(this.#followProgress(time, window));
  }

  #followProgress(time: HostTime, window: LoadWindow): NodeJS.Timeout {
    const totals = (): { atUs: number; sent: number; acknowledged: number; failed: number } => ({
      atUs: time.sinceStartUs(),
      sent: sumOf(this.#loads, ({ progress }) => progress.sentRecords),
      acknowledged: sumOf(this.#loads, ({ progress }) => progress.acknowledgedRecords),
      failed: sumOf(this.#loads, ({ progress }) => progress.failedRecords),
    });
    let before = totals();
    return setInterval(() => {
      if (this.#isTargetLost()) this.#giveUp();
      const now = totals();
      const passedSeconds = (now.atUs - before.atUs) / 1e6;
      this.#options.onProgress({
        kind: 'load',
        phase: this.#phase,
        elapsedSeconds: Math.max(0, now.atUs / 1e6),
        totalSeconds: window.endUs / 1e6,
        sentPerSecond: (now.sent - before.sent) / passedSeconds,
        acknowledgedPerSecond: (now.acknowledged - before.acknowledged) / passedSeconds,
        publishP99Us: this.#lastP99Us(),
        failedRecords: now.failed,
        lagRecordsByGroup: Object.fromEntries(this.#groups.map(({ group, lagRecords }) => [group, lagRecords])),
      });
      before = now;
    }, PROGRESS_MS);
  }

  #lastP99Us(): number | undefined {
    const second = this.#latencies.publish.seconds().at(-1);
    return second === undefined ? undefined : (this.#latencies.publish.at(second)?.p99Us ?? undefined);
  }

  #enter(phase: RunPhase): void {
    this.#phase = phase;
    this.#options.onProgress({ kind: 'phase', phase, detail: '' });
  }

  #isTargetLost(): boolean {
    const { options, target } = this.#options;
    return target.isLost(minInsyncReplicas(options.topic));
  }

  /** No new records, and no more waiting for the answers to those that are out. */
  #giveUp(): void {
    for (const { handle } of this.#loads) {
      handle.post({ kind: 'stop' });
      handle.post({ kind: 'giveUp' });
    }
  }

  #stopLoads(): void {
    for (const { handle } of this.#loads) handle.post({ kind: 'stop' });
  }

  async #drainLoads(done: Promise<LoadResult>[], time: HostTime, window: LoadWindow): Promise<LoadResult[]> {
    const giveUpMs = Math.max(0, (window.endUs - time.sinceStartUs()) / 1000) + DRAIN_LIMIT_MS;
    const giveUp = setTimeout(() => {
      this.#warnings.push(`some records had no answer ${DRAIN_LIMIT_MS / 1000} s after the load's end: they count as unresolved`);
      this.#giveUp();
    }, giveUpMs);
    this.#timers.push(giveUp);
    return within(Promise.all(done), giveUpMs + STOP_LIMIT_MS, 'the load workers did not end');
  }

  /** Waits until every group has read what was acknowledged. */
  async #drainGroups(loads: readonly LoadResult[]): Promise<ConsumeResult[]> {
    const wanted = sumOf(loads, ({ acknowledgedRecords }) => acknowledgedRecords);
    const deadlineMs = performance.now() + (this.#options.signal.aborted || this.#isTargetLost() ? 1000 : CONSUMER_DRAIN_LIMIT_MS);
    return Promise.all(
      this.#groups.map(async (member) => {
        while (member.consumedRecords < wanted && performance.now() < deadlineMs) await member.handle.next('consumeProgress');
        if (member.consumedRecords < wanted) {
          this.#warnings.push(`group ${member.group} had ${wanted - member.consumedRecords} records still to read at the end`);
        }
        const done = member.handle.next('consumeDone').then(({ result }) => result);
        member.handle.post({ kind: 'stop' });
        return within(done, STOP_LIMIT_MS, `group ${member.group} did not end`);
      }),
    );
  }

  #clearTimers(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function sumOf<Item>(items: readonly Item[], valueOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + valueOf(item), 0);
}

async function within<Result>(promise: Promise<Result>, limitMs: number, what: string): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${Math.round(limitMs / 1000)} s`)), limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
