/** The styles of a report's page. @module */

import { COLORS } from "./page_colors.ts";

/** How a report looks. */
export const STYLE: string = `
${COLORS}*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",
Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif}
main,header,footer{max-width:1180px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
h1,h2,h3{overflow-wrap:anywhere}
h1{font-size:2rem;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
h2{font-size:1.3rem;margin:44px 0 10px}
h3{font-size:1.05rem;margin:28px 0 10px}
p{max-width:72ch;margin:0 0 14px}
.subtitle,.note,footer{color:var(--muted)}
.subtitle{font-size:1.05rem}
.summary{font-size:1.1rem;border-left:4px solid var(--accent);padding:2px 0 2px 16px;margin:20px 0}
.note{font-size:.875rem;margin:10px 0 0}
.highlights{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:14px;margin:24px 0 0}
.highlights>div,.card,.chart{background:var(--surface);border:1px solid var(--line);border-radius:10px}
.highlights>div{padding:14px 18px}
dt{color:var(--muted);font-size:.875rem}
dd{margin:0;font-size:1.75rem;font-weight:650;line-height:1.25;font-variant-numeric:tabular-nums}
dd.note{font-size:.875rem;font-weight:400;margin:2px 0 0}
figure{margin:0}
.card,.chart{margin:0 0 16px;padding:16px 18px}
.scroll{overflow-x:auto;background:linear-gradient(to left,var(--surface) 24px,transparent 56px) right/56px 100% no-repeat local,
linear-gradient(to left,var(--shade),transparent) right/18px 100% no-repeat scroll}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
figcaption{text-align:left;font-weight:600;margin:0 0 8px;font-size:1rem}
th,td{text-align:left;padding:7px 12px;border-bottom:1px solid var(--line);vertical-align:baseline}
tbody tr:last-child>*{border-bottom:0}
thead th{color:var(--muted);font-weight:600;font-size:.8125rem;vertical-align:bottom}
tbody th{font-weight:500}
.n{text-align:right;font-variant-numeric:tabular-nums}
.scroll th,.scroll td{white-space:nowrap}
.scroll thead .n{white-space:normal;min-width:92px}
.strong>*{font-weight:700;background:var(--soft)}
.strong>:first-child{box-shadow:inset 3px 0 var(--accent)}
.scroll th:first-child{position:sticky;left:0;background:var(--surface);z-index:1}
.scroll .strong th:first-child{background:var(--soft)}
.map{table-layout:fixed}.map th:first-child{width:124px}
.map td,.map th{padding:5px 8px}
.heat{background:color-mix(in srgb,var(--heat) calc(var(--h)*.62%),var(--surface))}
.scale{display:flex;align-items:center;gap:8px;font-size:.8125rem;color:var(--muted);margin:4px 0 8px}
.scale i{width:120px;height:10px;border-radius:3px;
background:linear-gradient(90deg,var(--surface),color-mix(in srgb,var(--heat) 62%,var(--surface)));border:1px solid var(--line)}
.facts th,.facts td{padding-top:4px;padding-bottom:4px}
.facts th{width:1%;white-space:nowrap;color:var(--muted);padding-right:28px;vertical-align:top}
.facts td{overflow-wrap:anywhere}details .card{margin-top:10px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,430px),1fr));gap:16px;margin-bottom:16px}
.charts:has(>:only-child){max-width:760px}
.chart{position:relative;margin:0;min-width:0}
.chart svg{display:block;width:100%;height:auto;overflow:visible}
.wide,.narrow{max-width:720px;position:relative}
.narrow{display:none}
@media(max-width:520px){.wide{display:none}.narrow{display:block}}
.axis{font-size:.75rem;color:var(--muted);margin:2px 0 0}
.none{color:var(--muted)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 16px;margin:0 0 4px;padding:0;font-size:.8125rem;color:var(--muted)}
.legend i{display:inline-block;width:20px;height:0;border-top:3px solid;vertical-align:middle;margin-right:6px}
.legend .dashed{border-top-style:dashed}.legend .dotted{border-top-style:dotted}
.k1{color:var(--c1)}.k2{color:var(--c2)}.k3{color:var(--c3)}.k4{color:var(--c4)}
.k5{color:var(--c5)}.k6{color:var(--c6)}.k7{color:var(--c7)}.k8{color:var(--c8)}
.legend button{font:inherit;color:inherit;background:none;border:0;padding:3px 4px;margin:-3px -4px;min-height:24px;border-radius:4px;cursor:pointer}
.legend button:hover{background:var(--soft)}.legend [aria-pressed=false]{text-decoration:line-through}
.legend [aria-pressed=false] :is(i,svg){opacity:.25}
.chart .legend svg{display:inline-block;width:13px;height:13px;margin-right:5px;vertical-align:-2px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.gallery{list-style:none;display:grid;grid-template-columns:repeat(auto-fill,minmax(124px,1fr));gap:16px 12px;margin:0;padding:0}
.gallery li{font-size:.8125rem;line-height:1.35;overflow-wrap:anywhere}
.gallery img{display:block;width:100%;max-width:124px;height:auto;aspect-ratio:1;object-fit:contain;margin:0 0 6px;image-rendering:pixelated;
border:3px solid var(--line);border-radius:6px;background:#000}
.gallery b,.gallery span{display:block}
.gallery .good img{border-color:var(--good)}.gallery .bad img{border-color:var(--bad);border-style:dashed}
.gallery .good b{color:var(--good)}.gallery .bad b{color:var(--bad)}.gallery span{font-weight:600}
.gallery dl{margin:2px 0 0;color:var(--muted)}.gallery dt,.gallery dd{display:inline;font-size:.75rem;font-weight:400;margin:0}
.gallery dt::after{content:": "}.gallery dd{color:var(--ink)}
.confusion{width:auto}.confusion td,.confusion th{padding:4px 7px;border:0}
.confusion td{min-width:40px;border:1px solid var(--surface)}.confusion .zero{color:var(--muted);background:none}
.confusion .right{box-shadow:inset 0 0 0 2px var(--ink);font-weight:700}
.scroll .confusion thead .n{min-width:0;white-space:nowrap}
.confusion thead .n span{writing-mode:vertical-rl;transform:rotate(180deg);max-height:150px;overflow:hidden;text-overflow:ellipsis}
.dense{font-size:.8125rem}.confusion.dense td{min-width:32px;padding:3px 4px}
.confusion tbody th{max-width:180px;overflow:hidden;text-overflow:ellipsis}
.confusion.plain td{min-width:11px;height:11px;padding:0}.confusion.plain th{padding:0 6px 0 0;font-size:.6875rem;line-height:1}
.confusion.plain thead th{padding:0 0 6px}.confusion .recall{padding-left:14px;color:var(--muted)}
details{margin:0 0 16px}
summary{cursor:pointer;color:var(--accent)}
pre{background:var(--surface);border:1px solid var(--line);border-radius:10px;padding:14px 18px;overflow-x:auto;font-size:.8125rem;line-height:1.5}
footer{padding-top:24px;padding-bottom:40px;font-size:.875rem}
.tip{position:absolute;z-index:2;pointer-events:none;background:var(--surface);border:1px solid var(--line);
border-radius:8px;padding:8px 12px;font-size:.8125rem;line-height:1.5;box-shadow:0 4px 16px #0003;white-space:nowrap}
.tip b{display:block}.tip i{display:inline-block;width:9px;height:9px;border-radius:50%;background:currentColor;margin-right:7px}
.tip span{float:right;margin-left:18px;font-variant-numeric:tabular-nums}
.rule{position:absolute;top:0;bottom:0;width:1px;background:var(--muted);opacity:.6;pointer-events:none}
@media(max-width:520px){.facts th{width:50%;white-space:normal;overflow-wrap:anywhere;padding-right:12px}.scroll th:first-child{white-space:normal;min-width:80px;max-width:128px;overflow-wrap:break-word}main,header,footer{padding-left:14px;padding-right:14px}header{padding-top:24px}
h1{font-size:1.6rem}.card,.chart{padding:12px 14px}.highlights{grid-template-columns:1fr 1fr;gap:10px}
.highlights>div{padding:10px 14px}dd{font-size:1.4rem}}
@media print{body{background:#fff}.card,.chart{break-inside:avoid}}
`;
