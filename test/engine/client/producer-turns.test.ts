/** A producer that compresses for long gives way to what has happened meanwhile. */
import { expect, it } from 'vitest';
import { ClusterClient } from '../../../engine/client/cluster-client.ts';
import { KafkaConnection } from '../../../engine/client/kafka-connection.ts';
import { partitionForKey } from '../../../engine/client/partitioner.ts';
import { parseProducerConfig } from '../../../engine/client/producer-config.ts';
import { Producer } from '../../../engine/client/producer.ts';
import type { Environment } from '../../../engine/environment.ts';
import { CreateTopics } from '../../../engine/protocol/apis.ts';
import { SimulatedCluster } from '../../simulator/simulated-cluster.ts';

const TOPIC = 'turns';
const BROKERS = 3;

it('handles what has come between the requests to two brokers when closing their batches takes long', async () => {
  expect(await orderOfEvents({ closingMs: 2 })).toEqual(['closed', 'timer', 'closed', 'closed', 'answer 0', 'answer 0', 'answer 0']);
});

it('sends to all brokers in one turn when closing their batches is quick', async () => {
  expect(await orderOfEvents({ closingMs: 0 })).toEqual(['closed', 'closed', 'closed', 'timer', 'answer 0', 'answer 0', 'answer 0']);
});

/** One batch for each broker at the same time; a timer is due from the first one's closing on. */
async function orderOfEvents({ closingMs }: { closingMs: number }): Promise<string[]> {
  const cluster = new SimulatedCluster({ seed: 1, brokerCount: BROKERS });
  cluster.startAll();
  const { environment } = cluster.host('client');
  await cluster.clock.run(2000);
  await finished(cluster, createTopic(cluster, environment));

  let spentMs = 0;
  const slow: Environment = { ...environment, clock: { ...environment.clock, monotonicMs: () => environment.clock.monotonicMs() + spentMs } };
  const events: string[] = [];
  const client = new ClusterClient(slow, { bootstrap: [cluster.endpointOf(1)], clientId: 'turns' });
  const producer = new Producer(client, parseProducerConfig({ 'linger.ms': '5' }), {
    onBatch: ({ errorCode }) => events.push(`answer ${errorCode}`),
    onClosedBatch: () => {
      if (events.length === 0) environment.clock.setTimer(0, () => events.push('timer'));
      events.push('closed');
      spentMs += closingMs;
    },
  });
  await finished(cluster, producer.start([TOPIC]));
  const sendOneToEach = (): void => {
    const value = Buffer.from('value');
    for (let partition = 0; partition < BROKERS; partition++) {
      const key = keyFor(partition);
      producer.send({ topic: 0, key, keyStart: 0, keyEnd: key.length, value, valueStart: 0, valueEnd: value.length, timestampMs: 1, tag: partition });
    }
  };
  // The first ones open the connections.
  sendOneToEach();
  await finished(cluster, producer.flush());
  events.length = 0;
  sendOneToEach();
  await finished(cluster, producer.flush());
  await finished(cluster, producer.close());
  await client.close();
  return events;
}

function keyFor(partition: number): Buffer {
  for (let at = 0; ; at++) {
    const key = Buffer.from(`key-${at}`);
    if (partitionForKey(key, 0, key.length, BROKERS) === partition) return key;
  }
}

async function createTopic(cluster: SimulatedCluster, environment: Environment): Promise<void> {
  const connection = await KafkaConnection.open(environment, cluster.endpointOf(1), { clientId: 'admin', requestTimeoutMs: 3000 });
  const answer = await connection.request(CreateTopics, undefined, { topics: [{ name: TOPIC, numPartitions: BROKERS, replicationFactor: BROKERS }], timeoutMs: 1000 });
  connection.close();
  expect(answer.topics[0]?.errorCode).toBe(0);
}

async function finished(cluster: SimulatedCluster, work: Promise<unknown>): Promise<void> {
  let isDone = false;
  work.then(
    () => (isDone = true),
    () => (isDone = true),
  );
  while (!isDone) await cluster.clock.run(1);
  await work;
}
