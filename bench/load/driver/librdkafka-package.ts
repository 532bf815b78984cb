/** The package that binds librdkafka, which an installation may lack: it is large, and has to be built where no binary of it fits. */
import { createRequire } from 'node:module';

const PACKAGE = '@confluentinc/kafka-javascript';

export class LibrdkafkaMissingError extends Error {
  override readonly name = 'LibrdkafkaMissingError';
}

/** What the driver uses of it; the package's types come with the package. */
export interface LibrdkafkaProducer {
  connect(options: { topic?: string; timeout?: number }, done: (error: Error | null) => void): void;
  setPollInBackground(isOn: boolean): void;
  produce(topic: string, partition: number, value: Buffer | null, key: Buffer | null, timestampMs: number, opaque: number): boolean;
  flush(timeoutMs: number, done: (error: Error | null) => void): void;
  disconnect(done: () => void): void;
  on(event: 'delivery-report', listener: (error: LibrdkafkaError | null, report: DeliveryReport) => void): void;
  on(event: 'event.stats', listener: (stats: { message: string }) => void): void;
  on(event: 'event.error', listener: (error: LibrdkafkaError) => void): void;
}

export interface LibrdkafkaError extends Error {
  readonly code: number;
}

export interface DeliveryReport {
  readonly partition: number;
  readonly offset: number;
  readonly opaque: number;
}

export interface Librdkafka {
  readonly librdkafkaVersion: string;
  readonly Producer: new (config: Readonly<Record<string, unknown>>, topicConfig?: Readonly<Record<string, unknown>>) => LibrdkafkaProducer;
}

/** From headroom's own installation, or from the working directory. Throws LibrdkafkaMissingError with the way out. */
export function loadLibrdkafka(): Librdkafka {
  const failures: string[] = [];
  for (const from of [import.meta.url, `${process.cwd()}/package.json`]) {
    const require = createRequire(from);
    try {
      return require(PACKAGE) as Librdkafka;
    } catch (error) {
      failures.push((error as Error).message.split('\n')[0] ?? '');
    }
  }
  const isThere = failures.find((each) => !each.includes(`Cannot find module '${PACKAGE}'`));
  const reason = isThere === undefined ? 'is not installed' : `cannot be loaded (${isThere})`;
  throw new LibrdkafkaMissingError(`--client librdkafka: ${PACKAGE} ${reason}: run npm install --no-save ${PACKAGE}, with scripts allowed (npm rebuild ${PACKAGE}); where it has no binary for this Node it builds librdkafka, which takes a C++ compiler and minutes (CKJS_LINKING=dynamic uses the system's OpenSSL, zlib, zstd and curl)`);
}

/** `librdkafka 2.15.1`. */
export function librdkafkaVersion(): string {
  return `librdkafka ${loadLibrdkafka().librdkafkaVersion}`;
}
