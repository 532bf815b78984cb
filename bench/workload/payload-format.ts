/**
 * How a payload file falls into records: JSON lines, the elements of one JSON array, CSV rows (the header is no record) or text lines.
 * Splitters look at bytes only: they find where records begin and end, and never decode or change them.
 */

export type PayloadFormat = 'json-lines' | 'json-array' | 'csv' | 'text';

/** Finds the next record at or after `from`. */
export type SplitStep =
  /** A whole record [start, end); go on at `next`. */
  | { readonly kind: 'record'; readonly start: number; readonly end: number; readonly next: number }
  /** More bytes are needed to tell; nothing before `keepFrom` is needed again. */
  | { readonly kind: 'more'; readonly keepFrom: number }
  /** No further record in this file (the closing bracket of an array). */
  | { readonly kind: 'end' };

export type Splitter = (bytes: Buffer, from: number, end: number) => SplitStep;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;

/** By the file's name; `.json` is an array when its first character is a bracket, otherwise JSON lines. */
export function detectFormat(path: string, firstBytes: Buffer): PayloadFormat {
  const name = path.toLowerCase();
  if (name.endsWith('.csv') || name.endsWith('.tsv')) return 'csv';
  const first = firstBytes[skipSpace(firstBytes, skipByteOrderMark(firstBytes), firstBytes.length)];
  if (/\.(json|jsonl|ndjson)$/.test(name)) return first === 0x5b ? 'json-array' : 'json-lines';
  return first === 0x7b ? 'json-lines' : 'text';
}

export function skipByteOrderMark(bytes: Buffer): number {
  return bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

export function splitterFor(format: PayloadFormat): Splitter {
  if (format === 'json-array') return splitArrayElement;
  return format === 'csv' ? splitCsvRow : splitLine;
}

/** Empty lines are no records; a carriage return before the newline belongs to the line end. */
function splitLine(bytes: Buffer, from: number, end: number): SplitStep {
  let start = from;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline < 0 || newline >= end) return { kind: 'more', keepFrom: start };
    const lineEnd = newline > start && bytes[newline - 1] === RETURN ? newline - 1 : newline;
    if (lineEnd > start) return { kind: 'record', start, end: lineEnd, next: newline + 1 };
    start = newline + 1;
  }
}

/** RFC 4180: a newline inside quotes belongs to the row. */
function splitCsvRow(bytes: Buffer, from: number, end: number): SplitStep {
  let start = from;
  let isQuoted = false;
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === NEWLINE && !isQuoted) {
      const rowEnd = at > start && bytes[at - 1] === RETURN ? at - 1 : at;
      if (rowEnd > start) return { kind: 'record', start, end: rowEnd, next: at + 1 };
      start = at + 1;
    }
  }
  return { kind: 'more', keepFrom: start };
}

/** Elements of the outermost array, with the bytes (also white space) that they have in the file. */
function splitArrayElement(bytes: Buffer, from: number, end: number): SplitStep {
  let start = from;
  while (start < end && (isSpace(bytes[start]) || bytes[start] === COMMA)) start++;
  if (start >= end) return { kind: 'more', keepFrom: start };
  if (bytes[start] === 0x5d) return { kind: 'end' };
  let depth = 0;
  let isQuoted = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (isQuoted) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) isQuoted = false;
    } else if (byte === QUOTE) isQuoted = true;
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (depth === 0 && (byte === COMMA || byte === 0x5d)) return arrayElement(bytes, start, at);
    else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return { kind: 'more', keepFrom: start };
}

function arrayElement(bytes: Buffer, start: number, delimiterAt: number): SplitStep {
  let end = delimiterAt;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return { kind: 'record', start, end, next: delimiterAt };
}

/** Position behind the opening bracket. */
export function arrayBodyStart(bytes: Buffer): number {
  return skipSpace(bytes, skipByteOrderMark(bytes), bytes.length) + 1;
}

function skipSpace(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && isSpace(bytes[at])) at++;
  return at;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === RETURN || byte === 0x09;
}
