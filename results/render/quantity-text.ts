/** A number of a plan with its unit. Pure. */
import type { PlanUnit } from '../plan-record.ts';
import { bytesText, countText, decimalBytesText, durationText, latencyText, rateText, significant } from './number-text.ts';

export function quantityText(value: number, unit: PlanUnit): string {
  switch (unit) {
    case 'records/s':
      return `${rateText(value)}/s`;
    case 'requests/s':
      return `${rateText(value)} requests/s`;
    case 'bytes':
      return value < 1e6 ? bytesText(value) : decimalBytesText(value);
    case 'bytes/s':
      return `${decimalBytesText(value)}/s`;
    case 'seconds':
      return value < 1 ? latencyText(value * 1e6) : durationText(value);
    case 'seconds/byte':
      return `${significant(value * 1e9)} ns/byte`;
    case 'seconds/request':
      return `${significant(value * 1e6)} µs/request`;
    case 'cores':
      return `${significant(value)} ${value === 1 ? 'core' : 'cores'}`;
    case 'count':
      return Number.isInteger(value) || Math.abs(value) >= 100 ? countText(value) : significant(value);
    case 'ratio':
    case 'money':
      return significant(value);
  }
}
