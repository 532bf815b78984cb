/** F9, AutoMQ's comparison of Kafka with its own product: brokers by what goes out, at 100 MB/s each; storage in MB / 1,024, printed as GB. */
import { ceiling, DAY_SECONDS, MB, type Peer } from '../peer.ts';

export const autoMq: Peer = {
  name: 'AutoMQ comparison',
  source: 'AutoMQ/kafka-provider-comparison b9604538, cost-explanation/kafka.md and automq.md',
  knownFlaws: ['15 brokers carried 500 MB/s at an end to end p99 of 757.91 ms: throughput fits, latency does not', 'megabytes divided by 1,024 are printed as GB', 'one page says both 12 and 13 brokers', 'a vendor page that overstates the cost of Kafka'],
};

const BROKER_BYTES_PER_SECOND = 100 * MB;

/** What Kafka sends out is W x (R - 1 + C); brokers carry 100 MB/s each. */
export function autoMqKafkaBrokers({ producedBytesPerSecond, replicationFactor, groups }: { producedBytesPerSecond: number; replicationFactor: number; groups: number }): { brokers: number; sentBytesPerSecond: number } {
  const sentBytesPerSecond = producedBytesPerSecond * (replicationFactor - 1 + groups);
  return { brokers: ceiling(sentBytesPerSecond / BROKER_BYTES_PER_SECOND), sentBytesPerSecond };
}

/** AutoMQ itself: 2.5 times what is produced. */
export function autoMqOwnBrokers(producedBytesPerSecond: number): { brokers: number; sentBytesPerSecond: number } {
  const sentBytesPerSecond = producedBytesPerSecond * 2.5;
  return { brokers: ceiling(sentBytesPerSecond / BROKER_BYTES_PER_SECOND), sentBytesPerSecond };
}

/** Bytes of a retention, all replicas. */
export function autoMqStorageBytes(inputs: { producedBytesPerSecond: number; replicationFactor: number; retentionSeconds: number }): number {
  return inputs.producedBytesPerSecond * inputs.replicationFactor * inputs.retentionSeconds;
}

/** As the page prints sizes: megabytes over 1,024, under the name of GB. */
export function autoMqPrintedGigabytes(bytes: number): number {
  return bytes / MB / 1024;
}

/** Object storage requests of a month, from the requests/s that they measured at 500 MB/s. */
export function objectRequestsPerMonth(requestsPerSecond: number, days = 30): number {
  return requestsPerSecond * DAY_SECONDS * days;
}

export const autoMqRequestsAt500MegabytesPerSecond = { putsPerSecond: 147.3, getsPerSecond: 63.6 } as const;
