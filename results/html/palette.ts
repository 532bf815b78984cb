/**
 * The colours of the page for light and dark, one for each series throughout. The hues stay apart for people who do not tell red from
 * green; every one is dark (or light) enough on its ground to be read as text: a contrast of 4.5 or more by WCAG 2.
 */

export const COLOR_NAMES = ['ink', 'dim', 'good', 'bad', 'warn', 'publish', 'delay', 'batching', 'request', 'g0', 'g1', 'g2', 'g3', 'b0', 'b1', 'b2'] as const;

export type ColorName = (typeof COLOR_NAMES)[number];

export interface Theme {
  /** Of the page. */
  readonly ground: string;
  /** Of bands and notes; text on it keeps its contrast too. */
  readonly faint: string;
  /** Lines that carry no meaning of their own. */
  readonly rule: string;
  readonly colors: Readonly<Record<ColorName, string>>;
}

export const LIGHT: Theme = {
  ground: '#ffffff',
  faint: '#f4f5f7',
  rule: '#d8dce1',
  colors: {
    ink: '#1b1e22', dim: '#5a626b', good: '#1a6b3c', bad: '#b3261e', warn: '#855300',
    publish: '#0a5fb0', delay: '#93377a', batching: '#0b7062', request: '#b1460a',
    g0: '#8a5a00', g1: '#007089', g2: '#6a4bb5', g3: '#5c6b00',
    b0: '#30363d', b1: '#666e77', b2: '#6b5a4b',
  },
};

export const DARK: Theme = {
  ground: '#14171a',
  faint: '#1e2226',
  rule: '#383e45',
  colors: {
    ink: '#e6e8ea', dim: '#a0a8b1', good: '#6cc992', bad: '#ff8a80', warn: '#e9b44c',
    publish: '#6cb2f7', delay: '#e39ccb', batching: '#4fc7b0', request: '#f79a62',
    g0: '#e2b04a', g1: '#5cc8e0', g2: '#b9a3f5', g3: '#bccb55',
    b0: '#dde1e5', b1: '#98a1ab', b2: '#c4ab92',
  },
};

/** Of the n-th consumer group: in its lag, its rate and its latency. */
export function groupColor(at: number): ColorName {
  return (['g0', 'g1', 'g2', 'g3'] as const)[at % 4] as ColorName;
}

export function brokerColor(at: number): ColorName {
  return (['b0', 'b1', 'b2'] as const)[at % 3] as ColorName;
}
