/**
 * Amazon MSK Standard brokers: sustained limits of one broker, prices of us-east-1, three zones. Bandwidths are what `msk_sizing.py` holds,
 * in MiB/s as it says; where the documentation says something else, that stands in a field of its own.
 */
import { GIBIBYTE, MEBIBYTE, type ProfileSource } from './profile.ts';

export const awsStandardSource: ProfileSource = { title: 'aws/agent-toolkit-for-aws d6ad2e44, msk_sizing.py; Amazon MSK Developer Guide', publishedOn: '2026-08-20', recordedOn: '2026-11-24' };

export interface AwsStandardBroker {
  readonly instance: string;
  /** Of all volumes together, sustained. */
  readonly ebsBytesPerSecond: number;
  /** EC2's documented baseline where the script rounds or caps it. */
  readonly ebsInstanceBytesPerSecond: number;
  /** Sustained, each way; the burst of the smaller sizes is not in it. */
  readonly networkBytesPerSecond: number;
  /** Replicas, leaders and followers. */
  readonly partitionsRecommended: number;
  readonly partitionsMax: number;
  readonly usdPerHour: number;
  /** Whether the script lets more volume throughput be bought for it. */
  readonly isProvisionedThroughputInScript: boolean;
  /** The most that the documentation sells; null: the size has no such option. */
  readonly provisionedBytesPerSecondMax: number | null;
}

type Row = readonly [instance: string, ebs: number, ebsInstance: number, network: number, recommended: number, max: number, usd: number, provisioned: number | null];

const ROWS: readonly Row[] = [
  ['m5.large', 81, 81.25, 96, 1000, 1500, 0.21, null],
  ['m5.xlarge', 144, 143.75, 160, 1000, 1500, 0.42, null],
  ['m5.2xlarge', 250, 287.5, 320, 2000, 3000, 0.84, null],
  ['m5.4xlarge', 593.75, 593.75, 640, 4000, 6000, 1.68, 593],
  ['m5.8xlarge', 850, 850, 1280, 4000, 6000, 3.36, 850],
  ['m5.12xlarge', 1000, 1000, 1536, 4000, 6000, 5.04, 1000],
  ['m5.16xlarge', 1000, 1000, 2560, 4000, 6000, 6.72, 1000],
  ['m5.24xlarge', 1000, 1000, 3200, 4000, 4000, 10.08, 1000],
  ['m7g.large', 78.75, 78.75, 117, 1000, 1500, 0.204, null],
  ['m7g.xlarge', 156.25, 156.25, 234, 1000, 1500, 0.408, null],
  ['m7g.2xlarge', 312.5, 312.5, 469, 2000, 3000, 0.816, 312.5],
  ['m7g.4xlarge', 625, 625, 937, 4000, 6000, 1.632, 625],
  ['m7g.8xlarge', 1000, 1000, 1875, 4000, 6000, 3.264, 1000],
  ['m7g.12xlarge', 1000, 1000, 2812, 4000, 6000, 4.896, 1000],
  ['m7g.16xlarge', 1000, 1000, 3750, 4000, 6000, 6.528, 1000],
];

export const awsStandardBrokers: readonly AwsStandardBroker[] = ROWS.map(([instance, ebs, ebsInstance, network, partitionsRecommended, partitionsMax, usdPerHour, provisioned]) => ({
  instance,
  ebsBytesPerSecond: ebs * MEBIBYTE,
  ebsInstanceBytesPerSecond: ebsInstance * MEBIBYTE,
  networkBytesPerSecond: network * MEBIBYTE,
  partitionsRecommended,
  partitionsMax,
  usdPerHour,
  isProvisionedThroughputInScript: provisioned !== null && instance !== 'm7g.2xlarge',
  provisionedBytesPerSecondMax: provisioned === null ? null : provisioned * MEBIBYTE,
}));

/** Throws RangeError for an instance that is not in the table. */
export function awsStandardBroker(instance: string): AwsStandardBroker {
  const found = awsStandardBrokers.find((each) => each.instance === instance);
  if (found === undefined) throw new RangeError(`no MSK Standard broker is called ${instance}; there are ${awsStandardBrokers.map((each) => each.instance).join(', ')}`);
  return found;
}

/** Of every Standard cluster. t3.small holds 300 replicas at most and is not in the script. */
export const awsStandardRules = {
  volumeBytesPerSecondDefault: 250 * MEBIBYTE,
  volumeBytesMax: 16_384 * GIBIBYTE,
  cpuUtilizationMax: 0.6,
  diskUtilizationAlarm: 0.85,
  heapAfterGcAlarm: 0.6,
  t3SmallPartitionsMax: 300,
} as const;

/** `num.replica.fetchers` that AWS advises with provisioned throughput, and its thread counts. */
export const awsBrokerThreads = [
  { size: '4xlarge', replicaFetchers: 4, ioThreads: 16, networkThreads: 8 },
  { size: '8xlarge', replicaFetchers: 8, ioThreads: 32, networkThreads: 16 },
  { size: '12xlarge', replicaFetchers: 14, ioThreads: 48, networkThreads: 24 },
  { size: '16xlarge', replicaFetchers: 16, ioThreads: 64, networkThreads: 32 },
  { size: '24xlarge', replicaFetchers: 16, ioThreads: 96, networkThreads: 48 },
] as const;

/** us-east-1, on demand. A "GB" of the price list is a GiB. */
export const awsPrices = {
  region: 'us-east-1',
  currency: 'USD',
  hoursPerMonth: 730,
  ebsPerGibibyteMonth: 0.1,
  tieredPerGibibyteMonth: 0.023,
  crossZonePerGibibyte: 0.02,
  expressDataInPerGibibyte: 0.01,
  provisionedPerMebibytePerSecondMonth: 0.08,
} as const;
