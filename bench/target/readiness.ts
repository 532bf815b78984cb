/** When an embedded cluster is ready: from the start of its brokers until a first record is acknowledged by the replicas that a run will ask for. */
import type { Admin } from '../../engine/client/admin.ts';
import type { ClusterClient } from '../../engine/client/cluster-client.ts';
import { parseProducerConfig } from '../../engine/client/producer-config.ts';
import { Producer } from '../../engine/client/producer.ts';

const PROBE_TOPIC = 'headroom-readiness';

/** Writes one record with acks=all to a topic of its own and removes the topic. Rejects with the error's code when it fails. */
export async function probeReadiness(client: ClusterClient, admin: Admin, replicationFactor: number): Promise<void> {
  await admin.createTopic({ name: PROBE_TOPIC, partitions: 1, replicationFactor, configs: {} });
  const { promise, resolve } = Promise.withResolvers<number>();
  const producer = new Producer(client, parseProducerConfig({ acks: 'all', 'linger.ms': '0' }), { onBatch: ({ errorCode }) => resolve(errorCode) });
  try {
    await producer.start([PROBE_TOPIC]);
    const value = Buffer.from('ready?');
    producer.send({ topic: producer.topicHandle(PROBE_TOPIC), key: value, keyStart: 0, keyEnd: -1, value, valueStart: 0, valueEnd: value.length, timestampMs: Date.now(), tag: 0 });
    const errorCode = await promise;
    if (errorCode !== 0) throw new Error(`the cluster refused a first record: error code ${errorCode}`);
  } finally {
    await producer.close();
    await admin.deleteTopic(PROBE_TOPIC);
  }
}
