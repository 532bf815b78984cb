/** Amazon MSK Express brokers (m7g): sustained throughput and the hard quota of one broker, as the documentation prints them, and as `msk_sizing.py` holds them. */
import { MEBIBYTE, MEGABYTE, type ProfileSource } from './profile.ts';

export const awsExpressSource: ProfileSource = { title: 'aws/agent-toolkit-for-aws d6ad2e44, migrate-to-msk simulation.md and msk_sizing.py; Amazon MSK Developer Guide, Express quotas', publishedOn: '2026-08-20', recordedOn: '2026-11-24' };

export interface AwsExpressBroker {
  readonly instance: string;
  /** As printed, MB/s. */
  readonly ingressBytesPerSecond: number;
  readonly ingressBytesPerSecondMax: number;
  readonly egressBytesPerSecond: number;
  readonly egressBytesPerSecondMax: number;
  /** What the script takes for the sustained ingress, MiB/s: 15.625 for 15.6. */
  readonly scriptIngressBytesPerSecond: number;
  readonly partitionsRecommended: number;
  readonly partitionsMax: number;
  readonly usdPerHour: number;
}

type Row = readonly [size: string, ingress: readonly [number, number], egress: readonly [number, number], script: number, partitions: readonly [number, number], usd: number];

const ROWS: readonly Row[] = [
  ['large', [15.6, 23.4], [31.2, 58.5], 15.625, [1000, 1500], 0.408],
  ['xlarge', [31.2, 46.8], [62.5, 117], 31.25, [1000, 2000], 0.816],
  ['2xlarge', [62.5, 93.7], [125, 234.2], 62.5, [2500, 4000], 1.632],
  ['4xlarge', [124.9, 187.5], [249.8, 468.7], 125, [6000, 8000], 3.264],
  ['8xlarge', [250, 375], [500, 937.5], 250, [12_000, 16_000], 6.528],
  ['12xlarge', [375, 562.5], [750, 1406.2], 375, [16_000, 24_000], 9.792],
  ['16xlarge', [500, 750], [1000, 1875], 500, [20_000, 32_000], 13.056],
];

export const awsExpressBrokers: readonly AwsExpressBroker[] = ROWS.map(([size, ingress, egress, script, partitions, usdPerHour]) => ({
  instance: `express.m7g.${size}`,
  ingressBytesPerSecond: ingress[0] * MEGABYTE,
  ingressBytesPerSecondMax: ingress[1] * MEGABYTE,
  egressBytesPerSecond: egress[0] * MEGABYTE,
  egressBytesPerSecondMax: egress[1] * MEGABYTE,
  scriptIngressBytesPerSecond: script * MEBIBYTE,
  partitionsRecommended: partitions[0],
  partitionsMax: partitions[1],
  usdPerHour,
}));

/** Throws RangeError for an instance that is not in the table. */
export function awsExpressBroker(instance: string): AwsExpressBroker {
  const found = awsExpressBrokers.find((each) => each.instance === instance);
  if (found === undefined) throw new RangeError(`no MSK Express broker is called ${instance}; there are ${awsExpressBrokers.map((each) => each.instance).join(', ')}`);
  return found;
}
