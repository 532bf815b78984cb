/**
 * Process entry of a load by librdkafka, whose binding cannot be loaded into a worker thread: opens the driver, says ready, and follows the
 * main process's start and stop as load-worker.ts does. Its processor time and memory are the client's, and go back with the result.
 */
import { createHostEnvironment } from '../../engine/host/host-environment.ts';
import { LibrdkafkaDriver } from './driver/librdkafka-driver.ts';
import { librdkafkaVersion } from './driver/librdkafka-package.ts';
import { hostTimeFrom } from './host-time.ts';
import { LoadRun } from './load-run.ts';
import type { FromWorker, LoadWorkerInput, ToWorker } from './load-messages.ts';

const SAMPLE_MS = 250;

let run: LoadRun | undefined;
let cpuBeforeUs = 0;
let cpuAfterUs: number | undefined;
let rssBytesMax = 0;

const send = (message: FromWorker): void => void process.send?.(message);
const post = (message: FromWorker): void => {
  if (message.kind !== 'loadDone') return send(message);
  const processUse = { cpuUs: (cpuAfterUs ?? cpuUs()) - cpuBeforeUs, rssBytesMax };
  return send({ kind: 'loadDone', result: { ...message.result, processUse, clientVersion: librdkafkaVersion() } });
};

process.on('message', (message: ToWorker | { readonly kind: 'open'; readonly input: LoadWorkerInput }) => {
  if (message.kind === 'open') void open(message.input);
  else if (message.kind === 'start') {
    const time = hostTimeFrom(message.window.origin);
    const at = (us: number, step: () => void): void => void setTimeout(step, Math.max(0, (us - time.sinceStartUs()) / 1000));
    at(message.window.measureStartUs, () => (cpuBeforeUs = cpuUs()));
    at(message.window.endUs, () => (cpuAfterUs = cpuUs()));
    setInterval(() => (rssBytesMax = Math.max(rssBytesMax, process.memoryUsage.rss())), SAMPLE_MS).unref();
    run?.start(message.window);
  } else if (message.kind === 'stop') run?.stop();
  else run?.giveUp();
});
// The one who wants the load is gone.
process.on('disconnect', () => process.exit());

async function open(input: LoadWorkerInput): Promise<void> {
  try {
    run = new LoadRun(createHostEnvironment(), { ...input, promptness: 'default' }, post, (_environment, { events, nowUs }) => new LibrdkafkaDriver(input, events, nowUs));
    await run.open();
    send({ kind: 'ready' });
  } catch (error) {
    send({ kind: 'failed', message: (error as Error).message, stack: (error as Error).stack ?? '' });
  }
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
