/** What a run sent, in words: its records, and how their keys are chosen and spread. */
import type { KeyDistributionRecord, KeySpreadRecord, WorkloadConfiguration } from '../run.ts';
import { bytesText, counted, percentText } from './number-text.ts';

export function workloadWords(workload: WorkloadConfiguration): string {
  switch (workload.kind) {
    case 'clickstream':
      return `clickstream events, ${keysWords(workload)}`;
    case 'fixed':
      return `records of ${bytesText(workload.recordBytes)}, ${percentText(workload.randomBytesRatio)} of it random bytes, ${keysWords(workload)}`;
    case 'file':
      return `records from ${workload.path}, ${keysWords(workload)}`;
  }
}

export function keysWords(workload: WorkloadConfiguration): string {
  if (workload.kind === 'file') return workload.key === null ? 'no keys' : `keyed by ${workload.key}`;
  return `${distributionWords(workload.keys)}${workload.keySpread === undefined ? '' : `, ${spreadWords(workload.keySpread, workload.keys)}`}`;
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
