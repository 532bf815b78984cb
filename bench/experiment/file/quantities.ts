/**
 * Quantities of an experiment file: durations, rates and sizes carry their unit, counts and shares need none. Each kind is a zod schema of what
 * may stand in the file, and a function to the number that a run takes; the two accept the same texts.
 */
import { z } from 'zod';
import { parseQuantity, UnitError } from '../../../sizing/units.ts';

/** `20s`, `10 ms`, `2 min`, and for times a record `5us`. Throws UnitError. */
export function durationSeconds(text: string): number {
  const micro = /^(\d+(?:\.\d+)?)\s*(?:us|µs|μs)$/.exec(text.trim());
  return micro === null ? parseQuantity(text, 'seconds') : Number(micro[1]) / 1e6;
}

/** `100k/s`: records a second. */
export function ratePerSecond(text: string): number {
  return parseQuantity(text, 'records/s');
}

/** `64 KiB` is 65536, `64 kB` 64000. */
export function sizeBytes(text: string): number {
  return parseQuantity(text, 'bytes');
}

/** 200000, `200k`, `1.5M`. */
export function countOf(value: number | string): number {
  if (typeof value === 'number') return value;
  const match = /^(\d+(?:\.\d+)?)\s*([km])?$/i.exec(value.trim().replaceAll(/(?<=\d)[_,](?=\d{3})/g, ''));
  if (match === null) throw new UnitError(`"${value}" is no number: write it as 200000 or 200k`);
  return Math.round(Number(match[1]) * ({ k: 1e3, m: 1e6 }[match[2]?.toLowerCase() ?? ''] ?? 1));
}

/** 0.8, `80 %`. */
export function shareOf(value: number | string): number {
  return typeof value === 'number' ? value : parseQuantity(value, 'ratio');
}

export const duration = withUnit('a duration needs its unit: write it as 20s, 10 ms or 2 min', durationSeconds, ['20s', '10 ms', '2 min']);
export const rate = withUnit('a rate needs its unit: write it as 100k/s or 2.5M/s', ratePerSecond, ['100k/s']);
export const size = withUnit('a size needs its unit: write it as 220 B or 64 KiB', sizeBytes, ['64 KiB']);
export const count = numberOr('a whole number: 20 or 200k', countOf, (value) => Number.isSafeInteger(value) && value >= 0);
export const share = numberOr('a share: 0.8 or 80 %', shareOf, (value) => value >= 0);

/**
 * A value of one of Kafka's properties, which says its unit in its name: a number is taken as it is, and `20 ms` or `64 KiB` become it.
 * Throws UnitError for a quantity of another kind than the property's.
 */
export function propertyText(name: string, value: string | number | boolean): string {
  if (typeof value !== 'string' || !/^\d+(?:\.\d+)?\s*[a-zµμ]+$/i.test(value.trim())) return String(value);
  const unit = unitOf(name);
  if (unit === undefined) return value;
  const amount = unit === 'ms' ? durationSeconds(value) * 1000 : sizeBytes(value);
  if (!Number.isInteger(amount)) throw new UnitError(`"${value}" is ${amount} ${unit}, and ${name} takes whole ${unit}`);
  return String(amount);
}

function unitOf(name: string): 'ms' | 'bytes' | undefined {
  if (/(?:^|\.)ms$|\.ms\.|\.max\.ms$/.test(name)) return 'ms';
  return /\.bytes(?:$|\.)|^batch\.size$|^buffer\.memory$|^max\.request\.size$/.test(name) ? 'bytes' : undefined;
}

function withUnit(message: string, parse: (text: string) => number, examples: string[]) {
  return z.string({ error: message }).refine((text) => isRead(() => parse(text)), { error: ({ input }) => `"${String(input)}": ${message}` }).meta({ examples });
}

function numberOr(message: string, parse: (value: number | string) => number, holds: (value: number) => boolean) {
  const read = (value: number | string): boolean => isRead(() => parse(value)) && holds(parse(value));
  return z.union([z.number(), z.string()], { error: `must be ${message}` }).refine(read, { error: ({ input }) => `"${String(input)}" is not ${message}` });
}

function isRead(parse: () => number): boolean {
  try {
    return Number.isFinite(parse());
  } catch (error) {
    if (error instanceof UnitError) return false;
    throw error;
  }
}

