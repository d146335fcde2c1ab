/** The page's style sheet, in light and dark mode, from phone width up. Okabe–Ito colours, lighter in dark mode. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --surface: #ffffff; --text: #1b2430; --muted: #5a6675; --grid: #e3e7ec; --line: #d5dae1;
  --blue: #0072b2; --orange: #c25400; --green: #00795a; --purple: #a3487a; --warning: #fff4e0; --good: #e4f4ee;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --surface: #1a2028; --text: #e6eaf0; --muted: #a3afbd; --grid: #2b343f; --line: #36404d;
    --blue: #56b4e9; --orange: #f0a040; --green: #3cc79c; --purple: #e08fbd; --warning: #3a2c12; --good: #12332a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  -webkit-text-size-adjust: 100%; overflow-wrap: anywhere;
}
main { max-width: 980px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .35rem; letter-spacing: -.01em; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .9rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
p { margin: .5rem 0; max-width: 70ch; }
a { color: var(--blue); }
code { font: .875em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.subtitle, .note { color: var(--muted); }
.note { font-size: .875rem; margin: .6rem 0 0; }
.card, figure, .hint, .tile {
  background: var(--surface); border: 1px solid var(--line); border-radius: 10px; margin: 0; padding: 1.1rem 1.25rem;
}
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 1rem; }
.grid.loose { align-items: start; }
.grid > * { min-width: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: .75rem; margin: 1.5rem 0 0; }
.tile { padding: .8rem 1rem; }
.tile dt { color: var(--muted); font-size: .875rem; }
.tile dd { margin: 0; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.tile small { display: block; color: var(--muted); font-size: .8rem; font-weight: 400; }
.backtest, .nearest { margin-top: 1rem; }
.verdict { border-radius: 10px; padding: .8rem 1.1rem; margin: 0 0 1rem; max-width: none; background: var(--good); }
.verdict.warning { background: var(--warning); }
.hint { border-style: dashed; max-width: none; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: 0 0 .6rem; padding: 0; list-style: none; font-size: .8125rem; }
.legend svg { margin-right: .45rem; }
.chart { width: 100%; }
.chart svg { display: block; max-width: 100%; }
.scroll { overflow-x: auto; margin-top: .8rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: .45rem .6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody tr:last-child > * { border-bottom: 0; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
thead th { font-size: .875rem; color: var(--muted); font-weight: 500; }
tbody th { font-weight: 500; }
tr.own > * { font-weight: 700; }
td.best { color: var(--green); font-weight: 700; }
table.settings th { width: 40%; }
table.settings td, table.settings th { white-space: normal; vertical-align: top; text-align: left; }
table.settings td { overflow-wrap: anywhere; }
.samples, .nearest { display: grid; gap: 1rem 1.75rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); }
.samples img, .nearest img { display: block; width: 100%; height: auto; image-rendering: pixelated; border-radius: 6px; background: #000; }
.samples img[hidden] { display: none; }
.slider { display: flex; flex-wrap: wrap; align-items: center; align-content: center; gap: .4rem .9rem; }
.slider label { font-weight: 600; }
.slider output { margin-left: auto; font-variant-numeric: tabular-nums; }
.slider input { flex: 1 1 100%; width: 100%; height: 2rem; margin: 0; accent-color: var(--blue); }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
#tooltip {
  border-collapse: separate; border-spacing: 0; width: auto; position: fixed; pointer-events: none; z-index: 1; max-width: 280px; padding: .45rem .65rem; border-radius: 6px;
  background: var(--text); color: var(--surface); font-size: .8125rem; line-height: 1.4;
}
#tooltip td { border: 0; padding: 0 0 0 .8rem; }
#tooltip td:first-child { padding: 0; opacity: .75; }
@media (max-width: 480px) {
  main { padding: 1.5rem .75rem 3rem; }
  h1 { font-size: 1.5rem; }
  .card, figure { padding: .9rem .8rem; }
  th, td { padding: .45rem .4rem; }
}
@media print { body { background: none; } figure, .card { break-inside: avoid; } }
`;
