/**
 * The building blocks of a report in the terminal: headings, wrapped sentences, figures, tables. Text from the record is made plain first
 * (no escape sequences, no line breaks), colour comes last, and what is not measured reads as a dash. Every block is a list of lines.
 */
import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';
import picocolors from 'picocolors';
import { DASH } from './number-text.ts';

export interface Page {
  readonly width: number;
  readonly colors: ReturnType<typeof picocolors.createColors>;
}

export type Paint = (text: string) => string;

/** Plain, or in a colour of the page. */
export type Cell = string | { readonly text: string; readonly paint: Paint };

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** Gives way when the table is too wide, by wrapping. One column at most. */
  readonly isFlexible?: boolean;
}

/** `achieved  99,998  records/s  100 % of offered`. */
export interface Figure {
  readonly label: string;
  readonly number: Cell;
  readonly unit: string;
  readonly remark?: string;
}

export { DASH };

const INDENT = '  ';
const GAP = 2;
const FLEXIBLE_WIDTH_MIN = 8;

export function createPage(options: { width: number; isColored: boolean }): Page {
  return { width: options.width, colors: picocolors.createColors(options.isColored) };
}

export function orDash(value: number | null | undefined, text: (value: number) => string): string {
  return value === null || value === undefined || !Number.isFinite(value) ? DASH : text(value);
}

export function heading(page: Page, title: string, remark = ''): string[] {
  const room = page.width - title.length - GAP;
  if (remark === '') return [page.colors.bold(title)];
  if (remark.length <= room) return [`${page.colors.bold(title)}${INDENT}${page.colors.dim(plain(remark))}`];
  return [page.colors.bold(title), ...sentence(page, remark, { paint: page.colors.dim })];
}

/** Wrapped at the page's width; a word longer than a line is cut into pieces. */
export function sentence(page: Page, text: string, options: { indent?: number; hanging?: number; paint?: Paint } = {}): string[] {
  const { indent = INDENT.length, hanging = 0, paint = unpainted } = options;
  const lines = wrapWords(plain(text), { first: page.width - indent, rest: page.width - indent - hanging });
  return lines.map((line, index) => `${' '.repeat(indent + (index === 0 ? 0 : hanging))}${paint(line)}`);
}

/** A word in the margin, sentences beside it. */
export function labelled(page: Page, rows: readonly (readonly [label: string, text: string])[], options: { indent?: number } = {}): string[] {
  const indent = options.indent ?? INDENT.length;
  const labelWidth = Math.max(0, ...rows.map(([label]) => label.length)) + GAP;
  const textWidth = page.width - indent - labelWidth;
  return rows.flatMap(([label, text]) =>
    wrapWords(plain(text), { first: textWidth, rest: textWidth }).map(
      (line, index) => `${' '.repeat(indent)}${page.colors.dim((index === 0 ? label : '').padEnd(labelWidth))}${line}`,
    ),
  );
}

export function figures(page: Page, rows: readonly Figure[]): string[] {
  const columns: Column[] = [
    { head: '', align: 'left' },
    { head: '', align: 'right' },
    { head: '', align: 'left' },
    { head: '', align: 'left', isFlexible: true },
  ];
  return table(
    page,
    columns,
    rows.map(({ label, number, unit, remark = '' }) => [label, number, unit, { text: remark, paint: page.colors.dim }]),
  );
}

/** Without lines or frames; heads only when there are any. */
export function table(page: Page, columns: readonly Column[], rows: readonly (readonly Cell[])[]): string[] {
  const texts = rows.map((row) => row.map((cell) => plain(typeof cell === 'string' ? cell : cell.text)));
  const widths = columnWidths(columns, texts, page.width - INDENT.length);
  const hasHead = columns.some(({ head }) => head !== '');
  const drawn = new Table({
    ...(hasHead ? { head: columns.map(({ head }) => head === '' ? '' : page.colors.dim(head)) } : {}),
    chars: BORDERLESS,
    style: { 'padding-left': 0, 'padding-right': GAP, head: [], border: [], compact: true },
    colWidths: widths.map((width) => width + GAP),
    colAligns: columns.map(({ align }) => align),
    wordWrap: true,
  });
  for (const [at, row] of rows.entries()) drawn.push(row.map((cell, column) => paintCell(cell, texts[at]?.[column] ?? '')));
  return drawn
    .toString()
    .split('\n')
    .map((line) => `${INDENT}${line}`.trimEnd());
}

/** Escape sequences, line breaks and other control characters in a record must not reach the terminal. */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}

export function visibleWidth(line: string): number {
  return [...stripVTControlCharacters(line)].length;
}

/** The last resort for figures larger than any table foresees: the cut is marked. */
export function cutToWidth(line: string, width: number): string {
  return visibleWidth(line) <= width ? line : `${[...stripVTControlCharacters(line)].slice(0, width - 1).join('')}…`;
}

function columnWidths(columns: readonly Column[], rows: readonly (readonly string[])[], room: number): number[] {
  const natural = columns.map(({ head }, at) => Math.max(head.length, 1, ...rows.map((row) => [...(row[at] ?? '')].length)));
  const flexible = columns.findIndex(({ isFlexible }) => isFlexible === true);
  const excess = natural.reduce((sum, width) => sum + width, 0) + GAP * (columns.length - 1) - room;
  const width = natural[flexible];
  if (width !== undefined && excess > 0) natural[flexible] = Math.max(Math.min(width, FLEXIBLE_WIDTH_MIN), width - excess);
  return natural;
}

/** An empty text must not be painted: the escape sequences alone would break the wrapping. */
function paintCell(cell: Cell, text: string): string {
  return typeof cell === 'string' || text === '' ? text : cell.paint(text);
}

function wrapWords(text: string, room: { first: number; rest: number }): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    let width = lines.length === 0 ? room.first : room.rest;
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
      width = room.rest;
    }
    while (word.length > width) {
      const at = cutIndex(word, width);
      lines.push(word.slice(0, at));
      word = word.slice(at);
      width = room.rest;
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}

/** Behind a comma or slash (addresses, paths) in the second half of the line, else at its end. */
function cutIndex(word: string, width: number): number {
  const behind = Math.max(word.lastIndexOf(',', width - 1), word.lastIndexOf('/', width - 1)) + 1;
  return behind > width / 2 ? behind : width;
}

function unpainted(text: string): string {
  return text;
}

const BORDERLESS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
