/** The page's style sheet: one column of text and charts, light and dark by the reader's preference, a phone's width first, and for paper. */
import { COLOR_NAMES, DARK, LIGHT, type Theme } from './palette.ts';

export function styleSheet(): string {
  return `:root{color-scheme:light dark;${variables(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${variables(DARK)}}}
${RULES}
${COLOR_NAMES.map((name) => `.c-${name}{color:var(--${name})}`).join('\n')}
@media print{:root{${variables(LIGHT)}}${PRINT}}
`;
}

function variables({ ground, faint, rule, colors }: Theme): string {
  return `--ground:${ground};--faint:${faint};--rule:${rule};${COLOR_NAMES.map((name) => `--${name}:${colors[name]}`).join(';')}`;
}

const RULES = `*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1080px;margin:0 auto;padding:20px 16px 48px}
h1{font-size:1.45em;line-height:1.25;margin:0;font-weight:650;overflow-wrap:anywhere}
h2{font-size:1.1em;margin:0 0 10px;font-weight:650}
h3{font-size:.93em;margin:18px 0 4px;font-weight:650}
h2 small,h3 small{font-weight:400;font-size:.86em;color:var(--dim);margin-left:.4em}
p{margin:0 0 8px;max-width:76ch;overflow-wrap:anywhere}
section{margin-top:34px;padding-top:12px;border-top:1px solid var(--rule)}
a{color:inherit;text-decoration-color:var(--dim);text-underline-offset:2px}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.meta,.note,.unit{color:var(--dim);font-size:.87em}
.note{margin-top:6px}
nav{margin-top:14px;font-size:.87em;display:flex;flex-wrap:wrap;gap:2px 14px}
nav a{color:var(--dim)}
.alarm{border-left:3px solid var(--bad);padding:6px 10px;background:var(--faint);color:var(--bad);font-weight:600;margin:12px 0 0;max-width:none}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(148px,1fr));gap:14px 18px;margin:20px 0 0}
.figures div{border-top:2px solid var(--rule);padding-top:5px;min-width:0}
.figures dt{color:var(--dim);font-size:.82em;overflow-wrap:anywhere}
.figures dd{margin:0;font-size:1.4em;line-height:1.25;font-weight:600;letter-spacing:-.01em}
.figures dd small{display:block;font-size:.58em;font-weight:400;color:var(--dim);letter-spacing:0;line-height:1.4;overflow-wrap:anywhere}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.warning{border-left:3px solid var(--warn);padding:2px 0 2px 12px;margin:12px 0 0;max-width:none}
.warning p{margin:0}
.warning p+p{font-size:.9em;padding-left:4.6em;text-indent:-4.6em}
.warning p+p b{font-weight:400;color:var(--dim);display:inline-block;min-width:4.6em;text-indent:0}
dl{margin:0}
section dl:not(.figures)>div{display:grid;grid-template-columns:132px minmax(0,1fr);gap:0 12px;padding:3px 0}
section dl:not(.figures) dt{color:var(--dim);font-size:.92em}
section dl:not(.figures) dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;max-width:100%}
.scroll:focus-visible,.plot:focus-visible,summary:focus-visible,a:focus-visible{outline:2px solid var(--publish);outline-offset:2px}
table{border-collapse:collapse;font-size:.87em;line-height:1.35}
th,td{text-align:left;vertical-align:baseline;padding:3px 16px 3px 0;font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--dim);border-bottom:1px solid var(--rule);vertical-align:bottom}
tbody tr+tr>*{border-top:1px solid var(--faint)}
tbody th b{font-weight:600}
.n{text-align:right;white-space:nowrap}
td.n,th.n{font-variant-numeric:tabular-nums}
.none{color:var(--dim)}
.wide{width:100%}
.bar{display:block;height:9px;background:currentColor;min-width:1px}
.bars td:nth-child(2){width:45%;min-width:90px}
details{margin-top:10px}
summary{cursor:pointer;color:var(--dim);font-size:.87em;padding:4px 0}
details[open]>summary{margin-bottom:4px}
details .scroll{max-height:70vh;overflow:auto}
.two{display:grid;grid-template-columns:minmax(0,1fr);gap:0 36px}
.chart{margin:0 0 30px}
figcaption{font-size:.87em;display:flex;flex-wrap:wrap;gap:0 8px;align-items:baseline}
figcaption b{font-weight:600}
output{color:var(--dim);margin-left:auto;text-align:right;min-height:1.5em;max-width:100%;overflow-wrap:anywhere}
output.live{color:var(--ink)}
.key{display:flex;flex-wrap:wrap;gap:0 14px;font-size:.8em}
.key i{display:inline-block;width:18px;border-top:1.75px solid currentColor;margin-right:5px;vertical-align:middle}
.key i.dashed{border-top-style:dashed}.key i.dotted{border-top-style:dotted}.key i.thin{border-top-width:1px}
.heat-key{display:flex;flex-wrap:wrap;gap:0 14px;font-size:.8em;color:var(--dim)}
.heat-key i{display:inline-block;width:14px;height:10px;background:currentColor;margin-right:5px}
.scroll+.chart,.scroll+p{margin-top:18px}
.lanes{margin-bottom:34px}
.strip{position:relative;display:inline-block;width:190px;height:14px;vertical-align:middle}
.strip i,.pareto i{position:absolute;display:block}
.strip .margin{top:0;bottom:0;background:var(--faint)}
.strip .zero{left:50%;top:0;bottom:0;border-left:1px solid var(--rule)}
.strip .range{top:6px;height:2px;background:currentColor;min-width:2px}
.strip .dot{top:3px;width:8px;height:8px;margin-left:-4px;border-radius:50%;background:currentColor}
.strip-head{display:flex;justify-content:space-between;width:190px}
.pareto .line{left:0;right:0;border-top:1px solid var(--rule)}
.pareto .whisker{height:0;border-top:1px solid currentColor}
.pareto .whisker.up{width:0;border-top:0;border-left:1px solid currentColor}
.pareto .mark{width:11px;height:11px;margin:-5.5px 0 0 -5.5px;border-radius:50%;border:2px solid currentColor;background:var(--ground)}
.pareto .mark.front{background:currentColor}
.pareto .name{transform:translateY(-50%);font-weight:600;line-height:14px;padding:0 3px;background:var(--ground)}
.pareto .name.after{margin-left:12px}
.pareto .name.before{transform:translate(-100%,-50%);margin-left:-12px}
.plot{position:relative;margin:8px 8px 22px 52px;touch-action:pan-y}
.plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible;display:block}
.plot path{fill:none;vector-effect:non-scaling-stroke;stroke:currentColor;stroke-width:1.6;stroke-linejoin:round;stroke-linecap:round}
.plot .grid{stroke:var(--rule);stroke-width:1}
.plot .thin{stroke-width:1}
.plot .dashed{stroke-dasharray:6 4;stroke-linecap:butt}
.plot .dotted{stroke-dasharray:.1 4;stroke-width:1.9}
.plot .faint{opacity:.4}
.plot .area{fill:currentColor;stroke:none}
.plot span{position:absolute;font-size:12px;line-height:14px;white-space:nowrap}
.plot .y{right:100%;margin-right:7px;transform:translateY(-50%);color:var(--dim)}
.plot .x{top:100%;margin-top:4px;transform:translateX(-50%);color:var(--dim)}
.plot .minor{display:none}
.plot .end{display:none}
.band{position:absolute;top:0;bottom:0;background:var(--faint);color:var(--dim);font-size:11px;line-height:14px;padding:1px 3px;overflow:hidden;white-space:nowrap}
.band.fault{background:none;color:var(--bad);overflow:visible}
.band.fault::before{content:"";position:absolute;inset:0;background:currentColor;opacity:.11}
.lanes .band.fault{overflow:hidden}
.cross{position:absolute;top:0;bottom:0;width:0;border-left:1px solid var(--ink);opacity:.55;pointer-events:none}
.xtitle{text-align:center;font-size:12px;color:var(--dim);margin-top:-4px}
.settings>div{break-inside:avoid}
@media (max-width:479px){section dl:not(.figures)>div{grid-template-columns:minmax(0,1fr)}}
@media (min-width:720px){.settings{columns:2;column-gap:40px}
.key{display:none}
.plot{margin-right:148px}
.plot .end{display:block;left:100%;margin-left:8px;max-width:138px;overflow:hidden;text-overflow:ellipsis;transform:translateY(-50%)}
.plot .minor{display:block}
.two{grid-template-columns:repeat(2,minmax(0,1fr))}
main{padding:32px 28px 64px}
}`;

const PRINT = `@page{margin:14mm}body{font-size:10.5pt}main{max-width:none;padding:0}nav,output.live{display:none}section{margin-top:18px}h2,figcaption{break-after:avoid}.chart,.warning,tr,.figures div{break-inside:avoid}.scroll{overflow:visible}details .scroll{max-height:none}.band,.bar{print-color-adjust:exact;-webkit-print-color-adjust:exact}`;
