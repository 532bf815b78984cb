/** The producer's way to one broker: its connection, opened on demand and again after a back-off, and the partitions that it leads. */
import type { ClusterClient } from '../cluster-client.ts';
import type { KafkaConnection } from '../kafka-connection.ts';
import type { PartitionQueue } from './partition-queue.ts';

export class BrokerLane {
  readonly queues: PartitionQueue[] = [];
  /** Requests under way. */
  inFlight = 0;
  /** Where the next request starts to collect. */
  cursor = 0;
  readonly #client: ClusterClient;
  readonly #options: { readonly brokerId: number; readonly name: string; readonly backoffMs: number; readonly backoffMsMax: number; readonly onChange: () => void };
  #connection: KafkaConnection | undefined;
  #isConnecting = false;
  #isClosed = false;
  #failures = 0;

  constructor(client: ClusterClient, options: { brokerId: number; name: string; backoffMs: number; backoffMsMax: number; onChange: () => void }) {
    this.#client = client;
    this.#options = options;
  }

  get connection(): KafkaConnection | undefined {
    return this.#connection?.isClosed === false ? this.#connection : undefined;
  }

  add(queue: PartitionQueue): void {
    this.queues.push(queue);
  }

  remove(queue: PartitionQueue): void {
    const at = this.queues.indexOf(queue);
    if (at >= 0) this.queues.splice(at, 1);
  }

  /** Once at a time; says so by `onChange`. */
  connect(): void {
    if (this.#isConnecting || this.#isClosed) return;
    this.#isConnecting = true;
    this.#client.connectionTo(this.#options.brokerId, this.#options.name).then(
      (connection) => {
        this.#isConnecting = false;
        this.#failures = 0;
        if (this.#isClosed) {
          connection.close();
          return;
        }
        connection.onDrain = this.#options.onChange;
        this.#connection = connection;
        this.#options.onChange();
      },
      () => this.#backOff(),
    );
  }

  close(): void {
    this.#isClosed = true;
    this.#connection?.close();
  }

  #backOff(): void {
    if (this.#isClosed) return;
    this.#client.requestRefresh();
    const delayMs = Math.min(this.#options.backoffMsMax, this.#options.backoffMs * 2 ** Math.min(this.#failures++, 20));
    this.#client.environment.clock.setTimer(delayMs, () => {
      this.#isConnecting = false;
      this.#options.onChange();
    });
  }
}
