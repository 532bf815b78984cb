/**
 * HTML as a type of its own: text from a run becomes markup only by being escaped, so that no name or message in a record can become an
 * element, an attribute or a script. Control characters and those that turn the direction of writing are taken out of visible text.
 */
import { DASH } from '../render/number-text.ts';

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Content = Markup | string | number | null | undefined | readonly Content[];

/** html`<p>${text}</p>`: strings are escaped, markup and lists are put in as they are, null and undefined are nothing. Quote attributes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, at) => `${text}${markupText(contents[at - 1])}${part}`));
}

/** Code of our own (style, script, numbers of a path) that must not be escaped. Never for anything out of a run. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

export function escaped(text: string): string {
  return text.replaceAll(UNSEEN, '\uFFFD').replaceAll(/[&<>"']/g, (character) => ENTITIES[character] as string);
}

/** A number of the run with its place in the record: the text for people, the exact value in the attribute. Null reads as a dash. */
export function figure(path: string, value: number | null | undefined, text: (value: number) => string): Markup {
  if (value === null || value === undefined) return html`<span class="none" data-path="${path}">${DASH}</span>`;
  return html`<data value="${value}" data-path="${path}">${text(value)}</data>`;
}

export interface TableColumn {
  readonly head: Content;
  /** Numbers stand to the right, in figures of one width. */
  readonly isNumber?: boolean;
  /** Name of the field that the column shows, for programs. */
  readonly field?: string;
}

export interface TableOptions {
  /** What the table holds, for readers who do not see it. */
  readonly label: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Content[])[];
  /** Of the body: the rows that a chart's read-out shows. */
  readonly id?: string;
  /** Place of each row along the x axis of its charts, 0 to 1000. */
  readonly xs?: readonly number[];
}

/** The first cell of a row is its head. Scrolls sideways on its own where it is wider than the page. */
export function dataTable({ label, columns, rows, id, xs }: TableOptions): Markup {
  const attributes = columns.map(({ isNumber, field }) => html`${isNumber === true ? trusted(' class="n"') : null}${field === undefined ? null : html` data-field="${field}"`}`);
  const heads = columns.map(({ head }, at) => html`<th scope="col"${attributes[at]}>${head}</th>`);
  const body = rows.map((row, rowAt) => {
    const cells = row.map((cell, at) => {
      const number = columns[at]?.isNumber === true ? trusted(' class="n"') : null;
      return at === 0 ? html`<th scope="row"${number}>${cell}</th>` : html`<td${number}>${cell}</td>`;
    });
    const x = xs?.[rowAt];
    return html`<tr${x === undefined ? null : html` data-x="${Math.round(x * 10) / 10}"`}>${cells}</tr>\n`;
  });
  const head = columns.every((column) => column.head === '') ? null : html`<thead><tr>${heads}</tr></thead>`;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table>${head}<tbody${id === undefined ? null : html` id="${id}"`}>${body}</tbody></table></div>`;
}

/** A name beside each text. */
export function definitions(rows: readonly (readonly [name: Content, text: Content])[]): Markup {
  return html`<dl>${rows.map(([name, text]) => html`<div><dt>${name}</dt><dd>${text}</dd></div>\n`)}</dl>`;
}

export function section(options: { id: string; title: Content; remark?: Content }, ...contents: readonly Content[]): Markup {
  const remark = options.remark === undefined || options.remark === '' ? null : html` <small>${options.remark}</small>`;
  return html`<section id="${options.id}" aria-labelledby="${options.id}-title"><h2 id="${options.id}-title">${options.title}${remark}</h2>\n${contents}</section>\n`;
}

export function details(summary: Content, ...contents: readonly Content[]): Markup {
  return html`<details><summary>${summary}</summary>${contents}</details>\n`;
}

export function note(...contents: readonly Content[]): Markup {
  return html`<p class="note">${contents}</p>\n`;
}

function markupText(content: Content): string {
  if (content === null || content === undefined) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return String(content);
  return content.map(markupText).join('');
}

/** Control characters; and overrides and isolates, with which a name could read backwards. */
const UNSEEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
