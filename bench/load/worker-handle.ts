/** The main thread's end of a worker: typed messages, one promise for the result, and an error when the thread dies without one. */
import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker } from './load-messages.ts';

export class WorkerFailure extends Error {
  override readonly name = 'WorkerFailure';
}

export class WorkerHandle {
  readonly #worker: Worker;
  readonly #listeners: ((message: FromWorker) => void)[] = [];
  readonly #failure: Promise<never>;
  #fail: (error: Error) => void = () => {};

  constructor(file: URL, workerData: unknown) {
    this.#failure = new Promise<never>((_resolve, reject) => (this.#fail = reject));
    this.#failure.catch(() => {});
    this.#worker = new Worker(file, { workerData });
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
    this.#worker.postMessage(message);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
