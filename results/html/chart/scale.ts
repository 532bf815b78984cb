/** Axes: from values to the share of an axis, with ticks at round numbers. Pure. A scale is never empty: equal ends are moved apart. */

export interface Tick {
  readonly value: number;
  readonly text: string;
  /** May be left out where room is short. */
  readonly isMinor: boolean;
}

export interface Scale {
  readonly kind: 'linear' | 'log';
  /** 0 at the beginning of the axis, 1 at its end; beyond for values outside. */
  readonly share: (value: number) => number;
  readonly ticks: readonly Tick[];
}

type TickText = (value: number) => string;

/** From `from` to `to` exactly, with ticks at whole numbers: for time. */
export function exactScale(options: { from: number; to: number; tickCount: number; text: TickText }): Scale {
  const { from, tickCount, text } = options;
  const to = options.to > from ? options.to : from + 1;
  const step = Math.max(1, roundAbove((to - from) / tickCount, [1, 2, 5]));
  const values: number[] = [];
  for (let at = Math.ceil(from / step); at * step <= to; at++) values.push(at * step);
  return { kind: 'linear', share: (value) => (value - from) / (to - from), ticks: values.map((value, at) => ({ value, text: text(value), isMinor: at % 2 === 1 })) };
}

/** From zero to the round number at or above the largest value. */
export function zeroScale(options: { largest: number; tickCount?: number; text: TickText }): Scale {
  const { largest, tickCount = 3, text } = options;
  const step = roundStep((largest > 0 ? largest : 1) / tickCount);
  const count = Math.max(1, Math.ceil(largest / step - 1e-9));
  const ticks = Array.from({ length: count + 1 }, (_, at) => ({ value: at * step, text: text(at * step), isMinor: false }));
  return { kind: 'linear', share: (value) => value / (step * count), ticks };
}

/** Logarithmic, around positive values; ticks at powers of ten, and between them where there are few. Zero lies at the bottom. */
export function logScale(options: { smallest: number; largest: number; text: TickText }): Scale {
  const smallest = options.smallest > 0 ? options.smallest : 1;
  const largest = Math.max(options.largest, smallest);
  const low = roundBelow(smallest, [1, 2, 5]);
  let high = roundAbove(largest, [1, 2, 5]);
  if (high / low < 10) high = low * 10;
  const decades = Math.log10(high / low);
  const steps = decades <= 1.8 ? [1, 2, 5] : decades <= 3.2 ? [1, 3] : [1];
  const values: number[] = [];
  for (let power = Math.floor(Math.log10(low) + 1e-9); 10 ** power <= high * 1.000001; power++) {
    for (const step of steps) {
      const value = step * 10 ** power;
      if (value >= low * 0.999999 && value <= high * 1.000001) values.push(Number(value.toPrecision(1)));
    }
  }
  const share = (value: number): number => (value <= low ? 0 : Math.log10(value / low) / decades);
  return { kind: 'log', share, ticks: values.map((value) => ({ value, text: options.text(value), isMinor: false })) };
}

/** `250`, `40 k`, `1.5 M`: for ticks, where the unit stands in the title. */
export function shortCount(value: number): string {
  if (Math.abs(value) >= 1e6) return `${Number((value / 1e6).toPrecision(4))} M`;
  if (Math.abs(value) >= 1e4) return `${Number((value / 1e3).toPrecision(4))} k`;
  return String(Number(value.toPrecision(6)));
}

function roundStep(step: number): number {
  return roundAbove(step, [1, 2, 2.5, 5]);
}

function roundAbove(value: number, steps: readonly number[]): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-12);
  const step = steps.find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return Number((step * power).toPrecision(3));
}

function roundBelow(value: number, steps: readonly number[]): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-12);
  const step = steps.findLast((each) => each * power <= value * (1 + 1e-9)) ?? 1;
  return Number((step * power).toPrecision(3));
}
