import type { HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import { type ProblemCode, runbookOf } from '../../shared/domain/problem.ts';

// Errors over HTTP: RFC 9457, made in this file only.

export const PROBLEM_TYPE = 'application/problem+json';

export const ProblemDetails = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  runbook: z.string(),
  problems: z.array(z.string()).optional(),
});

type HttpProblem = {
  readonly status: number;
  readonly title: string;
  /** What is wrong, what was not done, what to do next. */
  readonly detail: string;
  readonly code?: ProblemCode;
  readonly problems?: readonly string[];
};

/** Where no page is for this very error, the list of all of them helps. */
const RUNBOOKS = 'docs/runbooks/README.md';

export function problem({ status, title, detail, code, problems }: HttpProblem): HttpResponseInit {
  const body: z.infer<typeof ProblemDetails> = {
    type: code === undefined ? 'about:blank' : `urn:abaco:problem:${code}`,
    title,
    status,
    detail,
    runbook: code === undefined ? RUNBOOKS : runbookOf(code),
    ...(problems && { problems: [...problems] }),
  };
  return {
    status,
    headers: { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}

export function notFound(what: string, hint: string): HttpResponseInit {
  return problem({ status: 404, title: 'Not found', detail: `${what} is not there. ${hint}` });
}

export function badRequest(detail: string, problems?: readonly string[]): HttpResponseInit {
  return problem({ status: 400, title: 'Bad request', detail, ...(problems && { problems }) });
}

export function unknownRun(runId: string | undefined): HttpResponseInit {
  return notFound(`Run ${JSON.stringify(runId ?? '')}`, 'GET runs lists the runs that there are.');
}

/** One line for each thing that is wrong with a body. */
export function describeIssues(error: z.ZodError): string[] {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}
