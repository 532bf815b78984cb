/** A value as a person would write it in a configuration, and as `parseQuantity` reads it back: 100k/s, 64 KiB, 1.25 GB/s, 7 d, 60 %. */
import { parseQuantity, type GivenUnit } from '../units.ts';

const DECIMAL = [['', 1], ['k', 1e3], ['M', 1e6], ['G', 1e9], ['T', 1e12], ['P', 1e15]] as const;
const BINARY = [['Ki', 2 ** 10], ['Mi', 2 ** 20], ['Gi', 2 ** 30], ['Ti', 2 ** 40], ['Pi', 2 ** 50]] as const;
const TIMES = [['ns', 1e-9], ['us', 1e-6], ['ms', 1e-3], ['s', 1], ['min', 60], ['h', 3600], ['d', 86_400], ['y', 31_557_600]] as const;
const DIGITS = 12;
/** As far as so many digits go. */
const ROUNDED_WITHIN = 1e-11;

/** The shortest text that is read back as the value; the nearest where there is none. `isShare`: in per cent. */
export function givenText(value: number, unit: GivenUnit, { isShare = false }: { isShare?: boolean } = {}): string {
  const written = candidates(value, unit, isShare).filter(({ number }) => /^\d+(?:\.\d+)?$/.test(number));
  const legible = written.filter(({ number }) => !number.startsWith('0.000'));
  const texts = (legible.length > 0 ? legible : written).map(({ number, ending }) => `${number}${ending}`);
  const error = (text: string): number => Math.abs(parseQuantity(text, unit) - value);
  const within = (share: number): string[] => texts.filter((text) => error(text) <= Math.abs(value) * share).toSorted((a, b) => lengthOf(a) - lengthOf(b));
  return within(1e-15)[0] ?? within(ROUNDED_WITHIN)[0] ?? texts.toSorted((a, b) => error(a) - error(b))[0] ?? String(value);
}

/** 1.25 GB/s rather than 1250 MB/s. */
function lengthOf(text: string): number {
  return text.length + (/^\d{4}/.test(text) ? 0.5 : 0);
}

interface Candidate {
  readonly number: string;
  readonly ending: string;
}

function candidates(value: number, unit: GivenUnit, isShare: boolean): Candidate[] {
  const scaled = (factors: readonly (readonly [string, number])[], ending: (prefix: string) => string): Candidate[] => factors.map(([prefix, factor]) => ({ number: plain(value / factor), ending: ending(prefix) }));
  switch (unit) {
    case 'records/s':
      return scaled(DECIMAL.slice(0, 3), (prefix) => `${prefix}/s`);
    case 'bytes':
      return [...scaled(DECIMAL, (prefix) => ` ${prefix}B`), ...scaled(BINARY, (prefix) => ` ${prefix}B`)];
    case 'bytes/s':
      return [...scaled(DECIMAL, (prefix) => ` ${prefix}B/s`), ...scaled(BINARY, (prefix) => ` ${prefix}B/s`)];
    case 'seconds':
      return scaled(TIMES, (name) => ` ${name}`);
    case 'ratio':
      return [isShare ? { number: plain(value * 100), ending: ' %' } : { number: plain(value), ending: '' }];
    case 'count':
      return [{ number: plain(value), ending: '' }];
  }
}

/** 0.29 is 29 hundredths, not 28.999999999999996. */
function plain(value: number): string {
  const text = String(Number(value.toPrecision(DIGITS)));
  // 1e-7 is no number in a configuration.
  return text.includes('e-') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}
