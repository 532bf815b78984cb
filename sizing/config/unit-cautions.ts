/** Slips of units that still read as something: they are named with the likely intention, and nothing is changed. */
import type { PlanQuantity, PlanWarning } from '../../results/plan-record.ts';
import { decimalBytesText, significant } from '../../results/render/number-text.ts';
import { brokerProfile, type BrokerProfile } from '../hardware/broker-profile.ts';
import type { SizingInputs } from '../sizing-inputs.ts';
import type { QuantityReader } from './quantity-reader.ts';

/** No single volume or controller sustains more. */
const DISK_BYTES_PER_SECOND_MAX = 8e9;
/** Cards as they are sold, Gbit/s. */
const CARDS = [1, 2.5, 5, 10, 25, 40, 50, 100];
const PEAK_OVER_AVERAGE_MAX = 20;

export function unitCautions(inputs: SizingInputs, seen: QuantityReader['seenBytes']): PlanWarning[] {
  return [...mixedUnits(seen), ...networkInBytes(seen), ...diskInBits(seen), ...diskTooFast(inputs), ...burstFigures(inputs), ...peaks(inputs)];
}

function mixedUnits(seen: QuantityReader['seenBytes']): PlanWarning[] {
  const [decimal, binary] = (['decimal', 'binary'] as const).map((family) => seen.find((each) => each.family === family && !isSoldInBinary(each.path)));
  if (decimal === undefined || binary === undefined) return [];
  return [{ code: 'units.mixed', what: `${decimal.path} is in powers of 1000 (${decimal.text}), ${binary.path} in powers of 1024 (${binary.text}): the two differ by up to 10 %`, remedy: 'check that each is what its source means; AWS writes MiB/s, networks and disks are sold in powers of 1000' }];
}

/** Memory and batch.size are always powers of 1024. */
function isSoldInBinary(path: string): boolean {
  return /(?:memory|heap|batchSize)$/.test(path);
}

function networkInBytes(seen: QuantityReader['seenBytes']): PlanWarning[] {
  return seen.flatMap(({ path, text }) => {
    const match = /^(\d+(?:\.\d+)?)\s*GB/.exec(text.trim());
    if (!path.startsWith('hardware.network') && path !== 'broker.network') return [];
    if (match === null || !CARDS.includes(Number(match[1]))) return [];
    return [{ code: 'units.network-bits', what: `${path}: ${text} is ${significant(Number(match[1]) * 8)} Gbit/s, and network cards are named in bits`, remedy: `if the card is ${match[1]} GbE, write ${match[1]} Gbit/s` }];
  });
}

/** Links are sold in bits, volumes in bytes. */
function diskInBits(seen: QuantityReader['seenBytes']): PlanWarning[] {
  return seen.flatMap(({ path, text, family }) => (family === 'bits' && /(?:diskThroughput|partitionRate)$/.test(path) ? [{ code: 'units.disk-bits', what: `${path}: ${text} is in bits, and volumes are named in bytes`, remedy: `if its source says ${text.replace('bps', 'B/s')}, write that: it is 8 times as much` }] : []));
}

function diskTooFast({ cluster }: SizingInputs): PlanWarning[] {
  const { diskBytesPerSecond: disk } = cluster;
  if (disk.source === 'assumed' || disk.value <= DISK_BYTES_PER_SECOND_MAX) return [];
  return [{ code: 'units.disk-bits', what: `disk throughput of ${decimalBytesText(disk.value)}/s for one broker is more than any volume sustains`, remedy: `if the source says Mbit/s, it is ${decimalBytesText(disk.value / 8)}/s; if it is the whole cluster's, divide it by the brokers` }];
}

/** More than the named machine sustains is what it gives for minutes. */
function burstFigures({ cluster }: SizingInputs): PlanWarning[] {
  const profile = cluster.hardware === null ? undefined : brokerProfile(cluster.hardware);
  if (profile === undefined) return [];
  const figures: readonly [string, PlanQuantity, number][] = [['network', cluster.networkInBytesPerSecond, profile.networkBytesPerSecond], ['disk throughput', cluster.diskBytesPerSecond, profile.diskBytesPerSecond]];
  return figures.flatMap(([what, { value }, sustained]) => (value > sustained * 1.05 ? [burst(what, { value, sustained, profile })] : []));
}

function burst(what: string, { value, sustained, profile }: { value: number; sustained: number; profile: BrokerProfile }): PlanWarning {
  return { code: 'units.burst', what: `${what}: ${decimalBytesText(value)}/s is more than ${profile.name} sustains (${decimalBytesText(sustained)}/s); "up to" is a burst that ends with its credits`, remedy: `leave it out to plan with ${decimalBytesText(sustained)}/s` };
}

function peaks({ topics }: SizingInputs): PlanWarning[] {
  return topics.flatMap(({ name, averageRate, peakRate }) =>
    peakRate.value > averageRate.value * PEAK_OVER_AVERAGE_MAX
      ? [{ code: 'units.peak-over-average', what: `${name}: the peak is ${significant(peakRate.value / averageRate.value)} times the average`, remedy: 'check that both are per second; a spike of seconds can be smoothed by producers, and the plan provides for it as if it lasted' }]
      : [],
  );
}
