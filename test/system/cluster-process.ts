/**
 * `headroom cluster` as its users start it: a child process, found by what it prints. Its temporary files go below a directory
 * of the test's own, so that the test can see what is left. `await using` kills all of it at the end, whatever happened.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brokerProcessesOf, type ListedProcess } from './process-table.ts';
import { until } from './until.ts';

const ENTRY_POINT = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const START_DEADLINE_MS = 30_000;

export interface ClusterProcessOptions {
  readonly brokers?: number;
  readonly properties?: Readonly<Record<string, string>>;
  readonly dataDirectory?: string;
  /** Of the first broker; the others take the next ones. */
  readonly firstPort?: number;
  /** A sizing file whose topics are made. */
  readonly topics?: string;
  /** Of --sample: events that the topics are planned with. */
  readonly samples?: readonly string[];
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ClusterProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<ProcessEnd>;
  /** TMPDIR of the child. */
  readonly temporaryDirectory: string;
  #output = '';
  #errorOutput = '';

  private constructor(options: ClusterProcessOptions) {
    this.temporaryDirectory = mkdtempSync(join(tmpdir(), 'headroom-system-'));
    const properties = { 'group.initial.rebalance.delay.ms': '0', ...options.properties };
    const flags = [
      ...(options.brokers === undefined ? [] : ['--brokers', String(options.brokers)]),
      ...(options.dataDirectory === undefined ? [] : ['--data-dir', options.dataDirectory]),
      ...(options.firstPort === undefined ? [] : ['--port', String(options.firstPort)]),
      ...(options.topics === undefined ? [] : ['--topics', options.topics]),
      ...(options.samples ?? []).flatMap((sample) => ['--sample', sample]),
      ...Object.entries(properties).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ];
    this.#child = spawn(process.execPath, [ENTRY_POINT, 'cluster', ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: this.temporaryDirectory },
      // A process group of its own, like a shell's job: a signal to -pid is what Ctrl-C sends.
      detached: true,
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errorOutput += text));
    this.#ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }) as ProcessEnd);
  }

  /** Does not wait for anything. */
  static launch(options: ClusterProcessOptions = {}): ClusterProcess {
    return new ClusterProcess(options);
  }

  /** Resolves when the cluster has printed its bootstrap line. */
  static async start(options: ClusterProcessOptions = {}): Promise<ClusterProcess> {
    const cluster = new ClusterProcess(options);
    try {
      await until('the bootstrap line', () => cluster.#readBootstrap(), { deadlineMs: START_DEADLINE_MS });
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** host:port,host:port */
  get bootstrap(): string {
    return this.#readBootstrap() ?? '';
  }

  get endpoints(): { host: string; port: number }[] {
    return this.bootstrap.split(',').map((each) => ({ host: each.split(':')[0] as string, port: Number(each.split(':')[1]) }));
  }

  get errorLines(): string[] {
    return this.#errorOutput.split('\n').filter((line) => line !== '');
  }

  /** Whole lines that the brokers have logged. */
  get brokerLines(): string[] {
    return this.errorLines.filter((line) => line.startsWith('broker '));
  }

  /** Also those that have lost their parent. */
  get brokerProcesses(): ListedProcess[] {
    return brokerProcessesOf(this.#dataDirectory);
  }

  /** What is left in TMPDIR, but for Node's compile cache. */
  get temporaryFiles(): string[] {
    return readdirSync(this.temporaryDirectory).filter((name) => name.startsWith('headroom'));
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** As a terminal's Ctrl-C: to the command and to everything it started. */
  killGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  /** When the process is gone and its output is read. */
  ended(): Promise<ProcessEnd> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('SIGKILL');
    for (const { pid } of this.brokerProcesses) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
    }
    await this.#ended;
    await until('the end of the brokers', () => this.brokerProcesses.length === 0);
    rmSync(this.temporaryDirectory, { recursive: true, force: true });
  }

  get #dataDirectory(): string {
    const at = this.#child.spawnargs.indexOf('--data-dir');
    return at < 0 ? this.temporaryDirectory : (this.#child.spawnargs[at + 1] as string);
  }

  #readBootstrap(): string | undefined {
    if (this.#child.exitCode !== null) throw new Error(`headroom cluster ended with exit code ${this.#child.exitCode}: ${this.#errorOutput}`);
    return /^bootstrap\.servers=(.+)$/m.exec(this.#output)?.[1];
  }
}
