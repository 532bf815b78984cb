/** Worker thread entry of a consumer group: joins, says ready, and follows the main thread's start and stop. */
import { parentPort, workerData } from 'node:worker_threads';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { ConsumerRun } from './consumer-run.ts';
import type { ConsumerWorkerInput, FromWorker, ToWorker } from '../load/load-messages.ts';

if (parentPort === null) throw new Error('consumer-worker.ts runs as a worker thread');
const port = parentPort;
const post = (message: FromWorker, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const run = new ConsumerRun(createHostEnvironment(), workerData as ConsumerWorkerInput, post);
port.on('message', (message: ToWorker) => {
  if (message.kind === 'start') run.start(message.window);
  else if (message.kind === 'members') run.obey(message.command);
  else void run.stop();
});
try {
  await run.open();
  post({ kind: 'ready' });
} catch (error) {
  post({ kind: 'failed', message: error instanceof Error ? error.message : String(error), stack: error instanceof Error ? (error.stack ?? '') : '' });
}
