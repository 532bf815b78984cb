/**
 * A rate's shape in one word, for command lines and for values of a matrix:
 *
 *   steps=20k:10s,40k:10s,80k:10s   (or steps=20k,40k,80k: the window in equal parts)
 *   ramp=10k..100k                  (or ramp=10k..100k:15s, then held)
 *   bursts=20k..100k:2s/10s         2 s at 100k in every 10 s, otherwise 20k
 *   day=10k..100k                   24 hours in the window, lowest at 04:00, highest at 16:00
 *   day=100k*0.2,0.1,...            by factors of 100k from 00:00 on
 *   trace=FILE                      (or trace=FILE:once: not from the start again)
 */
import type { RateShape } from './rate-shape.ts';

/** In words that say what would be understood. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

export const SHAPE_EXAMPLES = ['steps=20k:10s,40k:10s', 'ramp=10k..100k', 'bursts=20k..100k:2s/10s', 'day=10k..100k', 'trace=rates.csv'];

/** Throws ShapeError. */
export function parseShape(text: string): RateShape {
  const match = /^\s*([a-z]+)\s*=\s*(.+?)\s*$/.exec(text);
  const shape = match === null ? undefined : FORMS[match[1] as keyof typeof FORMS]?.(match[2] as string);
  if (shape === undefined) throw new ShapeError(`"${text}" is no shape of a load: write it as ${SHAPE_EXAMPLES.join(', ')}`);
  return shape;
}

const FORMS: Readonly<Record<string, (text: string) => RateShape | undefined>> = {
  steps: (text) => {
    const steps = text.split(',').map((step) => {
      const [rate = '', time, ...rest] = step.split(':');
      if (rest.length > 0) throw new ShapeError(`"${step}" is no step: write it as 20k:10s`);
      return { ratePerSecond: rateOf(rate), ...(time === undefined ? {} : { seconds: secondsOf(time) }) };
    });
    return { kind: 'steps', steps };
  },
  ramp: (text) => {
    const match = /^(.+?)\.\.([^:]+)(?::(.+))?$/.exec(text);
    if (match === null) return undefined;
    const [, from = '', to = '', over] = match;
    return { kind: 'ramp', fromPerSecond: rateOf(from), toPerSecond: rateOf(to), ...(over === undefined ? {} : { overSeconds: secondsOf(over) }) };
  },
  bursts: (text) => {
    const match = /^(.+?)\.\.([^:]+):([^/]+)\/(.+)$/.exec(text);
    if (match === null) return undefined;
    const [, base = '', burst = '', length = '', every = ''] = match;
    return { kind: 'bursts', basePerSecond: rateOf(base), burstPerSecond: rateOf(burst), everySeconds: secondsOf(every), burstSeconds: secondsOf(length) };
  },
  day: (text) => {
    const swing = /^(.+?)\.\.(.+)$/.exec(text);
    if (swing !== null) return { kind: 'day', troughPerSecond: rateOf(swing[1] ?? ''), peakPerSecond: rateOf(swing[2] ?? '') };
    const [rate = '', list, ...rest] = text.split('*');
    if (list === undefined || rest.length > 0) return undefined;
    return { kind: 'hours', ratePerSecond: rateOf(rate), factors: list.split(',').map(factorOf) };
  },
  trace: (text) => {
    const once = text.endsWith(':once');
    return { kind: 'trace', path: text.replace(/:(?:once|repeat)$/, ''), repeats: !once };
  },
};

/** `20k`, `20k/s`, `1.5M/s`. */
function rateOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([km])?(?:\s*\/s)?$/i.exec(text.trim().replaceAll(/(?<=\d)_(?=\d)/g, ''));
  if (match === null) throw new ShapeError(`"${text}" is no rate: write it as 20000 or 20k`);
  return Number(match[1]) * ({ k: 1e3, m: 1e6 }[match[2]?.toLowerCase() ?? ''] ?? 1);
}

/** `10s`, `500ms`, `2min`. */
function secondsOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h)$/.exec(text.trim());
  if (match === null) throw new ShapeError(`"${text}" is no time: write it as 10s, 500ms or 2min`);
  return Number(match[1]) * ({ ms: 1e-3, s: 1, min: 60, m: 60, h: 3600 }[match[2] as 's'] ?? 1);
}

function factorOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && Number.isFinite(value))) throw new ShapeError(`"${text}" is no factor of the day's rate: write it as 0.8`);
  return value;
}
