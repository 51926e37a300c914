/** The style sheet of a report: a light and a dark scheme, for screens of any width and for paper. */
export const REPORT_STYLE = `
:root {
  --page: #f5f6f8; --surface: #ffffff; --text: #1b1f26; --muted: #5d6673; --line: #e2e5ea;
  --grid: #eceef2; --accent: #2a5fc7; --soft: #e8eefb;
  --series1: #2a63cc; --series2: #d2571c; --series3: #1f855a; --series4: #a5368a;
  --series5: #8a6b00; --series6: #0c869e; --series7: #c62f45; --series8: #5d6673;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-print]) {
    --page: #0f1115; --surface: #181b21; --text: #e7eaee; --muted: #9ba4b1; --line: #2b3038;
    --grid: #242932; --accent: #8db2ff; --soft: #222c40;
    --series1: #7ba8ff; --series2: #ff9d66; --series3: #5fd09b; --series4: #ee8bd5;
    --series5: #dfc04e; --series6: #5acbe2; --series7: #ff8c9b; --series8: #b2bac6;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
}
main { max-width: 1160px; margin: 0 auto; padding: 40px 24px 56px; }
h1, h2, p, dl, dd, figure, ul { margin: 0; }
h1 { font-size: clamp(24px, 4vw, 32px); line-height: 1.2; letter-spacing: -0.015em; font-weight: 680; overflow-wrap: anywhere; }
h2 { font-size: 18px; letter-spacing: -0.005em; font-weight: 650; }
header p { margin-top: 6px; color: var(--muted); font-size: 16px; overflow-wrap: anywhere; }
section { margin-top: 36px; }
section > h2, .bar { margin-bottom: 12px; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; }

.summary { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; margin-top: 28px; }
.summary:not(:has(> :nth-child(4))) { grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); }
.summary .card { padding: 14px 16px; min-width: 0; }
.summary dt { color: var(--muted); font-size: 13px; }
.summary dd { font-size: 24px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.summary .note { margin-top: 2px; color: var(--muted); font-size: 13px; font-weight: 400; letter-spacing: 0; }

.player { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 24px; padding: 20px; }
.screen { display: block; max-width: 100%; height: auto; border-radius: 6px; }
.pixelated { image-rendering: pixelated; }
.side { flex: 1 1 300px; min-width: 0; }
.caption { font-size: 18px; font-weight: 650; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.position { color: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; }
.controls { display: flex; align-items: center; gap: 12px; margin: 14px 0; }
input[type='range'] { accent-color: var(--accent); }
.controls input { flex: 1; min-width: 0; }
button { font: inherit; color: inherit; padding: 0; border: 0; background: none; cursor: pointer; }
.toggle { flex: none; width: 40px; height: 40px; border-radius: 50%; background: var(--accent); color: var(--surface); }
.toggle svg { display: block; width: 16px; margin: auto; fill: currentColor; }
.toggle .pause, .playing .play { display: none; }
.playing .pause { display: inline; }
.strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(64px, 1fr)); gap: 6px; max-height: 336px; overflow-y: auto; padding: 2px; }
.frame { border-radius: 6px; outline: 2px solid transparent; opacity: 0.62; transition: opacity 0.15s; line-height: 0; }
.frame img { width: 100%; border-radius: 5px; }
.frame:hover, .frame[aria-current='true'] { opacity: 1; }
.frame[aria-current='true'] { outline-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

.bar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 4px 24px; }
.smoothing { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; }
.smoothing input { width: 140px; }
.smoothing output { min-width: 2.2em; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 12px; }
.chart { padding: 14px 16px 10px; min-width: 0; }
figcaption { font-weight: 620; }
figcaption span { margin-left: 6px; padding: 1px 7px; border-radius: 99px; background: var(--soft); color: var(--muted); font-size: 12px; font-weight: 400; }
.plot { min-height: 240px; margin-top: 8px; }
.plot .empty { display: grid; place-items: center; height: 240px; color: var(--muted); }
.hint { margin-top: 10px; color: var(--muted); font-size: 13px; }
.uplot { width: 100% !important; font-family: inherit; }
.u-legend { text-align: left; font-size: 13px; line-height: 1.4; margin-top: 4px; font-variant-numeric: tabular-nums; }
.u-inline tr { margin-right: 14px; }
.u-legend th { font-weight: 400; padding: 3px 0; border-radius: 4px; }
.u-legend td { padding: 3px 0 3px 5px; font-weight: 600; min-width: 3em; }
.u-inline.u-live th::after { content: ''; }
.u-legend .u-marker { width: 14px; height: 0; margin-right: 6px; border-width: 0 0 3px !important; background: none !important; }
.u-legend .u-series:first-child { color: var(--muted); }
.u-legend .u-series:first-child .u-marker, .u-legend .raw { display: none; }
.u-legend .u-series:first-child th { cursor: default; }
.u-legend .u-off > * { opacity: 0.38; }
.u-cursor-pt.raw { display: none; }
.u-select { background: var(--accent); opacity: 0.14; }
.u-hz .u-cursor-x, .u-vt .u-cursor-y, .u-hz .u-cursor-y, .u-vt .u-cursor-x { border-color: var(--muted); }

.table { overflow-x: auto; width: fit-content; min-width: min(100%, 400px); max-width: 100%; }
table { width: 100%; border-collapse: collapse; }
.table th, .table td { padding: 9px 16px; text-align: left; white-space: nowrap; }
.table th { color: var(--muted); font-size: 13px; font-weight: 500; }
.table td { border-top: 1px solid var(--line); font-variant-numeric: tabular-nums; }
.table .number { text-align: right; }
.table td.text:last-child { white-space: normal; }
.configuration { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 0 32px; padding: 8px 16px; }
.configuration div { display: flex; justify-content: space-between; gap: 16px; padding: 6px 0; min-width: 0; }
.configuration dt { color: var(--muted); }
.configuration dd { font: 13px/1.7 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; text-align: right; overflow-wrap: anywhere; }
.notes { padding-left: 20px; max-width: 75ch; }
.notes li { margin-top: 4px; overflow-wrap: anywhere; }

@media (max-width: 560px) {
  main { padding: 24px 14px 40px; }
  .summary { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; }
  .summary dd { font-size: 20px; }
  .player { padding: 14px; gap: 16px; }
  .strip { display: flex; overflow: auto hidden; }
  .strip .frame { flex: 0 0 64px; }
  .chart { padding: 12px 12px 8px; }
}
@media print {
  :root { --page: #ffffff; }
  body { font-size: 13px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  section { margin-top: 24px; }
  .controls, .smoothing, .hint { display: none; }
  .card, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  .summary, .summary:not(:has(> :nth-child(4))) { grid-template-columns: repeat(auto-fit, minmax(115px, 1fr)); }
  .summary .card { padding: 10px; }
  .summary dd { font-size: 17px; }
  .summary dt, .summary .note { font-size: 11px; }
  .player { flex-wrap: nowrap; padding: 14px; }
  .screen { max-width: 50%; }
  .strip { grid-template-columns: repeat(auto-fill, minmax(44px, 1fr)); max-height: none; margin-top: 12px; }
  .frame { opacity: 1; }
  .charts { display: block; }
  .chart + .chart { margin-top: 12px; }
  .table th, .table td { padding: 5px 10px; font-size: 12px; }
}
`;
