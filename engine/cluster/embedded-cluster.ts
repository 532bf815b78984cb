/**
 * A real cluster on this machine: N broker processes on loopback TCP, the first with the controller. Nothing in it is
 * simulated; kill() is a signal to a process. Brokers end when this process ends, however it ends.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Endpoint } from '../environment.ts';
import { COLLECTOR_FLAGS } from '../host/steady-collector.ts';
import type { BrokerProcessOptions, FromBroker, ServedByProcess, ToBroker } from './broker-messages.ts';

export interface ClusterOptions {
  readonly brokerCount: number;
  readonly dataDirectory: string;
  /** Broker properties, Kafka's names. */
  readonly properties: Readonly<Record<string, string>>;
  /** Ports by broker; free ones where absent. */
  readonly ports?: readonly number[];
  /** URLs of modules that each broker process loads before its own (`node --import`): probes, and handicaps for studies. Default: none. */
  readonly brokerModules?: readonly string[];
  /**
   * URL of a module whose `wrapEnvironment(environment, { brokerId, directory })` gives each broker the environment that it runs in, around the
   * host's own: for faults of disks and links.
   */
  readonly environmentModule?: string;
  /** The data go with the cluster, also when this process dies without a word. */
  readonly isTemporary?: boolean;
  /** Brokers ask to go before the clients that they share the processors with, as if these had a machine of their own. Default: no. */
  readonly isPreferred?: boolean;
  readonly onLine?: (brokerId: number, line: string) => void;
  /** A broker's disk failed; it lives on and serves nothing until it is restarted. */
  readonly onDirectoryFailed?: (brokerId: number, message: string) => void;
}

export interface EmbeddedBroker {
  readonly id: number;
  readonly pid: number | undefined;
  readonly endpoint: Endpoint;
  readonly isController: boolean;
  readonly isRunning: boolean;
  /** It goes before others: what was asked for was granted. */
  readonly isPreferred: boolean;
  kill(signal: NodeJS.Signals): void;
  /** What it has served since its process began; undefined: it is down, or does not answer at once. */
  served(): Promise<ServedByProcess | undefined>;
  /** Starts it again on the same port and directory; resolves when it is unfenced. Waits for its end first. */
  restart(): Promise<void>;
}

export interface EmbeddedCluster {
  readonly bootstrap: string;
  readonly filesKind: string;
  readonly brokers: readonly EmbeddedBroker[];
  /** Stops all brokers cleanly; kills what does not stop. Idempotent. */
  stop(): Promise<void>;
}

/** A broker process that did not come up, with what it said. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code = 'CLUSTER_START_FAILED';
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 8000;
/** Longer than a busy event loop takes; later the counts would be those of another moment. */
const SERVED_TIMEOUT_MS = 1000;
/** A larger young generation keeps short-lived buffers from being promoted. */
const NODE_OPTIONS = [...COLLECTOR_FLAGS, '--max-semi-space-size=16', '--disable-warning=ExperimentalWarning'];
const entryPoint = fileURLToPath(new URL(`./broker-process${extname(import.meta.url)}`, import.meta.url));

export async function startCluster(options: ClusterOptions): Promise<EmbeddedCluster> {
  try {
    mkdirSync(options.dataDirectory, { recursive: true });
  } catch (error) {
    throw new ClusterError(`the data directory ${options.dataDirectory} cannot be made: ${(error as Error).message}`);
  }
  const clusterId = clusterIdOf(options.dataDirectory);
  const processes: BrokerProcess[] = [];
  const controller = Promise.withResolvers<Endpoint>();
  for (let id = 1; id <= options.brokerCount; id++) {
    processes.push(new BrokerProcess(options, { id, clusterId, port: options.ports?.[id - 1] ?? 0, controller }));
  }
  const stop = async (): Promise<void> => {
    // Followers first: the controller's end would only make them look for it.
    await Promise.all(processes.slice(1).map((each) => each.stop()));
    await processes[0]?.stop();
  };
  try {
    await Promise.all(processes.map((each) => each.start()));
  } catch (error) {
    await Promise.all(processes.map((each) => each.end()));
    throw error;
  }
  const bootstrap = processes.map((each) => `${each.endpoint.host}:${each.endpoint.port}`).join(',');
  return { bootstrap, filesKind: (processes[0] as BrokerProcess).filesKind, brokers: processes, stop };
}

class BrokerProcess implements EmbeddedBroker {
  readonly id: number;
  readonly isController: boolean;
  endpoint: Endpoint;
  filesKind = '';
  isPreferred = false;
  readonly #options: ClusterOptions;
  readonly #clusterId: string;
  /** The cluster's: the combined node resolves it, the others wait for it. */
  readonly #controller: PromiseWithResolvers<Endpoint>;
  #controllerEndpoint: Endpoint | undefined;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #failure = '';
  /** Who has asked for its counts, in order. */
  #servedWaiters: ((served: ServedByProcess | undefined) => void)[] = [];
  /** Its end is news. */
  #isExpectedToRun = false;

  constructor(options: ClusterOptions, identity: { id: number; clusterId: string; port: number; controller: PromiseWithResolvers<Endpoint> }) {
    this.#options = options;
    this.#clusterId = identity.clusterId;
    this.id = identity.id;
    this.isController = identity.id === 1;
    this.endpoint = { host: '127.0.0.1', port: identity.port };
    this.#controller = identity.controller;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  start(): Promise<void> {
    const processOptions: BrokerProcessOptions = {
      brokerId: this.id,
      clusterId: this.#clusterId,
      directory: join(this.#options.dataDirectory, `broker-${this.id}`),
      port: this.endpoint.port,
      properties: this.#options.properties,
      isTemporary: this.#options.isTemporary === true,
      isPreferred: this.#options.isPreferred === true,
      ...(this.#options.environmentModule === undefined ? {} : { environmentModule: this.#options.environmentModule }),
      ...(this.isController ? { controllerPort: this.#controllerEndpoint?.port ?? 0 } : {}),
    };
    const modules = (this.#options.brokerModules ?? []).map((url) => `--import=${url}`);
    const child = spawn(process.execPath, [...NODE_OPTIONS, ...modules, entryPoint, JSON.stringify(processOptions)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'json',
    });
    this.#child = child;
    this.#failure = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#failure += text;
      for (const line of text.trimEnd().split('\n')) this.#options.onLine?.(this.id, line);
    });
    this.#exited = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.#child = undefined;
        for (const answer of this.#servedWaiters.splice(0)) answer(undefined);
        if (this.#isExpectedToRun) this.#options.onLine?.(this.id, `the process has ended (${signal ?? `exit code ${code}`})`);
        this.#isExpectedToRun = false;
        resolve();
      }),
    );
    if (!this.isController) void this.#controller.promise.then((endpoint) => this.#send({ kind: 'controller', endpoint }));
    return this.#whenReady(child);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async served(): Promise<ServedByProcess | undefined> {
    // Before it is ready it has nothing to tell.
    if (!this.#isExpectedToRun || this.#child?.connected !== true) return undefined;
    const { promise, resolve } = Promise.withResolvers<ServedByProcess | undefined>();
    const timer = setTimeout(() => resolve(undefined), SERVED_TIMEOUT_MS);
    this.#servedWaiters.push(resolve);
    this.#send({ kind: 'askServed' });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** kill -9, and waits for it. */
  async end(): Promise<void> {
    this.kill('SIGKILL');
    await this.#exited;
  }

  async restart(): Promise<void> {
    await this.#exited;
    await this.start();
  }

  async stop(): Promise<void> {
    if (this.#child === undefined) return;
    this.#isExpectedToRun = false;
    // A paused process (SIGSTOP) cannot hear a message.
    this.#child.kill('SIGCONT');
    this.#send({ kind: 'stop', handsOver: false });
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#exited;
    clearTimeout(timer);
  }

  #send(message: ToBroker): void {
    if (this.#child?.connected === true) this.#child.send(message, () => {});
  }

  #whenReady(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      let isReady = false;
      const fail = (what: string): void => {
        clearTimeout(timer);
        reject(new ClusterError(`broker ${this.id} ${what}${this.#failure === '' ? '' : `: ${this.#failure.trim()}`}`));
      };
      const timer = setTimeout(() => fail(`was not ready within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
      child.once('error', (error) => fail(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => fail(`ended at its start (${signal ?? `exit code ${code}`})`));
      child.on('message', (message: FromBroker) => {
        if (message.kind === 'log') this.#options.onLine?.(this.id, message.line);
        else if (message.kind === 'directoryFailed') this.#options.onDirectoryFailed?.(this.id, message.message);
        else if (message.kind === 'failed' && !isReady) fail(`could not start: ${message.message}`);
        else if (message.kind === 'failed') this.#options.onLine?.(this.id, `ended by a bug or its environment: ${message.message}`);
        else if (message.kind === 'served') this.#servedWaiters.shift()?.(message);
        else if (message.kind === 'controller') {
          this.#controllerEndpoint = message.endpoint;
          this.#controller.resolve(message.endpoint);
        } else {
          clearTimeout(timer);
          isReady = true;
          this.#isExpectedToRun = true;
          this.endpoint = message.endpoint;
          this.filesKind = message.filesKind;
          this.isPreferred = message.isPreferred;
          resolve();
        }
      });
    });
  }
}

/** A cluster's id is drawn at its first start and kept beside its data. */
function clusterIdOf(dataDirectory: string): string {
  const path = join(dataDirectory, 'cluster.id');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
  writeFileSync(path, `${id}\n`);
  return id;
}
