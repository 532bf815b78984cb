import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataTable, escaped, figure, html, trusted } from '../../../results/html/markup.ts';

describe('html', () => {
  it('escapes every text, in elements and in attributes, and lets markup through', () => {
    const hostile = `<img src=x onerror="alert('1')">&`;
    expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
      '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</p>',
    );
    expect(html`<p>${[html`<b>${'a<b'}</b>`, trusted('<i></i>'), 3, null, undefined]}</p>`.text).toBe('<p><b>a&lt;b</b><i></i>3</p>');
  });

  it('lets no text become an element or leave its attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const safe = escaped(text);
        expect(safe).not.toMatch(/[<>"']/);
        expect(safe).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
      }),
    );
  });

  it('keeps the spaces around a text', () => {
    expect(html`<i class="x${' minor'}">${'a '}b</i>`.text).toBe('<i class="x minor">a b</i>');
  });

  it('takes out control characters and those that turn the direction of writing', () => {
    expect(escaped('a\u001b[31mb\u202Ec\u2066d')).not.toMatch(/[\u001b\u202E\u2066]/);
  });
});

it('a figure carries the exact value and its place in the record', () => {
  expect(figure('measured.x', 1234.5678, (value) => value.toFixed(1)).text).toBe('<data value="1234.5678" data-path="measured.x">1234.6</data>');
  expect(figure('measured.x', null, String).text).toContain('data-path="measured.x"');
});

it('a table says for whom cannot see it what it holds, and which cells are heads', () => {
  const { text } = dataTable({ label: 'Groups & lag', columns: [{ head: 'group' }, { head: 'lag', isNumber: true, field: 'lag' }], rows: [['a<b', 3]] });
  expect(text).toContain('aria-label="Groups &amp; lag"');
  expect(text).toContain('<th scope="col" class="n" data-field="lag">lag</th>');
  expect(text).toContain('<th scope="row">a&lt;b</th><td class="n">3</td>');
});
