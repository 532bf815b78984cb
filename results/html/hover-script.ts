/**
 * The script of every page: pointing at a chart (or the arrow keys on it) shows that place's row of the table behind it, and a hair line in all
 * charts over the same rows. It adds nothing that the page does not say without it. A part that is written later is passed to `hoverFigures`
 * again. Plain JavaScript of the browser, kept as text.
 */
export const HOVER_SCRIPT = `const hoverFigures = (root) => {
  const figures = [...root.querySelectorAll('figure[data-rows]')];
  const remarks = new Map(figures.map((figure) => [figure, figure.querySelector('output').textContent]));
  const rowsOf = (figure) => [...(document.getElementById(figure.dataset.rows)?.rows ?? [])];
  let shown = -1;
  const show = (chosen, at) => {
    shown = at;
    for (const figure of figures) {
      if (figure.dataset.rows !== chosen.dataset.rows) continue;
      const cross = figure.querySelector('.cross');
      const output = figure.querySelector('output');
      const row = rowsOf(figure)[at];
      cross.hidden = row === undefined;
      output.classList.toggle('live', row !== undefined);
      if (row === undefined) {
        output.textContent = remarks.get(figure);
        continue;
      }
      cross.style.left = row.dataset.x / 10 + '%';
      const heads = row.closest('table').rows[0].cells;
      const part = (column) => heads[column].textContent + ' ' + row.cells[column].textContent;
      output.textContent = [part(0), ...figure.dataset.columns.split(' ').map(part)].join(' \\u00b7 ');
    }
  };
  const nearest = (figure, x) => {
    let best = -1;
    let least = Infinity;
    for (const [at, row] of rowsOf(figure).entries()) {
      const distance = Math.abs(row.dataset.x - x);
      if (distance < least) [best, least] = [at, distance];
    }
    return best;
  };
  for (const figure of figures) {
    const plot = figure.querySelector('.plot');
    plot.tabIndex = 0;
    plot.setAttribute('role', 'group');
    plot.setAttribute('aria-label', figure.querySelector('figcaption b').textContent + ': arrow keys read the values');
    const point = (event) => {
      const { left, width } = plot.getBoundingClientRect();
      show(figure, nearest(figure, ((event.clientX - left) / width) * 1000));
    };
    plot.addEventListener('pointermove', point);
    plot.addEventListener('pointerdown', point);
    plot.addEventListener('pointerleave', () => show(figure, -1));
    plot.addEventListener('blur', () => show(figure, -1));
    plot.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      show(figure, Math.min(rowsOf(figure).length - 1, Math.max(0, shown + step)));
    });
  }
};
hoverFigures(document);
`;
