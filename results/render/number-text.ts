/** Numbers as people read them: thousands separators, three significant digits, the unit always beside the value. Pure. */

/** What stands for a value that was not measured. */
export const DASH = '–';

export function countText(value: number): string {
  return grouped.format(value);
}

export function rateText(perSecond: number): string {
  return perSecond >= 100 ? grouped.format(perSecond) : significant(perSecond);
}

/** Decimal megabytes a second, the unit of network and disk figures. */
export function megabytesText(bytesPerSecond: number): string {
  return significant(bytesPerSecond / 1e6);
}

/** `812 µs`, `5.31 ms`, `1.24 s`. */
export function latencyText(us: number): string {
  if (us < 999.5) return `${significant(us)} µs`;
  if (us < 999_500) return `${significant(us / 1e3)} ms`;
  return `${significant(us / 1e6)} s`;
}

/** Powers of 1024: `64 KiB`, `1.46 GiB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < BINARY_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${significant(value)} ${BINARY_UNITS[unit]}`;
}

/** Powers of 1000, as disks and networks are sold: `11.4 TB`. */
export function decimalBytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < DECIMAL_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${significant(value)} ${DECIMAL_UNITS[unit]}`;
}

/** `7 d`, `1 h 30 min`, `45 s`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${significant(seconds)} s`;
  const parts: string[] = [];
  let rest = Math.round(seconds);
  for (const [unit, length] of [['d', 86_400], ['h', 3600], ['min', 60], ['s', 1]] as const) {
    const amount = Math.floor(rest / length);
    rest -= amount * length;
    if (amount > 0 && parts.length < 2) parts.push(`${amount} ${unit}`);
  }
  return parts.join(' ');
}

/** `31 %`, `99.998 %`: near 100 so many digits that the difference shows. */
export function percentText(share: number): string {
  const percent = share * 100;
  const missing = Math.abs(100 - percent);
  const digits = missing === 0 || missing >= 10 ? 0 : missing >= 1 ? 1 : missing >= 0.1 ? 2 : 3;
  return `${Number(percent.toFixed(digits))} %`;
}

/** `1 broker`, `1,000 brokers`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/** Three significant digits, thousands separated, zeros behind the point kept: `5.30`, `12.0`, `1,240`. */
export function significant(value: number): string {
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  // Rounding may carry to the next power of ten: 9.996 is 10.0.
  const digits = Math.max(0, 2 - magnitude);
  const rounded = Number(value.toFixed(Math.min(digits, 12)));
  const carried = Math.abs(rounded) >= 10 ** (magnitude + 1) ? Math.max(0, digits - 1) : digits;
  if (Number.isInteger(value) && Math.abs(value) < 1000) return String(value);
  return withDigits(Math.min(carried, 12)).format(value);
}

/** Making one takes a hundred times as long as using it. */
function withDigits(digits: number): Intl.NumberFormat {
  return (formats[digits] ??= new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits }));
}

const formats: Intl.NumberFormat[] = [];

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const DECIMAL_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
