/**
 * Entry point of one broker process. It lives as long as its parent: when the IPC channel ends, for whatever reason, it
 * closes its logs and ends; a stop message ends it cleanly.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import type { Environment } from '../environment.ts';
import type { BrokerProcessOptions, FromBroker, ToBroker } from './broker-messages.ts';
import { isDirectoryLocked, lockDirectory } from './directory-lock.ts';

enableCompileCache?.();

const { Broker, startController } = await import('../broker/broker.ts');
const { createHostEnvironment } = await import('../host/host-environment.ts');
const { native } = await import('../native/native.ts');

const LOOPBACK = '127.0.0.1';
const END_TIMEOUT_MS = 5000;
const REMOVE_ATTEMPTS = 20;
const EXIT_ENVIRONMENT = 3;
const EXIT_BUG = 4;
const options = JSON.parse(process.argv[2] ?? '{}') as BrokerProcessOptions;
const isPreferred = options.isPreferred && native?.bePreferred() === true;
const environment = await environmentOf(options);

let broker: InstanceType<typeof Broker> | undefined;
let controller: Awaited<ReturnType<typeof startController>>['controller'] | undefined;
let unlock = (): void => {};
let isEnding = false;

// The terminal's Ctrl-C and its end reach the whole process group: the parent decides how its brokers end.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
process.on('SIGTERM', () => void end({ handsOver: true }));
process.on('disconnect', () => void endOrphaned());
process.on('message', (message: ToBroker) => {
  if (message.kind === 'stop') void end({ handsOver: message.handsOver });
  else if (message.kind === 'askServed') tellServed();
  else void startBroker(message.endpoint).catch(failStart);
});
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => fail(error instanceof Error ? (error.stack ?? error.message) : String(error), EXIT_BUG));
}

// The parent may have ended while this process was loading its modules.
if (!process.connected) await endOrphaned();
await start();

async function environmentOf({ brokerId, directory, environmentModule }: BrokerProcessOptions): Promise<Environment> {
  const host = createHostEnvironment({ log: (line) => send({ kind: 'log', line }) });
  if (environmentModule === undefined) return host;
  const { wrapEnvironment } = (await import(environmentModule)) as { wrapEnvironment(environment: Environment, broker: { brokerId: number; directory: string }): Environment };
  return wrapEnvironment(host, { brokerId, directory });
}

async function start(): Promise<void> {
  try {
    unlock = lockDirectory(options.directory);
    if (options.controllerPort === undefined) return;
    const { directory, properties } = options;
    const started = await startController({ environment, directory, listen: { host: LOOPBACK, port: options.controllerPort }, properties });
    controller = started.controller;
    send({ kind: 'controller', endpoint: started.endpoint });
    await startBroker(started.endpoint);
  } catch (error) {
    failStart(error);
  }
}

/** An error with a code is one of the environment or the settings, and its message says what to do; any other is a bug. */
function failStart(error: unknown): void {
  if (error instanceof Error && 'code' in error) fail(error.message, EXIT_ENVIRONMENT);
  else throw error;
}

async function startBroker(controllerEndpoint: { host: string; port: number }): Promise<void> {
  if (broker !== undefined || isEnding) return;
  const { brokerId, clusterId, directory, port, properties } = options;
  broker = new Broker({ environment, brokerId, clusterId, directory, listen: { host: LOOPBACK, port }, properties, controller: controllerEndpoint, onDirectoryFailed });
  const endpoint = await broker.start();
  send({ kind: 'ready', endpoint, filesKind: environment.files.kind, isPreferred });
}

function tellServed(): void {
  if (broker !== undefined) send({ kind: 'served', broker: broker.served, controller: controller?.served ?? null });
}

function onDirectoryFailed(error: Error): void {
  send({ kind: 'directoryFailed', message: error.message });
}

async function end(how: { handsOver: boolean }): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  // Whatever hangs, the process does not outlive its stop.
  setTimeout(() => process.exit(0), END_TIMEOUT_MS).unref();
  await broker?.close({ handsOver: how.handsOver });
  await controller?.close();
  unlock();
  process.exit(0);
}

async function endOrphaned(): Promise<void> {
  if (!options.isTemporary) return end({ handsOver: false });
  const parent = dirname(options.directory);
  removeTree(options.directory);
  // The last one alive takes what the others, killed perhaps, left.
  const names = existsSync(parent) ? readdirSync(parent) : [];
  if (!names.some((name) => isDirectoryLocked(join(parent, name)))) removeTree(parent);
  process.exit(0);
}

/** Others may remove the same tree, or still be writing to it. */
function removeTree(directory: string): void {
  for (let attempt = 1; attempt <= REMOVE_ATTEMPTS && existsSync(directory); attempt++) {
    try {
      rmSync(directory, { recursive: true, force: true });
    } catch (error) {
      if (attempt === REMOVE_ATTEMPTS) throw error;
    }
  }
}

/** Ends the process once the parent, if there still is one, has been told why. */
function fail(message: string, exitCode: number): void {
  isEnding = true;
  const exit = (isTold: boolean): void => {
    if (!isTold && options.isTemporary) void endOrphaned();
    else process.exit(exitCode);
  };
  if (process.connected) process.send?.({ kind: 'failed', message } satisfies FromBroker, (error: Error | null) => exit(error === null));
  else exit(false);
}

function send(message: FromBroker): void {
  // A parent that is gone shows as a disconnect too: an error of the sending says nothing more.
  if (process.connected) process.send?.(message, () => {});
}
