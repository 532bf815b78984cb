/**
 * Writes the sections of the page anew, in tasks of their own, so that none keeps the page from answering: what is in sight first. A newer
 * view takes the place of one that is not all written; what would be the same stays untouched.
 */
import { PLAN_SECTIONS, type PlanSection } from '../../../results/html/plan/plan-sections.ts';
import type { PlanView } from '../../../results/html/plan/plan-view.ts';

export class SectionWriter {
  readonly #onWritten: (section: Element) => void;
  readonly #written = new Map<string, string>();
  readonly #turns = new MessageChannel();
  #left: PlanSection[] = [];
  #view: PlanView | undefined;
  #onDone: () => void = () => undefined;

  constructor(onWritten: (section: Element) => void) {
    this.#onWritten = onWritten;
    this.#turns.port1.addEventListener('message', () => this.#writeNext());
    this.#turns.port1.start();
  }

  /** `isQuick`: only the sections of the answer itself. Those in sight are written when it returns; `onDone` follows the last. */
  write(view: PlanView, { isQuick, onDone }: { isQuick: boolean; onDone: () => void }): void {
    const isIdle = this.#left.length === 0;
    const inSight = new Set(PLAN_SECTIONS.filter(({ id }) => isInSight(id)));
    const due = PLAN_SECTIONS.filter((each) => each.isQuick || !isQuick);
    this.#view = view;
    this.#onDone = onDone;
    this.#left = due.filter((each) => !inSight.has(each));
    for (const each of due) if (inSight.has(each)) this.#writeSection(each, view);
    if (isIdle) this.#turns.port2.postMessage(null);
  }

  #writeNext(): void {
    const section = this.#left.shift();
    if (section !== undefined) this.#writeSection(section, this.#view as PlanView);
    if (this.#left.length > 0) this.#turns.port2.postMessage(null);
    else this.#onDone();
  }

  #writeSection({ id, markup }: PlanSection, view: PlanView): void {
    const text = markup(view)?.text ?? `<section id="${id}" hidden></section>`;
    if (this.#written.get(id) === text) return;
    this.#written.set(id, text);
    this.#onWritten(rewritten(document.getElementById(id) as HTMLElement, text));
  }
}

function isInSight(id: string): boolean {
  const { top, bottom } = (document.getElementById(id) as HTMLElement).getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/** In its place; what was unfolded stays so. */
function rewritten(element: Element, text: string): Element {
  const unfolded = [...element.querySelectorAll('details')].map(({ open }) => open);
  const template = document.createElement('template');
  template.innerHTML = text;
  const next = template.content.firstElementChild as Element;
  for (const [at, details] of next.querySelectorAll('details').entries()) details.open = unfolded[at] ?? details.open;
  element.replaceWith(next);
  return next;
}
