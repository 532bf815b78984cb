/** Plans computed in a worker, one at a time, only the newest question; in the page itself where no worker can be started. */
import type { PlanView } from '../../../results/html/plan/plan-view.ts';
import type { Plan } from '../../../results/plan-record.ts';
import { changedInputs } from '../controls.ts';
import { pageView } from '../page-view.ts';
import type { SizingInputs } from '../../sizing-inputs.ts';

export interface Question {
  readonly changes: readonly (readonly [id: string, text: string])[];
  /** While dragging: fewer draws, the plan alone. */
  readonly isQuick: boolean;
}

export interface Answer {
  readonly question: Question;
  readonly view: PlanView;
}

interface Beginning {
  readonly inputs: SizingInputs;
  readonly asWritten: Plan;
}

type Message = { readonly kind: 'begin'; readonly beginning: Beginning } | { readonly kind: 'ask'; readonly question: Question };

/** The worker's side. */
export function answerInWorker(): void {
  let beginning: Beginning | undefined;
  addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'begin') beginning = data.beginning;
    else if (beginning !== undefined) postMessage(answerTo(data.question, beginning));
  });
}

/** The page's side. `script` is the code of this page, which the worker runs as well. */
export class PlanWorker {
  readonly #beginning: Beginning;
  readonly #onAnswer: (answer: Answer) => void;
  readonly #worker: Worker | undefined;
  #isBusy = false;
  #next: Question | undefined;

  constructor(script: string, beginning: Beginning, onAnswer: (answer: Answer) => void) {
    this.#beginning = beginning;
    this.#onAnswer = onAnswer;
    this.#worker = startedFrom(script);
    this.#worker?.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#receive(data));
    this.#post({ kind: 'begin', beginning });
  }

  ask(question: Question): void {
    if (this.#worker === undefined) {
      requestAnimationFrame(() => this.#onAnswer(answerTo(question, this.#beginning)));
    } else if (this.#isBusy) {
      this.#next = question;
    } else {
      this.#isBusy = true;
      this.#post({ kind: 'ask', question });
    }
  }

  #receive(answer: Answer): void {
    this.#isBusy = false;
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.ask(next);
    // A full answer to an older question would be drawn for nothing.
    if (next === undefined || answer.question.isQuick) this.#onAnswer(answer);
  }

  #post(message: Message): void {
    this.#worker?.postMessage(message);
  }
}

function answerTo(question: Question, { inputs, asWritten }: Beginning): Answer {
  return { question, view: pageView(changedInputs(inputs, new Map(question.changes)), { isQuick: question.isQuick, asWritten }) };
}

function startedFrom(script: string): Worker | undefined {
  try {
    return new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  } catch {
    return undefined;
  }
}
