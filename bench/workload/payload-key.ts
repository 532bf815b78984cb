/** Takes the key out of a payload record: a dotted path into a JSON object, or a column of a CSV row, as text. */
import type { PayloadFormat } from './payload-format.ts';

/** Undefined when the record has no such field; the key is sent as UTF-8. */
export type KeyExtractor = (record: Buffer) => string | undefined;

export type KeyExtractorResult =
  | { readonly kind: 'extractor'; readonly extract: KeyExtractor }
  | { readonly kind: 'impossible'; readonly reason: string };

/** `header`: the first row of a CSV file. A CSV `path` is a column's name, or its number from 1. */
export function keyExtractorFor(format: PayloadFormat, path: string, header: string): KeyExtractorResult {
  if (format === 'text') return { kind: 'impossible', reason: `text lines have no fields, so there is no key "${path}"` };
  if (format === 'csv') {
    const columns = splitFields(header, delimiterOf(header));
    const byName = columns.indexOf(path);
    const column = byName >= 0 ? byName : /^[1-9]\d*$/.test(path) ? Number(path) - 1 : -1;
    if (column < 0 || column >= columns.length) {
      return { kind: 'impossible', reason: `no column "${path}"; the columns are ${columns.join(', ')}` };
    }
    const delimiter = delimiterOf(header);
    return { kind: 'extractor', extract: (record) => splitFields(record.toString('utf8'), delimiter)[column] };
  }
  const steps = path.split('.');
  return { kind: 'extractor', extract: (record) => fieldOf(record, steps) };
}

/** Whether a last row without a newline has all its fields and closes its quotes (RFC 4180 allows to leave the newline out). */
export function isWholeRow(row: string, header: string): boolean {
  const quotes = row.split('"').length - 1;
  const delimiter = delimiterOf(header);
  return quotes % 2 === 0 && splitFields(row, delimiter).length === splitFields(header, delimiter).length;
}

function fieldOf(record: Buffer, steps: readonly string[]): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(record.toString('utf8'));
  } catch {
    return undefined;
  }
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  if (value === null || value === undefined) return undefined;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function delimiterOf(header: string): string {
  return header.includes('\t') && !header.includes(',') ? '\t' : ',';
}

/** RFC 4180 fields of one row, unquoted. */
function splitFields(row: string, delimiter: string): string[] {
  if (!row.includes('"')) return row.split(delimiter);
  const fields: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let i = 0; i < row.length; i++) {
    const character = row[i] as string;
    if (isQuoted) {
      if (character !== '"') field += character;
      else if (row[i + 1] === '"') field += row[i++];
      else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === delimiter) {
      fields.push(field);
      field = '';
    } else field += character;
  }
  fields.push(field);
  return fields;
}
