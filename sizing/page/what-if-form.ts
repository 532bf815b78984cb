/** The form for what-if questions: for each control a field with its unit, a slider, what it was, and a way back. */
import { html, section, type Markup } from '../../results/html/markup.ts';
import { positionOf, type Control } from './controls.ts';

export function whatIfSection(controls: readonly Control[], answer: Markup): Markup {
  const topics = [...new Set(controls.map(({ topic }) => topic))];
  const groups = topics.map((topic) => html`<h3>${topic ?? 'Cluster'}</h3>${controls.filter((each) => each.topic === topic).map(controlMarkup)}`);
  return html`<div class="what-if">${section(
    { id: 'what-if', title: 'What if', remark: 'the plan is computed again in this page; a changed value counts as certain' },
    html`<noscript><p class="warn">These fields need JavaScript; everything below does not.</p></noscript>
<div class="answer" aria-live="polite"><span id="answer">${answer}</span><span class="busy" id="busy"></span></div>
<div class="controls" id="controls">${groups}</div>
<div class="actions"><button type="button" class="do" id="reset" disabled>Reset all</button> <button type="button" class="do" id="copy-link" disabled>Copy link to this</button> <span class="unit" id="said" role="status"></span></div>
<details id="config"><summary>Configuration with these values, for headroom size</summary><pre id="config-text" tabindex="0"></pre><div class="actions"><button type="button" class="do" id="copy-config">Copy</button> <button type="button" class="do" id="download-config">Download size.yaml</button></div></details>`,
  )}</div>`;
}

function controlMarkup(control: Control): Markup {
  const { id, name, text, value } = control;
  return html`<div class="control" data-control="${id}"><label for="field-${id}" title="${name}">${name}</label><div class="row"><input type="text" id="field-${id}" value="${text}" autocomplete="off" spellcheck="false"> <input type="range" min="0" max="1000" step="1" value="${Math.round(positionOf(control, value))}" aria-label="${name}, slider"> <button type="button" class="do" hidden title="as written: ${text}" aria-label="${name}: as written">↺</button></div><div class="was"></div></div>
`;
}
