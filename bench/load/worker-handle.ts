/** The main thread's end of a worker, a thread or a process: typed messages, one promise for the result, and an error when the thread dies without one. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { COLLECTOR_FLAGS } from '../../engine/host/steady-collector.ts';
import type { FromWorker, ToWorker } from './load-messages.ts';

export class WorkerFailure extends Error {
  override readonly name = 'WorkerFailure';
}

export class WorkerHandle {
  readonly #worker: Worker | ChildProcess;
  readonly #listeners: ((message: FromWorker) => void)[] = [];
  readonly #failure: Promise<never>;
  #fail: (error: Error) => void = () => {};

  /** `place`: a process gets the data in a first message of kind `open`. */
  constructor(file: URL, workerData: unknown, place: 'thread' | 'process' = 'thread') {
    this.#failure = new Promise<never>((_resolve, reject) => (this.#fail = reject));
    this.#failure.catch(() => {});
    this.#worker = place === 'thread' ? new Worker(file, { workerData }) : fork(file, [], { serialization: 'advanced', execArgv: [...process.execArgv, ...COLLECTOR_FLAGS] });
    if (!(this.#worker instanceof Worker)) this.#worker.send({ kind: 'open', input: workerData });
    this.#worker.on('message', (message: FromWorker) => {
      if (message.kind === 'failed') this.#fail(new WorkerFailure(message.message, { cause: message.stack }));
      for (const listener of this.#listeners) listener(message);
    });
    this.#worker.on('error', (error) => this.#fail(new WorkerFailure(`worker ${file.pathname}: ${String(error)}`, { cause: error })));
    this.#worker.on('exit', (code) => this.#fail(new WorkerFailure(`worker ${file.pathname} ended with code ${code}`)));
  }

  onMessage(listener: (message: FromWorker) => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves with the next message of a kind; rejects when the worker fails first. */
  next<Kind extends FromWorker['kind']>(kind: Kind): Promise<Extract<FromWorker, { kind: Kind }>> {
    const message = new Promise<Extract<FromWorker, { kind: Kind }>>((resolve) => {
      this.onMessage((candidate) => {
        if (candidate.kind === kind) resolve(candidate as Extract<FromWorker, { kind: Kind }>);
      });
    });
    return Promise.race([message, this.#failure]);
  }

  post(message: ToWorker): void {
    if (this.#worker instanceof Worker) this.#worker.postMessage(message);
    else if (this.#worker.connected) this.#worker.send(message);
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker instanceof Worker) await worker.terminate();
    else if (worker.exitCode === null && worker.signalCode === null) {
      const ended = once(worker, 'exit');
      worker.kill('SIGKILL');
      await ended;
    }
  }
}
