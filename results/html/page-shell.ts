/**
 * The frame of every page: one file that needs nothing else, no network, no font, no library. Nothing is fetched, and no script runs but the
 * page's own, which is named by its hash.
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
}

export function pageHtml({ title, header, sections, embedded }: PageParts): string {
  const present = sections.filter(([, , content]) => content !== null);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="generator" content="headroom">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trusted(styleSheet())}</style>
</head>
<body>
<main>
${header}
<nav aria-label="Sections">${present.map(([id, name]) => html`<a href="#${id}">${name}</a> `)}</nav>
${present.map(([, , content]) => content)}
</main>
${embedded}
<script>${trusted(HOVER_SCRIPT)}</script>
</body>
</html>
`.text;
}

function contentPolicy(): string {
  const hash = createHash('sha256').update(HOVER_SCRIPT).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}
