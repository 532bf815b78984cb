/** A file made from a plan: its name, its text, and the comment at its head that says where it came from and what in it is assumed. Pure. */
import type { Plan, PlanQuantity } from '../../results/plan-record.ts';
import { quantityText } from '../../results/render/quantity-text.ts';
import { PlanFigures } from './plan-figures.ts';

export interface ExportedFile {
  readonly name: string;
  readonly text: string;
}

/** What stands at the head of each file. No clock: the same configuration gives the same bytes. */
export interface ExportOrigin {
  readonly version: string;
  /** The file that was read, as the user named it. */
  readonly config: string;
  /** Digest of the plan's inputs, counts and shape. */
  readonly planId: string;
}

export interface ExportRequest {
  readonly plan: Plan;
  readonly figures: PlanFigures;
  readonly origin: ExportOrigin;
}

export function exportRequest(plan: Plan, origin: ExportOrigin): ExportRequest {
  return { plan, origin, figures: new PlanFigures(plan) };
}

const COMMENT_WIDTH = 116;

/** `rests`: ids of the plan's numbers that the file is made from. */
export function header({ plan, origin, figures }: ExportRequest, { what, rests, notes = [] }: { what: string; rests: readonly string[]; notes?: readonly string[] }): string {
  const assumed = figures.assumedBehind(rests);
  return comment([
    what,
    `Made by headroom ${origin.version} from ${oneLine(origin.config)}: plan "${oneLine(plan.name)}", ${origin.planId}. Change that file and export again rather than this one.`,
    assumed.length === 0 ? 'Everything that it rests on was given or measured.' : `Assumed, so to be replaced by what you know or measure: ${assumed.map(assumedText).join('; ')}.`,
    ...notes,
  ]);
}

/** One `# ` comment a paragraph, wrapped. */
export function comment(paragraphs: readonly string[]): string {
  return paragraphs.flatMap((paragraph) => wrapped(oneLine(paragraph))).map((line) => `# ${line}\n`).join('');
}

function assumedText({ id, value, unit }: PlanQuantity): string {
  return `${id} = ${quantityText(value, unit)}`;
}

/** A name with a line break in it must not end a comment. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

function wrapped(paragraph: string): string[] {
  const lines: string[] = [];
  for (const word of paragraph.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= COMMENT_WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
