/**
 * The script of a plan's page: fields and sliders ask for a plan, its sections are written anew from the answer, the address keeps what was
 * changed, a number that is pressed tells how it came about. The same code runs in the page and in its worker.
 */
import { answerLine, planHeadline } from '../../../results/html/plan/headline.ts';
import type { PlanView } from '../../../results/html/plan/plan-view.ts';
import { traceMarkup } from '../../../results/html/plan/trace.ts';
import type { Markup } from '../../../results/html/markup.ts';
import { countText } from '../../../results/render/number-text.ts';
import type { ConfigData } from '../changed-config.ts';
import { configText } from '../config-text.ts';
import { changesFrom, controlsOf, hashOf, parsedControl, positionOf, problemsOf, textAt, type Control } from '../controls.ts';
import type { EmbeddedPlan } from '../page-view.ts';
import type { SizingInputs } from '../../sizing-inputs.ts';
import { answerInWorker, PlanWorker, type Answer } from './plan-worker.ts';
import { SectionWriter } from './section-writer.ts';

/** Of the page's common script. */
declare function hoverFigures(root: ParentNode): void;

function startPage(script: string): void {
  const page = new SizePage(script, JSON.parse(byId('plan').textContent) as EmbeddedPlan);
  page.restore();
}

class SizePage {
  readonly #inputs: SizingInputs;
  readonly #config: ConfigData;
  readonly #controls: readonly Control[];
  readonly #written: PlanView;
  readonly #worker: PlanWorker;
  readonly #sections = new SectionWriter((section) => hoverFigures(section));
  #view: PlanView;
  #changes = new Map<string, string>();

  constructor(script: string, { inputs, config, ...rest }: EmbeddedPlan) {
    const view = { ...rest, asWritten: rest.plan };
    this.#inputs = inputs;
    this.#config = config;
    this.#controls = controlsOf(inputs);
    this.#written = view;
    this.#view = view;
    this.#worker = new PlanWorker(script, inputs, (answer) => this.#show(answer));
    for (const control of this.#controls) this.#listen(control);
    byId('reset').addEventListener('click', () => this.#set(new Map()));
    byId('copy-link').addEventListener('click', () => void copied(location.href, 'link'));
    byId('config').addEventListener('toggle', () => this.#writeConfig());
    byId('copy-config').addEventListener('click', () => void copied(byId('config-text').textContent, 'configuration'));
    byId('download-config').addEventListener('click', () => download('size.yaml', byId('config-text').textContent));
    addEventListener('hashchange', () => this.restore());
    document.addEventListener('click', (event) => this.#clicked(event));
    dialog().addEventListener('click', (event) => {
      if (event.target === dialog() || (event.target as Element).classList.contains('close')) dialog().close();
    });
  }

  /** What the address asks for; an address of a section alone changes nothing. */
  restore(): void {
    if (location.hash !== '' && !location.hash.includes('=')) return;
    const changes = changesFrom(location.hash, this.#controls);
    if (hashOf(changes) !== hashOf(this.#changes)) this.#set(changes);
  }

  #listen(control: Control): void {
    const { field, slider, back } = partsOf(control);
    const write = (text: string, isQuick: boolean): void => {
      const changes = new Map(this.#changes);
      if (text.trim() === control.text) changes.delete(control.id);
      else changes.set(control.id, text.trim());
      this.#set(changes, isQuick);
    };
    field.addEventListener('change', () => write(field.value, false));
    slider.addEventListener('input', () => write(textAt(control, Number(slider.value)), true));
    slider.addEventListener('change', () => write(textAt(control, Number(slider.value)), false));
    back.addEventListener('click', () => write(control.text, false));
  }

  #set(changes: Map<string, string>, isQuick = false): void {
    this.#changes = changes;
    const problems = problemsOf(this.#controls, changes);
    for (const control of this.#controls) mark(control, changes.get(control.id), problems.get(control.id));
    for (const id of ['reset', 'copy-link']) (byId(id) as HTMLButtonElement).disabled = changes.size === 0;
    if (!isQuick) history.replaceState(null, '', changes.size === 0 ? location.pathname + location.search : `#${hashOf(changes)}`);
    if (problems.size > 0) {
      byId('busy').textContent = 'a field cannot be read';
      return;
    }
    this.#writeConfig();
    byId('busy').textContent = 'computing …';
    document.body.dataset['state'] = 'computing';
    this.#worker.ask({ changes: [...changes], isQuick });
  }

  /** Only while it is looked at. */
  #writeConfig(): void {
    if ((byId('config') as HTMLDetailsElement).open) byId('config-text').textContent = configText(this.#config, this.#inputs, this.#changes);
  }

  /** While a value moves, and of the first step of an answer, only what the plan itself says. */
  #show({ question: { changes, isQuick }, view, isLast }: Answer): void {
    // As written is written already, and its draws are the same.
    const shown = changes.length === 0 && !isQuick ? this.#written : { ...view, asWritten: this.#written.plan };
    this.#view = shown;
    const draws = `${countText(shown.plan.certainty.draws)} draws`;
    const onDone = (): void => {
      byId('busy').textContent = isQuick ? `${draws} while it moves` : !isLast ? `${draws}, charts follow …` : this.#changes.size === 0 ? '' : draws;
      document.body.dataset['state'] = isQuick ? 'quick' : isLast ? 'done' : 'plan';
    };
    this.#sections.write(shown, { isQuick: isQuick || !isLast, onDone });
    fill(byId('headline'), planHeadline(shown));
    fill(byId('answer'), answerLine(shown));
  }

  #clicked(event: Event): void {
    const target = event.target as Element;
    const anchor = target.closest<HTMLAnchorElement>('nav a');
    if (anchor !== null) {
      // The address keeps what was changed.
      event.preventDefault();
      byId(anchor.hash.slice(1)).scrollIntoView();
      return;
    }
    const id = target.closest<HTMLElement>('[data-trace]')?.dataset['trace'];
    const markup = id === undefined ? null : traceMarkup(this.#view.plan, id);
    if (markup === null) return;
    fill(byId('trace'), markup);
    if (!dialog().open) dialog().showModal();
    dialog().scrollTop = 0;
  }
}

function partsOf({ id }: Control): { root: HTMLElement; field: HTMLInputElement; slider: HTMLInputElement; back: HTMLButtonElement; was: HTMLElement } {
  const root = document.querySelector<HTMLElement>(`[data-control="${CSS.escape(id)}"]`) as HTMLElement;
  const [field, slider] = root.querySelectorAll('input') as unknown as [HTMLInputElement, HTMLInputElement];
  return { root, field, slider, back: root.querySelector('button') as HTMLButtonElement, was: root.querySelector('.was') as HTMLElement };
}

function mark(control: Control, text: string | undefined, problem: string | undefined): void {
  const { root, field, slider, back, was } = partsOf(control);
  root.classList.toggle('changed', text !== undefined);
  back.hidden = text === undefined;
  if (field !== document.activeElement || field.value.trim() === '' || text === undefined) field.value = text ?? control.text;
  field.setAttribute('aria-invalid', String(problem !== undefined));
  if (problem === undefined && slider !== document.activeElement) slider.value = String(Math.round(positionOf(control, parsedControl(control, text ?? control.text))));
  was.textContent = problem ?? (text === undefined ? '' : `was ${control.text}`);
  was.classList.toggle('bad', problem !== undefined);
}

function fill(element: Element, markup: Markup): void {
  element.innerHTML = markup.text;
}

async function copied(text: string, what: string): Promise<void> {
  const isCopied = await navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
  byId('said').textContent = isCopied ? `${what} copied` : text;
}

function download(name: string, text: string): void {
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  anchor.download = name;
  anchor.click();
  URL.revokeObjectURL(anchor.href);
}

function dialog(): HTMLDialogElement {
  return byId('trace-dialog') as HTMLDialogElement;
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new ReferenceError(`the page has no #${id}`);
  return found;
}

// Last: the classes above stand ready by now.
if (typeof document === 'undefined') answerInWorker();
else startPage(document.currentScript?.textContent ?? '');
