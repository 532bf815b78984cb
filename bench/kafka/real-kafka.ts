/**
 * A real Apache Kafka on this machine, to measure beside: combined KRaft nodes on loopback, each a JVM with Kafka's own default
 * heap and collector flags, fresh data in a directory of its own. Needs a Java and a Kafka directory (`libs/*.jar`, as a release has).
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ExperimentError } from '../experiment-error.ts';

export interface RealKafka {
  readonly version: string;
  readonly bootstrap: string;
  readonly pids: readonly number[];
  /** log.dirs of each broker. */
  readonly dataDirectories: readonly string[];
  /** Stops all brokers cleanly; `restart` starts them again on the same data and ports. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** bin/kafka-run-class.sh and kafka-server-start.sh of Kafka 4.2. */
const JVM_OPTIONS = ['-Xmx1G', '-Xms1G', '-server', '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20', '-XX:InitiatingHeapOccupancyPercent=35', '-XX:+ExplicitGCInvokesConcurrent', '-Djava.awt.headless=true'];
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
const LOGGING = `rootLogger.level=warn
rootLogger.appenderRef.c.ref=c
appender.c.type=Console
appender.c.name=c
appender.c.layout.type=PatternLayout
appender.c.layout.pattern=%d %p %c %m%n
`;

export async function startRealKafka(kafkaDirectory: string, brokerCount: number): Promise<RealKafka> {
  const version = kafkaVersion(kafkaDirectory);
  const directory = await mkdtemp(join(tmpdir(), 'headroom-kafka-'));
  const logging = join(directory, 'log4j2.properties');
  const children: ChildProcess[] = [];
  const ports = await freePorts(2 * brokerCount);
  const bootstrap = ports.slice(0, brokerCount).map((port) => `127.0.0.1:${port}`).join(',');
  const propertiesOf = (index: number): string => join(directory, `broker-${index + 1}.properties`);
  const stopAll = async (): Promise<void> => void (await Promise.all(children.splice(0).map(stop)));
  const startAll = async (): Promise<void> => {
    for (let index = 0; index < brokerCount; index++) {
      const output = openSync(join(directory, `broker-${index + 1}.log`), 'a');
      children.push(spawn('java', [...JVM_OPTIONS, ...classPath(kafkaDirectory, logging), 'kafka.Kafka', propertiesOf(index)], { stdio: ['ignore', output, output] }));
      closeSync(output);
    }
    await untilReady({ kafkaDirectory, logging, bootstrap, brokerCount });
  };
  const close = async (): Promise<void> => {
    await stopAll();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await writeFile(logging, LOGGING);
    const clusterId = Buffer.from(crypto.randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
    for (let index = 0; index < brokerCount; index++) {
      await mkdir(join(directory, `data-${index + 1}`));
      await writeFile(propertiesOf(index), brokerProperties(index, { directory, ports, brokerCount }));
      await runKafkaClass({ kafkaDirectory, logging, mainClass: 'kafka.tools.StorageTool', words: ['format', '-t', clusterId, '-c', propertiesOf(index)] });
    }
    await startAll();
    const dataDirectories = ports.slice(0, brokerCount).map((_, index) => join(directory, `data-${index + 1}`));
    return { version, bootstrap, pids: children.map(({ pid }) => pid as number), dataDirectories, stop: stopAll, restart: startAll, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs one of Kafka's own tools; resolves to what it printed. */
export async function runKafkaClass(run: { kafkaDirectory: string; logging?: string; mainClass: string; words: readonly string[] }): Promise<string> {
  const { stdout } = await promisify(execFile)('java', javaWords(run.kafkaDirectory, run.mainClass, run.words, run.logging), { maxBuffer: 64 << 20 });
  return stdout;
}

/** What stands behind `java` on the command line of one of Kafka's own tools. */
export function javaWords(kafkaDirectory: string, mainClass: string, words: readonly string[], logging?: string): string[] {
  return ['-Xmx1G', ...classPath(kafkaDirectory, logging), mainClass, ...words];
}

function kafkaVersion(kafkaDirectory: string): string {
  const libs = join(kafkaDirectory, 'libs');
  const version = existsSync(libs) ? readdirSync(libs).map((name) => /^kafka-clients-(\d[\d.]*)\.jar$/.exec(name)?.[1]).find((each) => each !== undefined) : undefined;
  if (version === undefined) throw new ExperimentError('usage', `${kafkaDirectory} is no Kafka directory: there is no libs/kafka-clients-*.jar in it`);
  return version;
}

function classPath(kafkaDirectory: string, logging?: string): string[] {
  return ['-cp', join(kafkaDirectory, 'libs', '*'), ...(logging === undefined ? [] : [`-Dlog4j2.configurationFile=${logging}`])];
}

function brokerProperties(index: number, cluster: { directory: string; ports: readonly number[]; brokerCount: number }): string {
  const { directory, ports, brokerCount } = cluster;
  const controllerPort = (each: number): number => ports[brokerCount + each] as number;
  const voters = Array.from({ length: brokerCount }, (_, each) => `${each + 1}@127.0.0.1:${controllerPort(each)}`).join(',');
  const replicas = Math.min(3, brokerCount);
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': index + 1,
    'controller.quorum.voters': voters,
    listeners: `PLAINTEXT://127.0.0.1:${ports[index]},CONTROLLER://127.0.0.1:${controllerPort(index)}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${ports[index]}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(directory, `data-${index + 1}`),
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': Math.min(2, replicas),
    'min.insync.replicas': Math.min(2, replicas),
    'default.replication.factor': replicas,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
  }).map(([name, value]) => `${name}=${value}\n`).join('');
}

async function untilReady(kafka: { kafkaDirectory: string; logging: string; bootstrap: string; brokerCount: number }): Promise<void> {
  const deadlineMs = performance.now() + START_LIMIT_MS;
  for (;;) {
    const words = ['--bootstrap-server', kafka.bootstrap];
    const printed = await runKafkaClass({ ...kafka, mainClass: 'org.apache.kafka.tools.BrokerApiVersionsCommand', words }).catch(() => '');
    if (printed.split('\n').filter((line) => line.includes('id: ')).length >= kafka.brokerCount) return;
    if (performance.now() >= deadlineMs) throw new ExperimentError('environment', `Kafka was not ready within ${START_LIMIT_MS / 1000} s`);
  }
}

/** All at once, so that no two are the same. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
    const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
  })));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}
