/** A controller and brokers in this process, each on its own simulated host, over one virtual clock, network and disk. */
import { Broker, startController } from '../../engine/broker/broker.ts';
import type { Endpoint } from '../../engine/environment.ts';
import { MemoryFiles } from './memory-files.ts';
import { MemoryNetwork } from './memory-network.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedHost } from './simulated-host.ts';
import { VirtualClock } from './virtual-clock.ts';

export const CONTROLLER = 'controller';
const PORT = 9092;

/** Kafka's settings, faster, so that a few virtual seconds hold many elections. */
export const FAST_PROPERTIES: Readonly<Record<string, string>> = {
  'broker.heartbeat.interval.ms': '100',
  'broker.session.timeout.ms': '600',
  'replica.lag.time.max.ms': '800',
  'replica.fetch.wait.max.ms': '200',
  'replica.fetch.backoff.ms': '50',
  'replica.high.watermark.checkpoint.interval.ms': '200',
  'leader.imbalance.check.interval.seconds': '1',
  'min.insync.replicas': '2',
};

interface Node {
  host: SimulatedHost;
  broker: Broker | undefined;
}

export class SimulatedCluster {
  readonly clock = new VirtualClock();
  readonly random: SeededRandom;
  readonly network: MemoryNetwork;
  readonly files = new MemoryFiles();
  /** What the processes said, with their names and the virtual time. */
  readonly lines: string[] = [];
  readonly brokerIds: readonly number[];
  private readonly properties: Readonly<Record<string, string>>;
  private readonly nodes = new Map<string, Node>();

  constructor(options: { seed: number; brokerCount: number; properties?: Readonly<Record<string, string>> }) {
    this.random = new SeededRandom(options.seed);
    this.network = new MemoryNetwork(this.clock, this.random);
    this.brokerIds = Array.from({ length: options.brokerCount }, (_, at) => at + 1);
    this.properties = { ...FAST_PROPERTIES, ...options.properties };
  }

  static nameOf(brokerId: number): string {
    return `broker-${brokerId}`;
  }

  endpointOf(brokerId: number): Endpoint {
    return { host: SimulatedCluster.nameOf(brokerId), port: PORT };
  }

  /** A process that is no part of the cluster. */
  host(name: string): SimulatedHost {
    return new SimulatedHost(name, { network: this.network, files: this.files, log: (line) => this.say(line) });
  }

  isRunning(name: string): boolean {
    return this.nodes.get(name)?.host.isDead === false;
  }

  startController(): void {
    const host = this.begin(CONTROLLER);
    const { environment } = host;
    this.watch(CONTROLLER, startController({ environment, directory: '/controller', listen: { host: CONTROLLER, port: PORT }, properties: this.properties }));
  }

  startBroker(brokerId: number): void {
    const name = SimulatedCluster.nameOf(brokerId);
    const host = this.begin(name);
    const broker = new Broker({
      environment: host.environment,
      brokerId,
      clusterId: 'simulated',
      directory: this.directoryOf(brokerId),
      listen: this.endpointOf(brokerId),
      properties: this.properties,
      controller: { host: CONTROLLER, port: PORT },
    });
    this.nodes.set(name, { host, broker });
    this.watch(name, broker.start());
  }

  directoryOf(brokerId: number): string {
    return `/data-${brokerId}`;
  }

  startAll(): void {
    if (!this.isRunning(CONTROLLER)) this.startController();
    for (const id of this.brokerIds) if (!this.isRunning(SimulatedCluster.nameOf(id))) this.startBroker(id);
  }

  /** kill -9: the files stay as they are. */
  kill(name: string): void {
    this.nodes.get(name)?.host.kill();
  }

  failDisk(name: string): void {
    this.nodes.get(name)?.host.failDisk();
  }

  /** Those whose disk fails end, to be started again on one that works. */
  killFailed(): void {
    for (const node of this.nodes.values()) if (node.host.hasFailingDisk) node.host.kill();
  }

  pause(name: string): void {
    this.nodes.get(name)?.host.pause();
  }

  resumeAll(): void {
    for (const node of this.nodes.values()) node.host.resume();
  }

  /** Stops a broker cleanly, and drives the clock until it has. */
  async stop(brokerId: number, options: { handsOver: boolean }): Promise<void> {
    const node = this.nodes.get(SimulatedCluster.nameOf(brokerId));
    let isStopped = false;
    void node?.broker?.close(options).then(() => {
      isStopped = true;
      node.host.kill();
    });
    while (!isStopped) await this.clock.run(10);
  }

  private begin(name: string): SimulatedHost {
    const host = this.host(name);
    this.nodes.set(name, { host, broker: undefined });
    return host;
  }

  private watch(name: string, starting: Promise<unknown>): void {
    starting.catch((error: unknown) => {
      const { host } = this.nodes.get(name) as Node;
      if (host.hasFailingDisk) host.kill();
      else if (this.isRunning(name)) this.say(`${name}: START FAILED: ${error instanceof Error ? error.stack : String(error)}`);
    });
  }

  private say(line: string): void {
    this.lines.push(`${this.clock.monotonicMs().toFixed(2)} ${line}`);
  }
}
