/** Worker thread entry of a load: opens the producer, says ready, and follows the main thread's start and stop. */
import { availableParallelism } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { LoadRun } from './load-run.ts';
import { askForPromptness } from './wake-up.ts';
import type { FromWorker, LoadWorkerInput, ToWorker } from './load-messages.ts';

if (parentPort === null) throw new Error('load-worker.ts runs as a worker thread');
const port = parentPort;
const post = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const input = workerData as LoadWorkerInput;
// With a schedule it sleeps between records, and processors are left for those that it waits for.
const promptness = askForPromptness({ mayBeRealTime: input.load.kind === 'open' && input.workerCount < availableParallelism() });
const run = new LoadRun(createHostEnvironment(), { ...input, promptness }, post);
port.on('message', (message: ToWorker) => {
  if (message.kind === 'start') run.start(message.window);
  else if (message.kind === 'stop') run.stop();
  else run.giveUp();
});
try {
  await run.open();
  post({ kind: 'ready' });
} catch (error) {
  post({ kind: 'failed', message: error instanceof Error ? error.message : String(error), stack: error instanceof Error ? (error.stack ?? '') : '' });
}
