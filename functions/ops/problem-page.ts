import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { html } from '../../shared/publishing/escape-html.ts';
import { ENGLISH } from '../../shared/publishing/language/language.ts';
import { renderPage } from '../../shared/publishing/page.ts';
import { PROBLEM_TYPE, ProblemDetails } from './problem-details.ts';
import { linkWithKey, ReaderQuery, wantsPage } from './reader.ts';

/** An error as a page, for whoever followed a link in a browser; undefined for programs, and where nothing is wrong. */
export function problemPage(answer: HttpResponseInit, request: HttpRequest): string | undefined {
  const isProblem = new Headers(Object(answer.headers)).get('content-type') === PROBLEM_TYPE;
  const { data: format } = ReaderQuery.shape.format.safeParse(request.query.get('format') ?? undefined);
  if (!isProblem || typeof answer.body !== 'string' || !wantsPage(request, { format })) return undefined;
  const document = ProblemDetails.parse(JSON.parse(answer.body));
  const { title, status, detail, runbook, problems = [] } = document;
  const more = problems.filter((sentence) => !detail.includes(sentence));
  const link = linkWithKey(request);
  const body = html`<main>
<header>
<p class="brand">${ENGLISH.words.product}</p>
<h1>${title}</h1>
<p class="muted">${status}</p>
</header>
<div class="notice warning"><p>${detail}</p>
${more.length > 0 ? html`<ul>${more.map((sentence) => html`<li>${sentence}</li>\n`)}</ul>` : undefined}</div>
<p>Runbook: <code>${runbook}</code></p>
<p class="no-print"><a href="${link('dashboard')}">Dashboard</a> · <a href="${link('catalog?format=html')}">All KPIs</a></p>
</main>`;
  return renderPage({ title, body });
}
