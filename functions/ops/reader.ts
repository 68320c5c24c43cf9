import type { HttpRequest } from '@azure/functions';
import { z } from 'zod';
import { LANGUAGE_CODES, type LanguageCode } from '../../shared/publishing/language/language.ts';

// For whom an answer is: a program or a person, and in which language that person reads.

export const ReaderQuery = z.object({
  format: z
    .enum(['json', 'html'])
    .optional()
    .describe('Without it the page goes to browsers, JSON to all others'),
  lang: z.enum(LANGUAGE_CODES).optional().describe('Language of the page; without it that of the browser'),
});

/** Does a page answer the request? A browser says that it wants one, before all other things that it would take. */
export function wantsPage(request: HttpRequest, { format }: { format?: string | undefined }): boolean {
  if (format !== undefined) return format === 'html';
  return /\btext\/html\b/i.test(request.headers.get('accept') ?? '');
}

export function languageFor(
  request: HttpRequest,
  { lang }: { lang?: LanguageCode | undefined },
): LanguageCode {
  const first = request.headers.get('accept-language')?.trim().slice(0, 2).toLowerCase();
  return lang ?? LANGUAGE_CODES.find((code) => code === first) ?? 'en';
}

/** Makes a path below `/api/` into a link that carries the key of whoever came with one in the address. */
export function linkWithKey(request: HttpRequest): (path: string) => string {
  const key = request.query.get('code');
  if (key === null) return (path) => `/api/${path}`;
  return (path) => `/api/${path}${path.includes('?') ? '&' : '?'}code=${encodeURIComponent(key)}`;
}
