/**
 * Entry point of one broker process. It lives as long as its parent: when the IPC channel ends, for whatever reason, it
 * closes its logs and ends; a stop message ends it cleanly.
 */
import { rmSync, rmdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname } from 'node:path';
import type { BrokerProcessOptions, FromBroker, ToBroker } from './broker-messages.ts';

enableCompileCache?.();

const { Broker, startController } = await import('../broker/broker.ts');
const { createHostEnvironment } = await import('../host/host-environment.ts');

const LOOPBACK = '127.0.0.1';
const options = JSON.parse(process.argv[2] ?? '{}') as BrokerProcessOptions;
const environment = createHostEnvironment({ log: (line) => send({ kind: 'log', line }) });

let broker: InstanceType<typeof Broker> | undefined;
let controller: Awaited<ReturnType<typeof startController>>['controller'] | undefined;
let isEnding = false;

// The terminal's Ctrl-C reaches the whole process group: the parent decides how its brokers end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => void end({ handsOver: true, exitCode: 0 }));
process.on('disconnect', () => void end({ handsOver: false, exitCode: 0, isOrphaned: true }));
process.on('message', (message: ToBroker) => {
  if (message.kind === 'stop') void end({ handsOver: message.handsOver, exitCode: 0 });
  else void startBroker(message.endpoint);
});
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    send({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exit(4);
  });
}

if (options.controllerPort !== undefined) {
  const { brokerId: _, ...rest } = options;
  const started = await startController({ environment, directory: rest.directory, listen: { host: LOOPBACK, port: options.controllerPort }, properties: rest.properties });
  controller = started.controller;
  send({ kind: 'controller', endpoint: started.endpoint });
  await startBroker(started.endpoint);
}

async function startBroker(controllerEndpoint: { host: string; port: number }): Promise<void> {
  if (broker !== undefined || isEnding) return;
  const { brokerId, clusterId, directory, port, properties } = options;
  broker = new Broker({ environment, brokerId, clusterId, directory, listen: { host: LOOPBACK, port }, properties, controller: controllerEndpoint });
  const endpoint = await broker.start();
  send({ kind: 'ready', endpoint, filesKind: environment.files.kind });
}

async function end(how: { handsOver: boolean; exitCode: number; isOrphaned?: boolean }): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  // Whatever hangs, the process does not outlive its stop.
  setTimeout(() => process.exit(how.exitCode), 5000).unref();
  await broker?.close({ handsOver: how.handsOver });
  await controller?.close();
  if (how.isOrphaned === true && options.isTemporary) removeData();
  process.exit(how.exitCode);
}

function removeData(): void {
  rmSync(options.directory, { recursive: true, force: true });
  try {
    rmdirSync(dirname(options.directory));
  } catch {
    // Another broker is still removing its own; the last one succeeds.
  }
}

function send(message: FromBroker): void {
  if (process.connected) process.send?.(message);
}
