/**
 * Plans computed in a worker, only for the newest question; in the page itself where no worker can be started. A question at rest is answered
 * in steps, the plan alone first, with a look at what came in between: a newer question ends the steps of the one before.
 */
import type { PlanView } from '../../../results/html/plan/plan-view.ts';
import { changedInputs } from '../controls.ts';
import { pageView, viewSteps } from '../page-view.ts';
import type { SizingInputs } from '../../sizing-inputs.ts';

export interface Question {
  readonly number: number;
  readonly changes: readonly (readonly [id: string, text: string])[];
  /** While dragging: fewer draws, the plan alone. */
  readonly isQuick: boolean;
}

export interface Answer {
  readonly question: Question;
  readonly view: PlanView;
  /** Whether there is more to come. */
  readonly isLast: boolean;
}

type Message = { readonly kind: 'begin'; readonly inputs: SizingInputs } | { readonly kind: 'ask'; readonly question: Question };

/** The worker's side. */
export function answerInWorker(): void {
  let answering: Answering | undefined;
  addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'begin') answering = new Answering(data.inputs, (answer) => postMessage(answer));
    else answering?.ask(data.question);
  });
}

/** The page's side. `script` is the code of this page, which the worker runs as well. */
export class PlanWorker {
  readonly #onAnswer: (answer: Answer) => void;
  readonly #post: (message: Message) => void;
  #lastNumber = 0;
  #isBusy = false;
  #next: Question | undefined;

  constructor(script: string, inputs: SizingInputs, onAnswer: (answer: Answer) => void) {
    this.#onAnswer = onAnswer;
    const worker = startedFrom(script);
    if (worker === undefined) {
      const answering = new Answering(inputs, (answer) => this.#receive(answer));
      this.#post = (message) => void (message.kind === 'ask' && requestAnimationFrame(() => answering.ask(message.question)));
    } else {
      worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#receive(data));
      this.#post = (message) => worker.postMessage(message);
    }
    this.#post({ kind: 'begin', inputs });
  }

  ask(asked: Omit<Question, 'number'>): void {
    this.#send({ ...asked, number: ++this.#lastNumber });
  }

  #send(question: Question): void {
    if (this.#isBusy) {
      this.#next = question;
      return;
    }
    this.#isBusy = true;
    this.#post({ kind: 'ask', question });
  }

  /** From the first step on the next question may be asked. */
  #receive(answer: Answer): void {
    this.#isBusy = false;
    const next = this.#next;
    this.#next = undefined;
    if (next !== undefined) this.#send(next);
    // A full answer to an older question would be drawn for nothing.
    if (answer.question.isQuick || answer.question.number === this.#lastNumber) this.#onAnswer(answer);
  }
}

class Answering {
  readonly #inputs: SizingInputs;
  readonly #tell: (answer: Answer) => void;
  readonly #turns = new MessageChannel();
  #steps: Iterator<Answer | undefined> | undefined;

  constructor(inputs: SizingInputs, tell: (answer: Answer) => void) {
    this.#inputs = inputs;
    this.#tell = tell;
    this.#turns.port1.addEventListener('message', () => this.#step());
    this.#turns.port1.start();
  }

  ask(question: Question): void {
    this.#steps = answersTo(question, this.#inputs);
    this.#step();
  }

  /** The next one is a task of its own: a question that waits goes before it. */
  #step(): void {
    const { value, done } = this.#steps?.next() ?? { value: undefined, done: true };
    if (done === true) {
      this.#steps = undefined;
      return;
    }
    this.#turns.port2.postMessage(null);
    if (value !== undefined) this.#tell(value);
  }
}

function* answersTo(question: Question, asWritten: SizingInputs): Generator<Answer | undefined, void> {
  const inputs = changedInputs(asWritten, new Map(question.changes));
  if (question.isQuick) yield { question, view: pageView(inputs, { isQuick: true }), isLast: true };
  else for (const view of viewSteps(inputs)) yield view === undefined ? undefined : { question, view, isLast: view.peers !== null };
}

function startedFrom(script: string): Worker | undefined {
  try {
    return new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  } catch {
    return undefined;
  }
}
