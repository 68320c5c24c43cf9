// What the dashboard has beside what every page has.

const FRAME = `
.skip { position: absolute; left: 8px; top: -60px; background: var(--paper); color: var(--link);
  padding: 10px 16px; border-radius: 0 0 8px 8px; z-index: 2; }
.skip:focus { top: 0; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
main:focus { outline: none; }
header.top, body > footer { max-width: 1120px; margin: 0 auto; padding: 20px 24px 0; }
header.top + main { padding-top: 20px; }
body > footer { padding: 0 24px 40px; color: var(--muted); font-size: 14px; }
.views ul { list-style: none; display: flex; flex-wrap: wrap; gap: 4px; margin: 0; padding: 0 0 10px;
  border-bottom: 1px solid var(--line); }
.views a { display: block; padding: 7px 12px; border-radius: 8px; text-decoration: none; font-size: 15px; }
.views a:hover { background: var(--quiet-ground); }
.views a[aria-current] { background: var(--ink); color: var(--paper); font-weight: 600; }
.as-of { margin: 6px 0 0; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }`;

const FILTER = `
.filter { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; margin: 18px 0 0; }
.filter label { color: var(--muted); font-size: 14px; }
.filter select, .filter button { font: inherit; font-size: 15px; color: var(--ink); background: var(--paper);
  border: 1px solid var(--muted); border-radius: 8px; padding: 7px 12px; min-height: 40px; max-width: 100%; }
.filter button { background: var(--ink); color: var(--paper); border-color: var(--ink); font-weight: 600;
  cursor: pointer; padding: 7px 20px; }
.part { margin: 12px 0 0; padding: 8px 14px; border-left: 4px solid var(--link); background: var(--paper); }`;

const FIGURES = `
.tile .value { font-size: 20px; white-space: nowrap; }
.tile .value.none { white-space: normal; }
.tile .value.stale, td s { color: var(--muted); }
.tile .value.stale s, td s { text-decoration-thickness: 2px; }
.stale-note { color: var(--critical); font-weight: 600; }
.tile .stale-note { margin: 0 0 4px; }
.restated { color: var(--quiet); }
.tile .source { margin: 6px 0 0; }
.scroll { overflow-x: auto; }
.dense { font-size: 14px; }
.dense th[scope="row"], .dense td { font-size: 14px; white-space: nowrap; }
.dense th, .dense td { padding: 6px 12px 6px 0; }
.dense th[scope="row"] { position: sticky; left: 0; background: var(--paper); }
td .version { display: inline; }
.on-paper { display: none; }
.legend { list-style: none; margin: 0 0 8px; padding: 0; display: flex; flex-wrap: wrap; gap: 2px 18px;
  font-size: 14px; color: var(--muted); }
.legend svg { vertical-align: middle; }
.downloads { list-style: none; margin: 0; padding: 0; font-size: 14px; display: grid; gap: 4px 28px;
  grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); }
.kpis th.lead { width: 36%; }
.kpis td.change { white-space: normal; min-width: 10em; }
.stack th.number { white-space: normal; }
.all > summary { padding: 6px 0; }
.charts + .charts { margin-top: 16px; }`;

const NARROW = `
@media screen and (max-width: 720px) {
  header.top { padding: 14px 16px 0; }
  body > footer { padding: 0 16px 32px; }
  .views a { padding: 8px 10px; }
  .filter select { width: 100%; }
  .kpis th.lead { display: block; border: 0; padding: 0 0 2px; }
  .kpis th { border: 0; padding: 0 !important; grid-column: 1; }
  .kpis th.lead { font-size: 15px; width: auto; }
}`;

/** Of the month by month table: more do not fit. */
export const PAPER_MONTHS = 6;

const PAPER = `
@media print {
  header.top { padding: 0; max-width: none; }
  body > footer { padding: 0; max-width: none; font-size: 8pt; margin-top: 9pt; }
  details:not([open]), h2:has(+ details:not([open])) { display: none; }
  .kpis th.lead { font-size: 8.5pt; width: 33%; }
  .kpis td.change { min-width: 12.5em; }
  figcaption { font-size: 10pt; }
  .tile .value { font-size: 11pt; }
  .legend { font-size: 8pt; }
  .part { border-width: 0 0 0 2pt; }
  details > :not(summary) { font-size: 8pt; }
  .scroll { overflow: visible; }
  .dense, .dense th[scope="row"], .dense td { font-size: 6.5pt; }
  .dense th, .dense td { padding: 2pt 4pt 2pt 0; }
  .dense thead th { white-space: normal; font-size: 6.5pt; }
  .months th:nth-child(n + ${PAPER_MONTHS + 2}), .months td:nth-child(n + ${PAPER_MONTHS + 2}) { display: none; }
  .on-paper { display: inline; }
  caption { font-size: 8.5pt; }
  .chart { max-width: 110mm; }
  .filter, .views, .skip { display: none; }
}`;

export const DASHBOARD_STYLE = `${FRAME}${FILTER}${FIGURES}${NARROW}${PAPER}\n`;
