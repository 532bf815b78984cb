/** Values of a sizing file as quantities: with unit, range, origin. Remembers which byte units were used where, since a mixture is a sign of a slip. */
import type { PlanQuantity } from '../../results/plan-record.ts';
import { input } from '../sizing-inputs.ts';
import { byteFamily, parseQuantity, UnitError, type GivenUnit } from '../units.ts';
import { ConfigValueError } from './config-error.ts';
import type { QuantityConfig } from './config-schema.ts';

export type ConfigPath = readonly (string | number)[];

export interface QuantityMeaning {
  readonly id: string;
  readonly name: string;
  readonly unit: GivenUnit;
  /** 0 makes sense: growth, a lead time. */
  readonly canBeZero?: boolean;
  /** In the range of 0 to 1. */
  readonly isShare?: boolean;
  /** More by so much: 2x and 45 could mean twice as much, or thrice. */
  readonly isIncrease?: boolean;
}

interface SeenBytes {
  readonly path: string;
  readonly text: string;
  readonly family: 'decimal' | 'binary' | 'bits';
}

export class QuantityReader {
  readonly seenBytes: SeenBytes[] = [];

  /** Undefined stays undefined. Throws ConfigValueError. */
  read(path: ConfigPath, raw: QuantityConfig | undefined, meaning: QuantityMeaning): PlanQuantity | undefined {
    if (raw === undefined) return undefined;
    const { id, name, unit } = meaning;
    if (typeof raw !== 'object') return input(id, name, this.#number(path, raw, meaning), unit, { source: 'given', why: 'in the file' });
    const value = this.#number([...path, 'value'], raw.value, meaning);
    const low = raw.low === undefined ? value : this.#number([...path, 'low'], raw.low, meaning);
    const high = raw.high === undefined ? value : this.#number([...path, 'high'], raw.high, meaning);
    if (low > value || value > high) throw new ConfigValueError(path, `${path.at(-1)}: low, value and high must rise: ${raw.low ?? raw.value}, ${raw.value}, ${raw.high ?? raw.value} do not`);
    const why = raw.why ?? (low < high ? 'in the file, with its range' : 'in the file');
    return input(id, name, value, unit, { source: raw.source ?? (raw.run === undefined ? 'given' : 'measured'), why, low, high, ...(raw.run === undefined ? {} : { runId: raw.run }), ...(raw.date === undefined ? {} : { date: dateText(raw.date) }) });
  }

  count(path: ConfigPath, raw: string | number | undefined, meaning: Omit<QuantityMeaning, 'unit'>): PlanQuantity | undefined {
    return this.read(path, raw, { ...meaning, unit: 'count' });
  }

  #number(path: ConfigPath, raw: string | number, { unit, canBeZero = false, isShare = false, isIncrease = false }: QuantityMeaning): number {
    const text = String(raw);
    const name = path.at(-1) === 'value' || path.at(-1) === 'low' || path.at(-1) === 'high' ? path.slice(-2).join('.') : String(path.at(-1));
    const family = unit === 'bytes' || unit === 'bytes/s' ? (text.endsWith('bps') ? 'bits' : byteFamily(text)) : undefined;
    if (family !== undefined) this.seenBytes.push({ path: path.join('.'), text, family });
    let value: number;
    try {
      value = parseQuantity(text, unit);
    } catch (error) {
      if (error instanceof UnitError) throw new ConfigValueError(path, `${name}: ${error.message}`);
      throw error;
    }
    if (isIncrease && !text.trim().endsWith('%')) throw new ConfigValueError(path, `${name}: "${text}" more, or "${text}" times as much? write the increase in per cent: ${increaseText(text, value)}`);
    if (value < 0 || (value === 0 && !canBeZero)) throw new ConfigValueError(path, `${name} must be more than ${text}`);
    if (isShare && value > 1) throw new ConfigValueError(path, `${name}: ${text} is more than the whole${value <= 100 ? `; did you mean ${text.replace(/x$/, '').trim()} %?` : ''}`);
    return value;
  }
}

/** Below 1 it was a share, with an x a multiple, else a number of per cent. */
function increaseText(text: string, value: number): string {
  if (/x$/i.test(text.trim())) return `100 % for twice as much${value > 1 ? `, ${Number(((value - 1) * 100).toPrecision(3))} % if ${text} of today is meant` : ''}`;
  return value < 1 ? `${Number((value * 100).toPrecision(3))} %` : `${value} %`;
}

export function dateText(date: string | Date): string {
  return typeof date === 'string' ? date : date.toISOString().slice(0, 10);
}
