import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { CONTRACTS } from '../../shared/contracts/registry.ts';
import { localFile } from '../../shared/decode/zip/local-file.ts';
import { LocalDate } from '../../shared/domain/local-date.ts';
import {
  CheckReport,
  checkFile,
  checkReport,
  comparisonWithStore,
} from '../../shared/pipeline/check-file.ts';
import { problem } from './problem-details.ts';
import { wantsPage } from './reader.ts';
import { htmlAnswer, jsonAnswer, type Route, withDeps } from './route.ts';

const DATASETS = [...new Set(CONTRACTS.map(({ dataset }) => dataset))];

const CheckQuery = z.object({
  dataset: z
    .enum(DATASETS)
    .optional()
    .describe('Where the file belongs; without it that follows from its header'),
  name: z
    .string()
    .min(1)
    .default('file')
    .describe(
      'What the file is called: a name may say the day that it stands for, as in loans_2025-12-10.csv',
    ),
  asOf: LocalDate.optional().describe('The day that the file stands for, where it does not say so itself'),
});

/** Fewer than the Functions host takes (104,857,600), since it refuses without a word. */
const MOST_BYTES = 100_000_000;

export const checkRoute: Route<typeof CheckQuery> = {
  name: 'check',
  method: 'POST',
  path: 'check',
  authLevel: 'function',
  summary: 'The verdict that the file in the request body would get if it were dropped; nothing is taken in',
  query: CheckQuery,
  body: { description: 'The bytes of the file', mediaType: 'application/octet-stream' },
  responses: {
    200: {
      description:
        'The verdict, good or bad: the validation report with the first rejected rows; with Accept: text/html the same as a page',
      schema: CheckReport,
    },
    400: { description: 'There is no body, or the query is not usable' },
    413: { description: 'The body is larger than 100 MB' },
    415: { description: 'The body is a form, not the file itself' },
  },
  handle: withDeps(async (request, deps, { query }) => {
    if (/^\s*multipart\//i.test(request.headers.get('content-type') ?? '')) return isForm();
    if (Number(request.headers.get('content-length') ?? 0) > MOST_BYTES) return tooLarge();
    if (request.body === null) return isEmpty();

    await using scratch = await deps.scratch.open();
    const path = join(scratch.dir, 'body');
    const bytes = await receiveBody(request.body, path, MOST_BYTES);
    if (bytes === undefined) return tooLarge();
    if (bytes === 0) return isEmpty();
    await using source = await localFile(path);
    const { dataset, asOf, name } = query;
    const checked = await checkFile(
      { path: name, source, dataset, asOf },
      { ...deps, comparison: comparisonWithStore(deps) },
    );
    if (wantsPage(request, {})) return htmlAnswer(checked.page);
    return jsonAnswer(checkReport(checked));
  }),
};

/** Writes the body to the local disk, piece by piece. Undefined when it is longer than the limit. */
export async function receiveBody(
  body: AsyncIterable<Uint8Array>,
  path: string,
  limit: number,
): Promise<number | undefined> {
  await using file = await open(path, 'wx');
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > limit) return undefined;
    await file.writeFile(piece);
  }
  return bytes;
}

function isEmpty(): ReturnType<typeof problem> {
  return problem({
    status: 400,
    code: 'empty-file',
    title: 'No file',
    detail:
      'The request has no body, so nothing was checked. Send the bytes of the file with their length: curl --data-binary @loans.csv.',
  });
}

function isForm(): ReturnType<typeof problem> {
  return problem({
    status: 415,
    title: 'A form is no file',
    detail:
      'The body is a form with parts, so nothing was checked. Send the file itself as the body: curl --data-binary @loans.csv.',
  });
}

function tooLarge(): ReturnType<typeof problem> {
  return problem({
    status: 413,
    code: 'file-too-large',
    title: 'Too large to be checked over HTTP',
    detail:
      'The body is larger than 100 MB, so nothing was checked. Check the file on your own machine, where it may be larger: npm run check-file -- FILE.',
  });
}
