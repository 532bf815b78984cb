/**
 * The frame of every page: one file that needs nothing else, no network, no font, no library. Nothing is fetched, and no script runs but the
 * page's own, each named by its hash.
 */
import { createHash } from 'node:crypto';
import { HOVER_SCRIPT } from './hover-script.ts';
import { html, trusted, type Markup } from './markup.ts';
import { styleSheet } from './style.ts';

export interface PageParts {
  readonly title: string;
  readonly header: Markup;
  /** In their order; those without content are left out. */
  readonly sections: readonly (readonly [id: string, name: string, content: Markup | null])[];
  /** The data that the page shows, as JSON in an element of its own. */
  readonly embedded: Markup;
  /** Rules beyond the common ones. */
  readonly style?: string;
  /** Code beyond the common one; it may start a worker from its own text. */
  readonly script?: string;
}

export function pageHtml({ title, header, sections, embedded, style = '', script }: PageParts): string {
  const present = sections.filter(([, , content]) => content !== null);
  const scripts = [HOVER_SCRIPT, ...(script === undefined ? [] : [inert(script)])];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(scripts)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="generator" content="headroom">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trusted(styleSheet())}${trusted(style)}</style>
</head>
<body>
<main>
${header}
<nav aria-label="Sections">${present.map(([id, name]) => html`<a href="#${id}">${name}</a> `)}</nav>
${present.map(([, , content]) => content)}
</main>
${embedded}
${scripts.map((each) => html`<script>${trusted(each)}</script>\n`)}</body>
</html>
`.text;
}

function contentPolicy(scripts: readonly string[]): string {
  const hashes = scripts.map((each) => `'sha256-${createHash('sha256').update(each).digest('base64')}'`);
  const workers = scripts.length > 1 ? ' worker-src blob:;' : '';
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src ${hashes.join(' ')};${workers} base-uri 'none'; form-action 'none'`;
}

/** Nothing in a string of the code can end its element. */
function inert(script: string): string {
  return script.replaceAll(/<(?=\/script|!--)/gi, String.raw`\x3c`);
}
