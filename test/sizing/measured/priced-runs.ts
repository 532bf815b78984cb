/** Runs whose brokers cost exactly what given prices make of what they did, times noise; everything else as in the sample run. */
import type { BrokerRequests } from '../../../results/broker-requests.ts';
import type { Run } from '../../../results/run.ts';
import { costOf } from '../../../sizing/regression/cost-regression.ts';
import { costedRun } from '../../../sizing/measured/broker-prices.ts';
import { runAmounts } from '../../../sizing/measured/run-amounts.ts';
import { sampleRun } from '../../results/sample-run.ts';

export interface PricedRun {
  readonly rate: number;
  readonly wirePerRecord?: number;
  readonly recordsPerBatch?: number;
  readonly batchesPerRequest?: number;
  /** Null: nobody counted. */
  readonly fetchesPerRequest?: number | null;
  readonly replicationFactor?: number;
  readonly readers?: number;
  /** Of each reader. */
  readonly members?: number;
  readonly partitions?: number;
  readonly p99Us?: number;
  readonly load?: 'open' | 'closed';
  readonly noise?: number;
}

/** Brokers' seconds a byte written, a byte read, a batch, a request, a fetch, a reader's connection, and of nothing. */
export const PRICES = [2e-9, 1e-9, 8e-6, 5e-5, 7e-5, 0.004, 0.05];

export function pricedRun(id: string, { rate, wirePerRecord = 60, recordsPerBatch = 50, batchesPerRequest = 4, fetchesPerRequest = 1, replicationFactor = 3, readers = 2, members = 2, partitions = 20, p99Us = 20_000, load = 'open', noise = 0 }: PricedRun, prices: readonly number[] = PRICES): Run {
  const run = sampleRun({ id });
  const seconds = run.measured.measureEndSecond - run.measured.measureStartSecond;
  const records = rate * seconds;
  const { throughput, groups } = run.measured;
  const [group] = groups;
  if (group === undefined) throw new Error('the sample run has a group');
  const priced: Run = {
    ...run,
    configuration: { ...run.configuration, topic: { ...run.configuration.topic, partitions, replicationFactor }, groups: Array.from({ length: readers }, (_, at) => ({ ...(run.configuration.groups[0] as Run['configuration']['groups'][number]), name: `reader-${at}`, memberCount: members })), load: load === 'closed' ? { kind: 'closed' } : { kind: 'open', ratePerSecond: rate, arrivals: 'constant' } },
    measured: {
      ...run.measured,
      throughput: { ...throughput, offeredPerSecond: load === 'closed' ? null : rate, achievedPerSecond: rate, acknowledgedRecords: records, uncompressedBytes: records * 240, compressedBytes: records * wirePerRecord, compressionRatio: 240 / wirePerRecord, batches: Math.round(records / recordsPerBatch), recordsPerBatch, requests: Math.ceil(records / recordsPerBatch / batchesPerRequest) },
      brokers: run.measured.brokers.map((broker) => ({ ...broker, requests: fetchesPerRequest === null ? null : servedBy(records / recordsPerBatch / batchesPerRequest / run.measured.brokers.length, { fetchesPerRequest, replicationFactor, readers }) })),
      latency: { ...run.measured.latency, publish: { ...run.measured.latency.publish, summary: { ...run.measured.latency.publish.summary, p99Us, p50Us: p99Us / 2 } } },
      groups: Array.from({ length: readers }, (_, at) => ({ ...group, name: `reader-${at}`, records })),
    },
  };
  const amounts = runAmounts(priced);
  if (amounts === null) throw new Error('a priced run is complete');
  const cost = costOf(costedRun(amounts), prices) * (1 + noise);
  const count = priced.measured.brokers.length;
  return { ...priced, measured: { ...priced.measured, brokers: priced.measured.brokers.map((broker) => ({ ...broker, cpuSeconds: cost / count, cpuCoresMean: cost / count / seconds })) } };
}

function servedBy(requests: number, { fetchesPerRequest, replicationFactor, readers }: { fetchesPerRequest: number; replicationFactor: number; readers: number }): BrokerRequests {
  const fetches = (links: number): number => Math.round(requests * fetchesPerRequest * links);
  return { produce: Math.ceil(requests), consumerFetch: fetches(readers), followerFetch: fetches(replicationFactor - 1), otherByApi: {}, controller: 0, receivedBytes: 0, sentBytes: 0 };
}

/** Varied in everything that has a price. */
export function variedRuns(noise: readonly number[] = []): Run[] {
  const shapes: PricedRun[] = [
    { rate: 100, recordsPerBatch: 1, batchesPerRequest: 1, members: 1 },
    { rate: 300_000, wirePerRecord: 240, recordsPerBatch: 250 },
    { rate: 300_000, wirePerRecord: 60, recordsPerBatch: 250, readers: 0, fetchesPerRequest: 0.5 },
    { rate: 400_000, wirePerRecord: 240, recordsPerBatch: 250, replicationFactor: 1, readers: 0 },
    { rate: 200_000, wirePerRecord: 240, recordsPerBatch: 200, replicationFactor: 1, readers: 2, members: 6 },
    { rate: 20_000, recordsPerBatch: 2, batchesPerRequest: 8, replicationFactor: 1, readers: 0 },
    { rate: 15_000, recordsPerBatch: 2, batchesPerRequest: 2, fetchesPerRequest: 0.3, members: 4 },
    { rate: 50_000, recordsPerBatch: 10, batchesPerRequest: 1, replicationFactor: 1, readers: 0 },
    { rate: 100_000, wirePerRecord: 120, recordsPerBatch: 60, batchesPerRequest: 10, replicationFactor: 2, readers: 2 },
    { rate: 100_000, wirePerRecord: 40, recordsPerBatch: 30, readers: 2, members: 12 },
  ];
  return shapes.map((shape, at) => pricedRun(`20260805-1200${String(at).padStart(2, '0')}-aaaaaa`, { ...shape, noise: noise[at] ?? 0 }));
}
