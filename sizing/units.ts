/** Quantities as people write them in a configuration: always with their unit, read into records/s, bytes, bytes/s, seconds, ratios, counts. */
import type { PlanUnit } from '../results/plan-record.ts';

/** Units that a configuration can give. */
export type GivenUnit = Extract<PlanUnit, 'records/s' | 'bytes' | 'bytes/s' | 'seconds' | 'ratio' | 'count'>;

export class UnitError extends Error {
  override readonly name = 'UnitError';
}

const DECIMAL = { k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15 } as const;
const BINARY = { ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40, pi: 2 ** 50 } as const;
const SECONDS = { ms: 1e-3, s: 1, sec: 1, min: 60, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

const FORMS: Readonly<Record<GivenUnit, string>> = {
  'records/s': '100k/s, 2.5M/s, 5000/s',
  bytes: '220 B, 64 KiB, 4 TB',
  'bytes/s': '250 MB/s, 97.7 MiB/s, 10 Gbit/s',
  seconds: '10 ms, 45 s, 12 h, 7 d',
  ratio: '3, 3.5x, 60 %',
  count: '3, 20',
};

/** Throws UnitError with what would be accepted. A bare number is taken only where there is no unit to mistake: ratios and counts. */
export function parseQuantity(text: string, unit: GivenUnit): number {
  const value = read(text.trim().replaceAll(/(?<=\d)[_,](?=\d{3})/g, ''), unit);
  if (value === undefined) throw new UnitError(`"${text}" is no ${nameOf(unit)}: write it as ${FORMS[unit]}`);
  return value;
}

function read(text: string, unit: GivenUnit): number | undefined {
  switch (unit) {
    case 'records/s':
      return readScaled(/^(\d+(?:\.\d+)?)\s*([kmg]?)\s*(?:records|events|messages)?\/s(?:ec)?$/i, text);
    case 'count':
      return /^\d+$/.test(text) ? Number(text) : undefined;
    case 'ratio':
      return readRatio(text);
    case 'seconds': {
      const match = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text);
      const factor = SECONDS[(match?.[2] ?? '').toLowerCase() as keyof typeof SECONDS];
      return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
    }
    case 'bytes':
      return readBytes(text);
    case 'bytes/s': {
      const match = /^(.*\S)\s*(?:\/s|ps)$/i.exec(text);
      return match === null ? undefined : readBytes(match[1] as string);
    }
  }
}

function readScaled(form: RegExp, text: string): number | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (DECIMAL[(match[2] ?? '').toLowerCase() as keyof typeof DECIMAL] ?? 1);
}

function readRatio(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(x|%)?$/i.exec(text);
  if (match === null) return undefined;
  return match[2] === '%' ? Number(match[1]) / 100 : Number(match[1]);
}

/** `KB` is 1000 and `KiB` 1024; a `b` for bits must be written out (`bit`), it is mistaken too often. */
function readBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgtp]i?)?(B|bits?)$/i.exec(text);
  if (match === null || match[3] === 'b') return undefined;
  const prefix = (match[2] ?? '').toLowerCase();
  const factor = prefix === '' ? 1 : prefix.endsWith('i') ? BINARY[prefix as keyof typeof BINARY] : DECIMAL[prefix as keyof typeof DECIMAL];
  return (Number(match[1]) * factor) / (/^bit/i.test(match[3] as string) ? 8 : 1);
}

function nameOf(unit: GivenUnit): string {
  return { 'records/s': 'rate', bytes: 'size', 'bytes/s': 'throughput', seconds: 'duration', ratio: 'ratio', count: 'whole number' }[unit];
}
