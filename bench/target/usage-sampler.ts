/** CPU and memory of the brokers and of this process during the measured window; a restarted broker's new process goes on where the old one ended. */
import type { ServedByProcess } from '../../engine/cluster/broker-messages.ts';
import type { ServedRequests } from '../../engine/server/request-counter.ts';
import { readMachineUsage, readProcessUsage, type MachineUsage } from '../process-usage.ts';

export interface SampledBroker {
  readonly id: number;
  /** Changes when the broker is restarted; undefined while it is down. */
  readonly pid: number | undefined;
  served(): Promise<ServedByProcess | undefined>;
}

export interface UsageSample {
  /** Since the load's start. */
  readonly second: number;
  readonly brokerId: number;
  /** Share of one core since the sample before, 1 = one core busy. */
  readonly cpuCores: number;
  readonly rssBytes: number;
}

export interface BrokerUsage {
  readonly brokerId: number;
  /** In the measured window. */
  readonly cpuUs: number;
  readonly rssBytesMax: number;
  /** In the measured window, readings taken at its ends; undefined: restarted or silent at one of them. */
  readonly served: ServedByProcess | undefined;
}

export interface MeasuredUsage {
  readonly brokers: readonly BrokerUsage[];
  /** This process: load workers, consumers and the main thread together. */
  readonly generatorCpuUs: number;
  readonly generatorRssBytesMax: number;
  /** In the measured window, all processors together: of processes that have no part in the run, and stolen by the hypervisor. */
  readonly machine: { readonly otherCpuUs: number; readonly stolenUs: number } | undefined;
  readonly samples: readonly UsageSample[];
}

interface BrokerMeter {
  readonly broker: SampledBroker;
  pid: number;
  lastCpuUs: number;
  totalCpuUs: number;
  startCpuUs: number;
  rssBytesMax: number;
  lastSampledUs: number;
  servedAtStart: Promise<ServedReading> | undefined;
}

interface ServedReading {
  readonly pid: number | undefined;
  readonly served: ServedByProcess | undefined;
}

export class UsageSampler {
  readonly #meters: BrokerMeter[];
  readonly #samples: UsageSample[] = [];
  #generatorStartUs = 0;
  #machineStart: MachineUsage | undefined;
  #generatorRssBytesMax = 0;

  constructor(brokers: readonly SampledBroker[]) {
    this.#meters = brokers.map((broker) => ({ broker, pid: -1, lastCpuUs: 0, totalCpuUs: 0, startCpuUs: 0, rssBytesMax: 0, lastSampledUs: 0, servedAtStart: undefined }));
  }

  /** The measured window begins. */
  begin(nowUs: number): void {
    this.sample(nowUs);
    for (const meter of this.#meters) {
      meter.startCpuUs = meter.totalCpuUs;
      meter.servedAtStart = readServed(meter.broker);
    }
    this.#generatorStartUs = generatorCpuUs();
    this.#machineStart = readMachineUsage();
  }

  sample(nowUs: number): void {
    this.#generatorRssBytesMax = Math.max(this.#generatorRssBytesMax, process.memoryUsage.rss());
    for (const meter of this.#meters) {
      const { pid } = meter.broker;
      const usage = pid === undefined ? undefined : readProcessUsage(pid);
      if (pid === undefined || usage === undefined) continue;
      const isFirst = meter.pid === -1;
      if (pid !== meter.pid) {
        meter.pid = pid;
        meter.lastCpuUs = isFirst ? usage.cpuUs : 0;
      }
      const usedUs = usage.cpuUs - meter.lastCpuUs;
      meter.lastCpuUs = usage.cpuUs;
      meter.totalCpuUs += usedUs;
      meter.rssBytesMax = Math.max(meter.rssBytesMax, usage.rssBytes);
      const passedUs = nowUs - meter.lastSampledUs;
      meter.lastSampledUs = nowUs;
      if (isFirst || passedUs < 100_000) continue;
      this.#samples.push({ second: Math.floor(nowUs / 1e6), brokerId: meter.broker.id, cpuCores: usedUs / passedUs, rssBytes: usage.rssBytes });
    }
  }

  /** The measured window is over (or the run was cut short). */
  async finish(nowUs: number): Promise<MeasuredUsage> {
    this.sample(nowUs);
    const brokers = this.#meters.filter(({ pid }) => pid !== -1).map((meter) => ({ brokerId: meter.broker.id, cpuUs: meter.totalCpuUs - meter.startCpuUs, rssBytesMax: meter.rssBytesMax, served: servedSince(meter) }));
    const ownCpuUs = generatorCpuUs() - this.#generatorStartUs;
    const usage = {
      generatorCpuUs: ownCpuUs,
      machine: this.#machineUse(brokers.reduce((sum, { cpuUs }) => sum + cpuUs, ownCpuUs)),
      generatorRssBytesMax: this.#generatorRssBytesMax,
      samples: this.#samples,
    };
    return { brokers: await Promise.all(brokers.map(async ({ served, ...rest }) => ({ ...rest, served: await served }))), ...usage };
  }

  #machineUse(ownCpuUs: number): MeasuredUsage['machine'] {
    const end = readMachineUsage();
    if (end === undefined || this.#machineStart === undefined) return undefined;
    return { otherCpuUs: Math.max(0, end.busyUs - this.#machineStart.busyUs - ownCpuUs), stolenUs: end.stolenUs - this.#machineStart.stolenUs };
  }
}

async function readServed(broker: SampledBroker): Promise<ServedReading> {
  return { pid: broker.pid, served: await broker.served() };
}

async function servedSince({ broker, servedAtStart }: BrokerMeter): Promise<ServedByProcess | undefined> {
  const [end, start] = await Promise.all([readServed(broker), servedAtStart]);
  if (start?.served === undefined || end.served === undefined || start.pid !== end.pid) return undefined;
  const controller = start.served.controller === null || end.served.controller === null ? null : difference(end.served.controller, start.served.controller);
  return { broker: difference(end.served.broker, start.served.broker), controller };
}

function difference(end: ServedRequests, start: ServedRequests): ServedRequests {
  const byApi = Object.entries(end.byApi).map(([api, requests]): [string, number] => [api, requests - (start.byApi[api] ?? 0)]);
  return {
    byApi: Object.fromEntries(byApi.filter(([, requests]) => requests > 0)),
    followerFetches: end.followerFetches - start.followerFetches,
    receivedBytes: end.receivedBytes - start.receivedBytes,
    sentBytes: end.sentBytes - start.sentBytes,
  };
}

function generatorCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
