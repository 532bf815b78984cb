/** A sizing plan as one page that computes: everything that the terminal says, drawn, with what-if questions answered by the same code. */
import { embeddedJson } from '../results/html/embedded-run.ts';
import { html } from '../results/html/markup.ts';
import { pageHtml } from '../results/html/page-shell.ts';
import { answerLine, planHeadline } from '../results/html/plan/headline.ts';
import { PLAN_SECTIONS } from '../results/html/plan/plan-sections.ts';
import { PLAN_STYLE } from '../results/html/plan/plan-style.ts';
import type { Plan } from '../results/plan-record.ts';
import type { ConfigData } from '../sizing/page/changed-config.ts';
import { controlsOf } from '../sizing/page/controls.ts';
import { viewOf, type EmbeddedPlan } from '../sizing/page/page-view.ts';
import { whatIfSection } from '../sizing/page/what-if-form.ts';
import type { SizingInputs } from '../sizing/sizing-inputs.ts';

export interface SizePageParts {
  readonly inputs: SizingInputs;
  /** Of these inputs. */
  readonly plan: Plan;
  /** Of wholeConfig. */
  readonly config: ConfigData;
  /** Of sizePageScript. */
  readonly script: string;
  readonly version: string;
}

export function sizeHtml({ inputs, plan, config, script, version }: SizePageParts): string {
  const view = viewOf(inputs, plan);
  const { asWritten: _, ...rest } = view;
  const embedded: EmbeddedPlan = { inputs, config, ...rest };
  const header = html`<header>
<h1>${inputs.name}</h1>
<p class="meta">sizing plan · headroom ${version}</p>
<div id="headline">${planHeadline(view)}</div>
</header>
<dialog id="trace-dialog" aria-label="How a number came about"><button type="button" class="close">Close</button><h2>How it came about</h2><div id="trace"></div></dialog>
`;
  return pageHtml({
    title: `${inputs.name} · headroom sizing plan`,
    header,
    sections: [['what-if', 'What if', whatIfSection(controlsOf(inputs), answerLine(view))], ...PLAN_SECTIONS.map(({ id, name, markup }) => [id, name, markup(view)] as const)],
    embedded: embeddedJson('plan', embedded),
    style: PLAN_STYLE,
    script,
  });
}
