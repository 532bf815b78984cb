/**
 * The run as JSON inside the page, for programs: `JSON.parse(document.getElementById('run').textContent)`. No text in it can end its element
 * or open a comment. A page stays below two megabytes: of a very long run, lists by second are left out, and the answer says which.
 */
import type { Run } from '../run.ts';
import { html, trusted, type Markup } from './markup.ts';

export const EMBEDDED_BYTES_MAX = 1_300_000;

/** The largest first to go; each is dropped whole, so that nothing reads as if it were all. */
const DISPENSABLE = ['brokerSamples', 'seconds', 'events', 'acknowledgementGaps'] as const;

export interface EmbeddedRun {
  readonly element: Markup;
  /** Names of fields of `measured` that are not in it. */
  readonly leftOut: readonly string[];
  readonly byteCount: number;
}

export function embeddedRun(run: Run): EmbeddedRun {
  const leftOut: string[] = [];
  let measured: Partial<Run['measured']> = run.measured;
  let text = scriptJson(run);
  for (const name of DISPENSABLE) {
    if (Buffer.byteLength(text) <= EMBEDDED_BYTES_MAX) break;
    const { [name]: _, ...rest } = measured;
    measured = rest;
    leftOut.push(name);
    text = scriptJson({ ...run, measured });
  }
  return { element: jsonElement('run', text), leftOut, byteCount: Buffer.byteLength(text) };
}

/** `text` is of scriptJson. */
function jsonElement(id: string, text: string): Markup {
  return html`<script type="application/json" id="${id}">${trusted(text)}</script>`;
}

/** Any other result, whole. */
export function embeddedJson(id: string, value: unknown): Markup {
  return jsonElement(id, scriptJson(value));
}

/** JSON without `<`, the beginning of everything that a script element reacts to: `</script`, `<script`, `<!--`. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', String.raw`\u003c`);
}
