/** The main thread's end of verify-worker.ts. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { VerificationInput, VerificationMessage } from './verification-run.ts';
import type { VerificationReport } from './verification-report.ts';
import { transferablesOf } from './ledger.ts';

/** The ledgers move to the worker. An abort ends the check: undefined. */
export async function runVerification(
  input: VerificationInput,
  signal: AbortSignal,
): Promise<{ report: VerificationReport; elapsedMs: number } | undefined> {
  if (signal.aborted) return undefined;
  const worker = new Worker(new URL(`./verify-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: input,
    // Ledgers of records came from another process, where columns share their memory with other messages: they are copied.
    transferList: input.ledgers.flatMap(transferablesOf),
  });
  const { promise, resolve, reject } = Promise.withResolvers<{ report: VerificationReport; elapsedMs: number } | undefined>();
  const abort = (): void => resolve(undefined);
  signal.addEventListener('abort', abort, { once: true });
  worker.on('message', (message: VerificationMessage) => {
    if (message.kind === 'report') resolve({ report: message.report, elapsedMs: message.elapsedMs });
    else reject(new Error(`reading back failed: ${message.message}`));
  });
  worker.on('error', reject);
  worker.on('exit', (code) => reject(new Error(`the check ended with code ${code}`)));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
