import type { AccessReport } from '../access/access-report.ts';
import { type Html, html } from './escape-html.ts';
import { renderPage } from './page.ts';
import { showCount, unbroken } from './show-value.ts';
import { stackedTable } from './stacked-table.ts';

/** The access report of a month as a page to read and to print. */
export function accessPage(report: AccessReport): string {
  const { month, isOver, comparedWith, people, about, notRead } = report;
  const body = html`<main>
<header>
<p class="brand">Abaco Loans Analytics · Access report</p>
<h1>${month}</h1>
</header>
<ul class="facts">
<li>${isOver ? 'The month is over.' : 'The month goes on: this is how it stands.'}</li>
<li>Held against ${unbroken(`${showCount(comparedWith.records)} requests from ${comparedWith.from.slice(0, 10)} on.`)}</li>
${notRead > 0 ? html`<li><strong>${showCount(notRead)} records are beyond what was read.</strong></li>\n` : undefined}</ul>
<h2>What is unusual</h2>
${unusual(people)}
<h2>By person</h2>
${people.length === 0 ? html`<p>Nobody did anything that is recorded.</p>` : byPerson(people)}
<h2>By what it was about</h2>
${about.length === 0 ? html`<p>Nothing was asked for.</p>` : byAbout(about)}
</main>`;
  return renderPage({ title: `Access report, ${month}`, body });
}

function unusual(people: AccessReport['people']): Html {
  const found = people.flatMap(({ person, unusual: sentences }) =>
    sentences.map((sentence) => html`<li><bdi>${person}</bdi>: ${unbroken(sentence)}</li>\n`),
  );
  return found.length === 0
    ? html`<p>Nothing.</p>`
    : html`<ul class="facts">
${found}</ul>`;
}

function byPerson(people: AccessReport['people']): Html {
  const rows = people.map((one) => [
    html`<bdi>${one.person}</bdi>${one.key === undefined || one.person.includes(one.key) ? undefined : html` <code>${one.key}</code>`}`,
    ...[one.acts, one.looks, one.refused, one.withoutTicket].map((count) => html`${showCount(count)}`),
    html`${one.about.map(({ about, acts, looks }) => `${about} (${acts + looks})`).join(', ')}`,
  ]);
  return stackedTable(
    'Persons are as the record has them: a principal, or a function key with the name that its holder gave',
    ['Person', 'Acts', 'Looks', 'Refused', 'Acts without a ticket', 'What about, and how often'],
    rows,
  );
}

function byAbout(about: AccessReport['about']): Html {
  const rows = about.map((one) => [
    html`${one.about}`,
    ...[one.acts, one.looks].map((count) => html`${showCount(count)}`),
    html`${one.people.map((person, index) => html`${index === 0 ? '' : ', '}<bdi>${person}</bdi>`)}`,
  ]);
  return stackedTable(
    'Datasets, KPIs, tables and views; for the rest the request',
    ['What', 'Acts', 'Looks', 'Who'],
    rows,
  );
}
