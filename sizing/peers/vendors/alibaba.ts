/** F6, Alibaba ApsaraMQ for Kafka: all reads and writes over 400 MB/s a broker with half of the I/O kept free, never fewer than 4. */
import { ceiling, MB, type Peer } from '../peer.ts';

export const alibabaApsaraMq: Peer = {
  name: 'Alibaba ApsaraMQ',
  source: 'Alibaba Cloud, ApsaraMQ for Kafka: evaluate specifications',
  knownFlaws: ['the floor of 4 hides what the formula says', '100 MB/s a broker is a product\'s figure', 'storage does not enter'],
};

export const alibabaLimits = { replicasPerBrokerMax: 2000, replicasPerClusterMax: 200_000 } as const;

const BROKERS_MIN = 4;

/** max(4, peak in x (fan-out + 2R - 1) x 2 / 400 MB/s). */
export function alibabaSizing({ producedBytesPerSecond, fanOut, replicationFactor }: { producedBytesPerSecond: number; fanOut: number; replicationFactor: number }): { brokers: number; exact: number; decidedBy: 'floor of 4' | 'I/O' } {
  const exact = (producedBytesPerSecond * (fanOut + 2 * replicationFactor - 1) * 2) / (400 * MB);
  return { brokers: Math.max(BROKERS_MIN, ceiling(exact)), exact, decidedBy: exact > BROKERS_MIN ? 'I/O' : 'floor of 4' };
}
