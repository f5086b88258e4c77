/** How the page looks. @module */

import { COLORS } from "../../report/page_colors.ts";

/** The styles of the page: one column, which is as readable on a phone. */
export const PAGE_STYLE: string = `
${COLORS}*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",
Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif;overflow-wrap:anywhere}
header,main,footer{max-width:860px;margin:0 auto;padding:0 20px}
header{padding-top:36px}
h1{font-size:1.75rem;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}
h2{font-size:1.2rem;margin:36px 0 10px}
h3{font-size:1rem;margin:0 0 8px}
p{margin:0 0 12px}
.note,footer,dt,header p{color:var(--muted)}
.note,footer{font-size:.875rem}
button,select{font:inherit;color:inherit;border-radius:10px;cursor:pointer}
button{padding:10px 18px;background:var(--surface);border:1px solid var(--muted)}
button:hover,.drop.over{background:var(--soft)}
button:disabled{cursor:wait}
select{padding:9px 10px;background:var(--surface);border:1px solid var(--muted);max-width:100%}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
.drop{display:block;width:100%;min-height:150px;margin:22px 0 14px;padding:22px;border:2px dashed var(--muted)}
.drop.over{border-color:var(--accent);border-style:solid}
.drop b{display:block;font-size:1.2rem}
.drop span{color:var(--muted)}
.row{display:flex;flex-wrap:wrap;gap:12px 18px;align-items:center;margin:0 0 14px}
.row label{display:flex;flex-wrap:wrap;gap:8px;align-items:center;min-width:0}
.wrong{border-left:4px solid var(--bad);padding:2px 0 2px 12px}
#state:empty{display:none}
.late{animation:late 0s 1.5s backwards}
@keyframes late{from{visibility:hidden}}
progress{display:block;width:100%;height:10px;margin:0 0 14px;accent-color:var(--accent)}
#cards{list-style:none;margin:0;padding:0}
.card{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,6fr);gap:20px;background:var(--surface);border:1px solid var(--line);
border-radius:12px;padding:16px;margin:0 0 14px}
.card>:only-child{grid-column:1/-1}
.card canvas,.card video{display:block;width:100%;max-height:440px;object-fit:contain;border-radius:8px;background:var(--soft)}
.guesses{list-style:none;margin:0 0 10px;padding:0}
.guesses li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 14px;margin:0 0 9px}
.guesses li:first-child{font-weight:650}
.share{font-variant-numeric:tabular-nums;text-align:right}
.bar{grid-column:1/-1;height:9px;margin-top:3px;border-radius:5px;background:var(--soft);border:1px solid var(--line);overflow:hidden}
.bar i{display:block;height:100%;background:var(--accent)}
dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:6px 24px;margin:0 0 14px}
dd{margin:0}
details{margin:0 0 14px}
summary{cursor:pointer;color:var(--accent);width:fit-content}
.classes{columns:180px;padding-left:0;list-style:none;margin:10px 0}
a{color:var(--accent)}
code{background:var(--soft);border-radius:5px;padding:1px 5px}
footer{padding-top:18px;padding-bottom:36px}
.unseen{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media(max-width:600px){header,main,footer{padding-left:14px;padding-right:14px}header{padding-top:22px}h1{font-size:1.5rem}
.card{grid-template-columns:minmax(0,1fr);gap:14px;padding:12px}dl{grid-template-columns:minmax(0,1fr);gap:0}dd{margin:0 0 8px}}
@media(forced-colors:active){.bar i{background:Highlight;forced-color-adjust:none}}
`;
