import type { Problem, ProblemCode } from '../../domain/problem.ts';

/** Thrown while a file is streamed and what comes out turns out to be no honest content. Never worth a retry. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.problem = problem;
  }
}

type FileCode = Extract<
  ProblemCode,
  'unsafe-file' | 'encrypted-file' | 'damaged-file' | 'unsupported-format' | 'empty-file'
>;

export function refused(code: FileCode, message: string): Problem {
  return { code, severity: 'error', message };
}

/** What `work` returns, or the problem when it finds that the file cannot be read. Broken machinery is thrown on. */
export async function orProblem<T>(work: () => Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnreadableFile) return error.problem;
    throw error;
  }
}
