/** What a run sent, in words: its records, and how their keys are chosen and spread. */
import type { CompressibilityRecord, KeyDistributionRecord, KeySpreadRecord, SizeDistributionRecord, WorkloadConfiguration } from '../run.ts';
import { bytesText, counted, percentText, significant } from './number-text.ts';

const TEMPLATE_SHOWN = 80;

export function workloadWords(workload: WorkloadConfiguration): string {
  switch (workload.kind) {
    case 'clickstream':
      return `clickstream events, ${keysWords(workload)}`;
    case 'fixed':
      return `records of ${bytesText(workload.recordBytes)}, ${compressibilityWords(workload)}, ${keysWords(workload)}`;
    case 'sized':
      return `records of ${sizesWords(workload.sizes)}, ${compressibilityWords(workload)}, ${keysWords(workload)}`;
    case 'template':
      return `records from the template ${templateWords(workload.template)}, ${keysWords(workload)}`;
    case 'file':
      return `records from ${workload.path}, ${keysWords(workload)}`;
  }
}

export function keysWords(workload: WorkloadConfiguration): string {
  if (workload.kind === 'file') return workload.key === null ? 'no keys' : `keyed by ${workload.key}`;
  return `${distributionWords(workload.keys)}${workload.keySpread === undefined ? '' : `, ${spreadWords(workload.keySpread, workload.keys)}`}`;
}

function sizesWords(sizes: SizeDistributionRecord): string {
  switch (sizes.kind) {
    case 'uniform':
      return `${bytesText(sizes.minBytes)} to ${bytesText(sizes.maxBytes)}, uniform`;
    case 'lognormal':
      return `${bytesText(sizes.meanBytes)} on average with a p99 of ${bytesText(sizes.p99Bytes)}, lognormal`;
    case 'buckets':
      return `sizes in ${counted(sizes.buckets.length, 'bucket')} from ${bytesText(Math.min(...sizes.buckets.map(({ minBytes }) => minBytes)))} to ${bytesText(Math.max(...sizes.buckets.map(({ maxBytes }) => maxBytes)))}`;
    case 'file':
      return `the sizes in ${sizes.path}`;
  }
}

function compressibilityWords({ randomBytesRatio, compressionRatio, trialRatio }: CompressibilityRecord): string {
  const random = `${percentText(randomBytesRatio)} of it random bytes`;
  return compressionRatio === undefined ? random : `${random} for a compression ratio of ${significant(compressionRatio)}${trialRatio === undefined ? '' : ` (${significant(trialRatio)} in the trial before the run)`}`;
}

function templateWords(template: string): string {
  const line = template.replaceAll(/\s+/g, ' ');
  return template.startsWith('@') ? template.slice(1) : line.length > TEMPLATE_SHOWN ? `${line.slice(0, TEMPLATE_SHOWN)}...` : line;
}

function distributionWords(keys: KeyDistributionRecord): string {
  switch (keys.kind) {
    case 'none':
      return 'no keys';
    case 'uniform':
      return `${counted(keys.keyCount, 'key')}, uniform`;
    case 'sequential':
      return `${counted(keys.keyCount, 'key')} in turn`;
    case 'zipf':
      return `${counted(keys.keyCount, 'key')}, Zipf (exponent ${keys.exponent})`;
    case 'hotSet':
      return `${counted(keys.keyCount, 'key')}, ${percentText(keys.hotShare)} of the records on ${counted(keys.hotKeyCount, 'key')}`;
  }
}

function spreadWords(spread: KeySpreadRecord, keys: KeyDistributionRecord): string {
  if (spread.kind === 'buckets') return `composite with ${counted(spread.buckets, 'bucket')} each`;
  return `${keys.kind === 'hotSet' ? 'the hot ones ' : ''}salted with ${counted(spread.salts, 'salt')}`;
}
