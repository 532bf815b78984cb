/** Quantities as people write them in a configuration: always with their unit, read into records/s, bytes, bytes/s, seconds, ratios, counts. */
import type { PlanUnit } from '../results/plan-record.ts';

/** Units that a configuration can give. */
export type GivenUnit = Extract<PlanUnit, 'records/s' | 'bytes' | 'bytes/s' | 'seconds' | 'ratio' | 'count'>;

export class UnitError extends Error {
  override readonly name = 'UnitError';
}

const DECIMAL = { k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15 } as const;
const BINARY = { ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30, ti: 2 ** 40, pi: 2 ** 50 } as const;
const SECONDS = { ns: 1e-9, us: 1e-6, µs: 1e-6, μs: 1e-6, ms: 1e-3, s: 1, sec: 1, second: 1, seconds: 1, min: 60, minute: 60, minutes: 60, h: 3600, hour: 3600, hours: 3600, d: 86_400, day: 86_400, days: 86_400, w: 604_800, week: 604_800, weeks: 604_800, month: 2_629_800, months: 2_629_800, y: 31_557_600, year: 31_557_600, years: 31_557_600 } as const;

const FORMS: Readonly<Record<GivenUnit, string>> = {
  'records/s': '100k/s, 2.5M/s, 5000/s',
  bytes: '220 B, 64 KiB, 4 TB',
  'bytes/s': '250 MB/s, 97.7 MiB/s, 10 Gbit/s, 10 GbE',
  seconds: '10 ms, 45 s, 12 h, 7 d',
  ratio: '3, 3.5x, 60 %',
  count: '3, 20',
};

/** Throws UnitError with what would be accepted, and with the likely intention. A bare number is taken only where there is no unit to mistake: ratios and counts. */
export function parseQuantity(text: string, unit: GivenUnit): number {
  const plain = plainNumber(text);
  const value = read(plain, unit);
  if (value === undefined) throw new UnitError(`"${text}" is no ${nameOf(unit)}: ${intention(plain, unit) ?? `write it as ${FORMS[unit]}`}`);
  return value;
}

/** Whether a size or throughput was written in powers of 1000, of 1024, or neither. */
export function byteFamily(text: string): 'decimal' | 'binary' | undefined {
  const match = /\d\s*[kmgtp](i?)B/i.exec(text);
  if (match === null) return undefined;
  return match[1] === '' ? 'decimal' : 'binary';
}

function plainNumber(text: string): string {
  return text.trim().replaceAll(/(?<=\d)[_,](?=\d{3})/g, '');
}

/** What was probably meant. */
function intention(text: string, unit: GivenUnit): string | undefined {
  const number = /^\d+(?:\.\d+)?/.exec(text)?.[0];
  if (number === undefined) return undefined;
  const grouped = GROUPED_BY_POINTS.exec(text)?.[0];
  if (grouped !== undefined) return `is ${grouped} ${Number.parseFloat(grouped)} or ${grouped.replaceAll('.', '')}? thousands are parted by a comma or not at all: write it as ${grouped.replaceAll('.', '')}${text.slice(grouped.length)}`;
  if (text === number && unit !== 'count') return `${number} of what? ${withUnits(number, unit)}; write it as ${FORMS[unit]}`;
  const bits = /^(\d+(?:\.\d+)?)\s*([kKmMgGtT]i?)b(?:ps|\/s)?$/.exec(text);
  if (bits !== null && (unit === 'bytes/s' || unit === 'bytes')) {
    const ending = unit === 'bytes/s' ? '/s' : '';
    return `b is bits, B is bytes, 8 times as much: write it as ${bits[1]} ${bits[2]}bit${ending} or as ${bits[1]} ${bits[2]}B${ending}`;
  }
  if (unit === 'bytes/s' && read(text, 'bytes') !== undefined) return `that is a size; if it is a second's, write it as ${text}/s`;
  if (unit === 'bytes' && read(text, 'bytes/s') !== undefined) return `that is a throughput; a size has no "/s": write it as ${FORMS.bytes}`;
  if (unit === 'records/s' && read(text, 'bytes/s') !== undefined) return `that is bytes, not records: give it as throughput with throughputIs, or write it as ${FORMS['records/s']}`;
  if (unit === 'records/s' && /^\d+(?:\.\d+)?\s*[kmg]$/i.test(text)) return `a rate is per second: write it as ${text}/s`;
  if (unit === 'records/s' && /\/(?:min|m|h|d)\w*$/i.test(text)) return `a rate is per second, and a peak is not an average over longer: write it as ${FORMS['records/s']}`;
  if (unit === 'bytes/s' && read(text, 'records/s') !== undefined) return `that is records, not bytes: write it as ${FORMS['bytes/s']}`;
  return undefined;
}

function withUnits(number: string, unit: GivenUnit): string {
  return { 'records/s': `${number}/s?`, bytes: `${number} B, ${number} KiB, ${number} GB?`, 'bytes/s': `${number} MB/s, ${number} MiB/s, ${number} Mbit/s?`, seconds: `${number} ms, ${number} s, ${number} h?`, ratio: `${number}x or ${number} %?`, count: number }[unit];
}

/** 100.000 is a hundred to some and a hundred thousand to others. */
const GROUPED_BY_POINTS = /^\d{1,3}(?:\.\d{3})*\.000(?!\d)/;

function read(text: string, unit: GivenUnit): number | undefined {
  if (GROUPED_BY_POINTS.test(text)) return undefined;
  switch (unit) {
    case 'records/s':
      return readScaled(/^(\d+(?:\.\d+)?)\s*([kmg]?)\s*(?:records|events|messages|msgs?)?\s*\/\s*s(?:ec)?$/i, text);
    case 'count':
      return readCount(text);
    case 'ratio':
      return readRatio(text);
    case 'seconds': {
      const match = /^(\d+(?:\.\d+)?)\s*([a-zµμ]+)$/i.exec(text);
      const factor = SECONDS[(match?.[2] ?? '').toLowerCase() as keyof typeof SECONDS];
      return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
    }
    case 'bytes':
      return readBytes(text);
    case 'bytes/s': {
      const card = LINE_RATE.exec(text);
      if (card !== null) return (Number(card[1]) * DECIMAL[(card[2] ?? (card[3] as string)).toLowerCase() as keyof typeof DECIMAL]) / 8;
      const match = /^(.*\S)\s*(?:\/s|ps)$/i.exec(text);
      return match === null ? undefined : readBytes(match[1] as string);
    }
  }
}

/** As network cards and links are named: 10 GbE, 10 Gbps. `Mb/s` and `mbps` are mistaken too often. */
const LINE_RATE = /^(\d+(?:\.\d+)?)\s*(?:([GM])bE|([kMGT])bps)$/;

function readCount(text: string): number | undefined {
  const value = readScaled(/^(\d+(?:\.\d+)?)\s*([kmg]?)$/i, text);
  return value !== undefined && Number.isInteger(value) ? value : undefined;
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
