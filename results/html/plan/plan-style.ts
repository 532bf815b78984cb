/** What the page of a plan has beyond the common style sheet: numbers that can be pressed, bars, the form for what-if questions. */

export const PLAN_STYLE = `.num{font:inherit;color:inherit;background:none;border:0;padding:0;margin:0;cursor:pointer;text-align:inherit;letter-spacing:inherit;text-decoration:underline dotted var(--dim);text-underline-offset:3px}
.num:hover{text-decoration-style:solid}
button:focus-visible,input:focus-visible{outline:2px solid var(--publish);outline-offset:2px}
.prose table{width:100%}
del{color:var(--dim);text-decoration-thickness:1px}
del::after{content:" \\2192";display:inline-block;text-decoration:none;padding-left:.25em}
ins{text-decoration:none;color:var(--publish);font-weight:600}
.source{font-size:.85em;color:var(--dim)}
.source.assumed{color:var(--warn)}
.source.measured{color:var(--good)}
.used{display:inline-block;width:110px;height:9px;background:var(--faint);vertical-align:middle}
.used i{display:block;height:100%;background:currentColor}
h4{font-size:.87em;font-weight:650;margin:12px 0 2px}
.tornado .reach{top:5px;height:4px;background:currentColor;min-width:3px;opacity:.6}
.tornado .flip{top:1px;bottom:1px;border-left:3px solid var(--bad);margin-left:-1.5px}
.tornado .flip.saves{border-color:var(--good)}
.strip.peers .own{top:0;bottom:0;border-left:2px solid var(--bad);margin-left:-1px}
.held{margin-top:12px}
.spreads{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:14px 30px}
.spread{margin:0 0 10px}
.columns{display:flex;align-items:flex-end;gap:2px;height:74px;border-bottom:1px solid var(--rule);margin-top:8px}
.columns i{flex:1 1 0;height:100%;display:flex;align-items:flex-end;min-width:2px}
.columns b{display:block;width:100%;min-height:1px;background:var(--publish);opacity:.45}
.columns .chosen b{opacity:1}
.columns .above b{background:var(--bad)}
.ends{display:flex;justify-content:space-between;font-size:12px;color:var(--dim)}
.answer{position:sticky;top:0;z-index:2;background:var(--ground);border-bottom:1px solid var(--rule);padding:8px 0;margin-bottom:14px;display:flex;flex-wrap:wrap;gap:2px 18px;align-items:baseline;font-size:.93em}
.answer #answer{display:flex;flex-wrap:wrap;gap:2px 18px}
.answer small{color:var(--dim)}
.answer .busy{color:var(--dim);margin-left:auto;font-size:.87em}
.controls{display:grid;grid-template-columns:repeat(auto-fill,minmax(230px,1fr));gap:12px 24px}
.control{min-width:0;border-left:3px solid transparent;padding-left:9px;margin-left:-12px}
.control.changed{border-left-color:var(--publish)}
.control label{display:block;font-size:.87em;color:var(--dim);overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.control .row{display:flex;gap:8px;align-items:center}
.control input[type=text]{font:inherit;width:8em;min-width:0;flex:0 1 auto;color:inherit;background:var(--faint);border:1px solid var(--rule);border-radius:3px;padding:2px 6px}
.control input[type=text][aria-invalid=true]{border-color:var(--bad)}
.control input[type=range]{flex:1 1 80px;min-width:60px;margin:0;accent-color:var(--publish)}
.control .was{font-size:.82em;color:var(--dim);min-height:1.4em}
.control .was .bad{color:var(--bad)}
.what-if button.do{font:inherit;font-size:.87em;color:inherit;background:var(--faint);border:1px solid var(--rule);border-radius:3px;padding:3px 10px;cursor:pointer}
.what-if button.do:disabled{opacity:.5;cursor:default}
.control button.do{padding:0 6px}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin:16px 0 0;align-items:center}
.what-if pre{font:.82em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--faint);padding:10px 12px;overflow:auto;max-height:60vh;margin:8px 0}
.controls h3{grid-column:1/-1;margin:8px 0 -4px}
dialog{border:1px solid var(--rule);background:var(--ground);color:var(--ink);width:min(900px,calc(100vw - 24px));max-height:86vh;overflow:auto;padding:14px 18px 18px}
dialog::backdrop{background:#0008}
dialog h2{padding-right:60px}
dialog .close{position:sticky;top:0;float:right;font:inherit;font-size:.87em;color:inherit;background:var(--faint);border:1px solid var(--rule);border-radius:3px;padding:3px 10px;cursor:pointer}
.trace,.trace ul{list-style:none;margin:0;padding:0}
.trace ul{border-left:1px solid var(--rule);padding-left:12px;margin:2px 0 6px 4px}
.trace li{margin:4px 0;overflow-wrap:anywhere;font-size:.93em}
.trace summary{color:inherit;font-size:1em;padding:2px 0}
.trace details{margin:0}
.trace p{margin:2px 0 2px 4px}
.trace small,.trace code{color:var(--dim)}
.trace .formula code{color:inherit}
@media (max-width:719px){.control .was:empty{display:none}.used{width:64px}.strip{width:120px}.strip-head{width:120px}.control input[type=text]{width:7em}}
@media print{.what-if,dialog{display:none}}
`;
