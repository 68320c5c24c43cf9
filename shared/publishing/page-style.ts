// The look of every page: system fonts, numbers in columns of equal width, enough contrast in both schemes (each
// text colour has at least 4.5 to 1 on its ground), one column on a phone, and ink on paper in print.

const LIGHT = `
  --ink: #1b2430; --muted: #566272; --paper: #ffffff; --ground: #f4f6f8; --line: #dce1e7; --link: #0b5cab;
  --good: #17633a; --good-ground: #e3f3ea; --warning: #7a4a00; --warning-ground: #fdf0d5;
  --critical: #a11616; --critical-ground: #fde7e7; --quiet: #4b5766; --quiet-ground: #edf0f3;
  --chart-ink: #1b2430; --chart-muted: #566272; --chart-grid: #e4e8ec; --chart-paper: #ffffff;
  --chart-par90: #c2410c; --chart-par30: #0068a8;
  --chart-age0: #8fb8d6; --chart-age1: #6a9dc4; --chart-age2: #4683b0; --chart-age3: #256899;`;

const DARK = `
  --ink: #e6eaf0; --muted: #a3afbd; --paper: #171d26; --ground: #0f141b; --line: #2c3542; --link: #7db8f0;
  --good: #8fdcae; --good-ground: #143324; --warning: #f5cf85; --warning-ground: #3b2c0b;
  --critical: #ffb1aa; --critical-ground: #47191a; --quiet: #b8c2ce; --quiet-ground: #262f3b;
  --chart-ink: #e6eaf0; --chart-muted: #a3afbd; --chart-grid: #2c3542; --chart-paper: #171d26;
  --chart-par90: #f59060; --chart-par30: #6db9ec;
  --chart-age0: #33597a; --chart-age1: #42749c; --chart-age2: #5a94c0; --chart-age3: #7fb5dd;`;

const TEXT = `
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: break-word;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif;
  font-variant-numeric: tabular-nums; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 48px; }
h1, h2, h3 { line-height: 1.25; font-weight: 650; margin: 0; text-wrap: balance; }
h1 { font-size: 28px; }
h2 { font-size: 19px; margin: 40px 0 14px; }
h3 { font-size: 15px; }
p { margin: 0 0 8px; max-width: 75ch; }
a { color: var(--link); text-underline-offset: 2px; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code { font: 13px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  overflow-wrap: anywhere; }
.bar { display: flex; justify-content: space-between; align-items: center; gap: 12px; margin: 0 0 6px; }
.bar .brand { margin: 0; }
.brand { color: var(--muted); font-size: 14px; margin: 0 0 6px; }
.muted { color: var(--muted); }
.small { font-size: 14px; }
.number { white-space: nowrap; }`;

const PARTS = `
.chip { display: inline-block; padding: 1px 9px; border-radius: 999px; font-size: 13px; font-weight: 600;
  white-space: nowrap; border: 1px solid transparent; }
.good { color: var(--good); background: var(--good-ground); }
.warning { color: var(--warning); background: var(--warning-ground); }
.critical { color: var(--critical); background: var(--critical-ground); }
.quiet { color: var(--quiet); background: var(--quiet-ground); }
.panel { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px;
  margin: 0; min-width: 0; }
.notice { border-left: 4px solid currentColor; border-radius: 6px; padding: 10px 14px; margin: 14px 0 0; }
.notice p:last-child { margin: 0; }
.facts { list-style: none; margin: 16px 0 0; padding: 0; }
.facts li { padding: 3px 0 3px 14px; border-left: 3px solid var(--line); margin: 0 0 6px; }
.facts .verdict { font-weight: 600; }
.facts .edge-good { border-color: var(--good); }
.facts .edge-warning { border-color: #d99a1c; }
.facts .edge-critical { border-color: var(--critical); font-weight: 600; }
.counts { display: flex; flex-wrap: wrap; gap: 6px 36px; }
.counts dd { font-size: 19px; font-weight: 650; }
.after { margin: 16px 0 0; }
.charts { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; }
figcaption { font-weight: 650; font-size: 15px; margin: 0 0 10px; }
.chart { display: block; width: 100%; height: auto; }
.chart-note { color: var(--muted); }
details { margin: 12px 0 0; }
summary { cursor: pointer; color: var(--muted); font-size: 14px; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; margin: 0; }
dt { color: var(--muted); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.spaced { margin: 22px 0 6px; }
.date { white-space: nowrap; }
.empty { margin: 20px 0 0; }
body > main > footer { margin: 40px 0 0; color: var(--muted); font-size: 14px; }`;

/** A shape for each status: a ring, a triangle, a diamond, a bar. The second value says that it reads as nothing. */
const SHAPES = `
.chip::before { margin-right: 5px; font-size: 11px; }
.chip.good::before { content: "●"; content: "●" / ""; }
.chip.warning::before { content: "▲"; content: "▲" / ""; }
.chip.critical::before { content: "◆"; content: "◆" / ""; }
.chip.quiet::before { content: "–"; content: "–" / ""; }
.arrow { font-size: 11px; color: var(--muted); }`;

const TABLE = `
table { width: 100%; border-collapse: collapse; font-size: 15px; }
caption { text-align: left; color: var(--muted); font-size: 14px; padding: 0 0 8px; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--muted); }
th, td { padding: 9px 12px 9px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child td { border-bottom: 0; }
th.number, td.number { text-align: right; padding-right: 20px; }
th[scope="row"] { color: var(--ink); font-size: 15px; font-weight: 400; }
th.lead .small { display: block; font-weight: 400; }
td strong { font-weight: 650; }
td.change, th.change { white-space: nowrap; }
td.limits { min-width: 10.5em; }
tr.group td, tr.group th { padding-top: 18px; font-weight: 650; color: var(--ink); font-size: 15px; }
tr.group:first-child td, tbody:first-of-type tr.group:first-child th { padding-top: 6px; }
tbody + tbody { border-top: 1px solid var(--line); }
tbody tr:last-child th { border-bottom: 0; }
td .small { display: block; }
td .small.muted { max-width: 70ch; }
.panel > dl + p, .panel > dl + table, .panel > table + p, .notice + p { margin-top: 10px; }`;

const TILES = `
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(256px, 1fr)); gap: 14px; }
.tile { display: flex; flex-direction: column; padding: 14px 16px; }
.tile header { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: flex-start; gap: 2px 8px; }
.tile header h3 { flex: 1 1 7em; min-width: 0; font-size: 14px; hyphens: auto; }
.tile h3 { color: var(--muted); font-weight: 600; padding-top: 2px; }
.tile .value { font-size: 22px; font-weight: 650; line-height: 1.3; margin: 6px 0 2px; }
.tile .value.none { font-size: 17px; color: var(--muted); }
.tile p { font-size: 14px; margin: 0 0 2px; }
.tile details { margin: auto 0 0; padding-top: 8px; }
.tile dl { font-size: 13px; padding: 6px 0 0; gap: 2px 10px; }`;

const RUNS = `
.runs { display: grid; gap: 12px; }
.run header { display: flex; justify-content: space-between; align-items: flex-start; gap: 12px; }
.run .notice { margin: 0 0 14px; }
.run h3 { overflow-wrap: anywhere; min-width: 0; }
.run .where { color: var(--muted); font-size: 14px; overflow-wrap: anywhere; margin: 2px 0 10px; }
.run dl { grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 8px 18px; font-size: 15px; }
.run dt { font-size: 13px; }
.stages { list-style: none; display: flex; flex-wrap: wrap; gap: 6px; margin: 14px 0 0; padding: 0; }
.links { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 14px; margin: 12px 0 0; }
.links a { padding: 4px 0; }`;

const PHONE = `
@media screen and (max-width: 720px) {
  main { padding: 20px 16px 36px; }
  h1 { font-size: 24px; }
  .charts { grid-template-columns: minmax(0, 1fr); }
  .tiles { grid-template-columns: minmax(0, 1fr); }
  .panel { padding: 14px; }
  .panel.wide { overflow-x: auto; }
  .stack thead { display: none; }
  .stack tr, .stack td { display: block; }
  .stack tr { border-bottom: 1px solid var(--line); padding: 10px 0; }
  .stack tr:last-child, .stack tr.group { border-bottom: 0; }
  .stack tr.group { padding: 12px 0 0; }
  .stack td, .stack td.number { display: flow-root; text-align: left; border: 0; padding: 2px 0 2px 118px;
    white-space: normal; }
  .stack td::before { content: attr(data-label); float: left; width: 108px; margin-left: -118px; color: var(--muted);
    font-size: 13px; padding-top: 2px; }
  .stack th.lead { display: block; border: 0; padding: 0 0 2px; font-weight: 600; }
  .stack td.lead { display: block; padding-left: 0; }
  .stack td.lead::before { content: none; }
  .stack td:empty, .kpis td:empty { display: none; }
  .kpis thead { display: none; }
  .kpis tr { display: grid; grid-template-columns: minmax(0, 1fr) fit-content(45%); gap: 2px 14px; padding: 10px 0;
    border-bottom: 1px solid var(--line); }
  .kpis tr.group { padding: 16px 0 6px; }
  .kpis tr:last-child { border-bottom: 0; }
  .kpis td { border: 0; padding: 0 !important; grid-column: 1; font-size: 14px; }
  .kpis td.lead, .kpis td.value { font-size: 15px; }
  .kpis td.value { white-space: normal; }
  .kpis .value, .kpis .status, .kpis .owner { grid-column: 2; justify-self: end; text-align: right; }
  .kpis .lead, .kpis .value { grid-row: 1; }
  .kpis .status, .kpis .limits { grid-row: 2; }
  .kpis .change, .kpis .owner { grid-row: 3; color: var(--muted); }
  .kpis tr.group .lead { grid-column: 1 / -1; padding: 0 !important; border: 0; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; }
  dd { margin: 0 0 8px; }
  .run dl { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 4px 14px; }
  .tile dl { grid-template-columns: max-content minmax(0, 1fr); }
  .tile dd { margin: 0; }
}`;

const PRINT = `
@media print {
  @page { margin: 16mm 14mm; }
  :root { ${LIGHT} --ground: #ffffff; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h1 { font-size: 18pt; }
  h2 { font-size: 13pt; margin-top: 18pt; }
  h2, h3, h2 + p, h3 + p, caption, thead, tr.group { break-after: avoid; }
  thead { display: table-header-group; }
  tbody tr:last-child, footer { break-before: avoid; }
  .panel { border-color: #c4cbd3; padding: 7pt 9pt; }
  .panel, tr, dl, figure, .notice, footer { break-inside: avoid; }
  .wide { break-inside: auto; border: 0; padding: 0; }
  .panel dl, .panel p, .panel ul { font-size: 9pt; }
  body > main > footer { font-size: 8pt; margin-top: 9pt; }
  p, td .small.muted { max-width: none; }
  .panel.spaced { margin: 7pt 0 0; }
  .charts { grid-template-columns: minmax(0, 1fr); }
  .chart { max-width: 140mm; }
  .chip { border-color: currentColor; }
  table, th, th[scope="row"], tr.group th { font-size: 8.5pt; }
  .tiles { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 6pt; }
  .tile { padding: 7pt; }
  .tile h3, .tile p { font-size: 8pt; }
  .tile header { flex-direction: column; gap: 2pt; }
  .tile header h3 { flex: none; }
  .tile header .small { font-size: 7.5pt; }
  .tile .value { font-size: 11pt; white-space: nowrap; }
  .chip, td .small, th .small, .panel p.small { font-size: 7.5pt; }
  code { font-size: 7.5pt; }
  th.change { white-space: normal; }
  td.limits { min-width: 9.5em; }
  th, td { padding: 5pt 8pt 5pt 0; }
  .run dl { grid-template-columns: 3fr 2fr 2fr 4fr 2fr; font-size: 8.5pt; }
  .run dt { font-size: 7.5pt; }
  .expectations { table-layout: fixed; }
  .expectations th { width: 11%; }
  .expectations th:nth-child(1) { width: 31%; }
  .expectations th:nth-child(2) { width: 20%; }
  .expectations th:nth-child(3) { width: 27%; }
  .no-print, .links { display: none; }
  a { color: inherit; text-decoration: none; }
  dd a + a::before { content: "· "; }
}`;

export const PAGE_STYLE = `
:root { color-scheme: light dark; ${LIGHT} }
@media (prefers-color-scheme: dark) { :root { ${DARK} } }
${TEXT}${PARTS}${SHAPES}${TABLE}${TILES}${RUNS}${PHONE}${PRINT}
`;
