/** Worker thread entry of the check after a run: the main thread stays free to show progress and to be interrupted. */
import { parentPort, workerData } from 'node:worker_threads';
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { verifyDelivery, type VerificationInput, type VerificationMessage } from './verification-run.ts';

if (parentPort === null) throw new Error('verify-worker.ts runs as a worker thread');
const startMs = performance.now();
// The client's timers do not keep a thread alive.
const keptAlive = setInterval(() => {}, 60_000);
let message: VerificationMessage;
try {
  const report = await verifyDelivery(createHostEnvironment(), workerData as VerificationInput);
  message = { kind: 'report', report, elapsedMs: performance.now() - startMs };
} catch (error) {
  message = { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}
clearInterval(keptAlive);
parentPort.postMessage(message);
