/** Units of published figures as numbers: `GB/h`, `MiB/s`, `Gbit/s`, `USD/d`, `brokers`. A `b` alone is refused: bits are written out. */

export class FigureUnitError extends Error {
  override readonly name = 'FigureUnitError';
}

export interface FigureUnit {
  /** What can be compared: `bytes`, or the word itself (`brokers`). */
  readonly quantity: string;
  /** Rates can be compared with rates only. */
  readonly isRate: boolean;
  /** In bytes, or 1; over seconds for a rate. */
  readonly factor: number;
  /** 1024-based prefix. */
  readonly isBinary: boolean;
  readonly isBits: boolean;
  /** 0 none, 1 kilo, 2 mega, 3 giga, 4 tera, 5 peta. */
  readonly prefixPower: number;
  readonly perSeconds: number | null;
}

const PREFIXES = 'KMGTP';
const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600, d: 86_400, month: 2_628_000, yr: 31_536_000 };

/** Throws FigureUnitError. */
export function readFigureUnit(text: string): FigureUnit {
  const [top = '', below, ...rest] = text.split('/');
  const perSeconds = below === undefined ? null : SECONDS[below];
  if (perSeconds === undefined || rest.length > 0 || top === '') throw new FigureUnitError(`"${text}" is no unit: write it as GB, MiB/s, Gbit/s, USD/d or brokers`);
  const match = /^([kKMGTP])?(i)?(B|bits?|b)$/.exec(top);
  if (match === null) return { quantity: top, isRate: perSeconds !== null, factor: 1 / (perSeconds ?? 1), isBinary: false, isBits: false, prefixPower: 0, perSeconds };
  if (match[3] === 'b') throw new FigureUnitError(`"${text}" leaves open whether bits or bytes are meant: write bit or B`);
  const isBinary = match[2] !== undefined;
  const isBits = match[3] !== 'B';
  const prefixPower = match[1] === undefined ? 0 : PREFIXES.indexOf(match[1].toUpperCase()) + 1;
  const factor = (isBinary ? 1024 : 1000) ** prefixPower / (isBits ? 8 : 1) / (perSeconds ?? 1);
  return { quantity: 'bytes', isRate: perSeconds !== null, factor, isBinary, isBits, prefixPower, perSeconds };
}
