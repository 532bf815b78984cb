/** CPU and memory of the brokers and of this process during the measured window; a restarted broker's new process goes on where the old one ended. */
import { readMachineUsage, readProcessUsage, type MachineUsage } from '../process-usage.ts';

export interface SampledBroker {
  readonly id: number;
  /** Changes when the broker is restarted; undefined while it is down. */
  readonly pid: number | undefined;
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
}

export class UsageSampler {
  readonly #meters: BrokerMeter[];
  readonly #samples: UsageSample[] = [];
  #generatorStartUs = 0;
  #machineStart: MachineUsage | undefined;
  #generatorRssBytesMax = 0;

  constructor(brokers: readonly SampledBroker[]) {
    this.#meters = brokers.map((broker) => ({ broker, pid: -1, lastCpuUs: 0, totalCpuUs: 0, startCpuUs: 0, rssBytesMax: 0, lastSampledUs: 0 }));
  }

  /** The measured window begins. */
  begin(nowUs: number): void {
    this.sample(nowUs);
    for (const meter of this.#meters) meter.startCpuUs = meter.totalCpuUs;
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
  finish(nowUs: number): MeasuredUsage {
    this.sample(nowUs);
    const brokers = this.#meters
      .filter(({ pid }) => pid !== -1)
      .map(({ broker, totalCpuUs, startCpuUs, rssBytesMax }) => ({ brokerId: broker.id, cpuUs: totalCpuUs - startCpuUs, rssBytesMax }));
    const ownCpuUs = generatorCpuUs() - this.#generatorStartUs;
    return {
      brokers,
      generatorCpuUs: ownCpuUs,
      machine: this.#machineUse(brokers.reduce((sum, { cpuUs }) => sum + cpuUs, ownCpuUs)),
      generatorRssBytesMax: this.#generatorRssBytesMax,
      samples: this.#samples,
    };
  }

  #machineUse(ownCpuUs: number): MeasuredUsage['machine'] {
    const end = readMachineUsage();
    if (end === undefined || this.#machineStart === undefined) return undefined;
    return { otherCpuUs: Math.max(0, end.busyUs - this.#machineStart.busyUs - ownCpuUs), stolenUs: end.stolenUs - this.#machineStart.stolenUs };
  }
}

function generatorCpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
