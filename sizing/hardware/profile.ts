/** What the hardware profiles have in common: figures of others with where and when they were read. Data only; quotas and prices change. */

export interface ProfileSource {
  readonly title: string;
  /** Of the published version (`2026-07-30`), or null when it carries none. */
  readonly publishedOn: string | null;
  /** When the figures were entered here. */
  readonly recordedOn: string;
}

export const MEBIBYTE = 2 ** 20;
export const MEGABYTE = 1e6;
export const GIBIBYTE = 2 ** 30;
export const TERABYTE = 1e12;
