/** headroom's own client as the load's driver. */
import { ClusterClient } from '../../../engine/client/cluster-client.ts';
import { parseProducerConfig } from '../../../engine/client/producer-config.ts';
import { Producer, type OutgoingRecord } from '../../../engine/client/producer.ts';
import type { Environment } from '../../../engine/environment.ts';
import type { LoadWorkerInput } from '../load-messages.ts';
import type { DriverEvents, LoadDriver } from './load-driver.ts';

export class HeadroomDriver implements LoadDriver {
  readonly #client: ClusterClient;
  readonly #producer: Producer;

  constructor(environment: Environment, input: LoadWorkerInput, events: DriverEvents) {
    this.#client = new ClusterClient(environment, { bootstrap: [...input.bootstrap], security: input.security, clientId: `headroom-load-${input.worker}` });
    this.#producer = new Producer(this.#client, parseProducerConfig(input.producerProperties), events);
    this.#producer.onSpace = () => events.onSpace();
  }

  get stats(): LoadDriver['stats'] {
    return this.#producer.stats;
  }

  async start(topic: string): Promise<number> {
    await this.#producer.start([topic]);
    return this.#producer.topicHandle(topic);
  }

  send(record: OutgoingRecord): boolean {
    return this.#producer.send(record);
  }

  flush(): Promise<void> {
    return this.#producer.flush();
  }

  wireUse(): undefined {
    return undefined;
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
