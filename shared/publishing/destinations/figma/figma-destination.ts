import type { Lake } from '../../../ports/lake.ts';
import { type Destination, jsonContent } from '../destination.ts';
import { type NumbersDeps, toldOfDay } from '../told-of-day.ts';
import { FigmaApi, type FigmaDeps, type FigmaFile, isBeyondPlan } from './figma-api.ts';
import { keepComment } from './figma-comment.ts';
import { FigmaExport, figmaExport } from './figma-export.ts';
import { writeVariables } from './figma-variables.ts';

// KPIs in a Figma file: as variables where the plan has them, else as one comment; and always as a document that a plugin
// fills a design from.

export type FigmaSettings = FigmaFile & {
  /** The frame that the comment is put on. */
  readonly frameId: string | undefined;
};
type Deps = FigmaDeps & NumbersDeps & { readonly lake: Lake };

/** Where a plugin finds the newest export, in `reports`. */
export const FIGMA_EXPORT = 'figma/kpis.json';

export function figmaDestination(settings: FigmaSettings, deps: Deps): Destination {
  return {
    name: 'figma',
    tells: 'day',
    render: async (subject) =>
      await toldOfDay(subject, deps, (newest, day) => jsonContent(figmaExport(newest, day))),
    async send({ body }) {
      const content = FigmaExport.parse(JSON.parse(body));
      // First, so that it is there whatever Figma says.
      await keepNewest(content, body, deps.lake);
      const api = new FigmaApi(settings, deps);
      try {
        await writeVariables(content, api);
      } catch (error) {
        if (!isBeyondPlan(error)) throw error;
        await keepComment(content, { frameId: settings.frameId, because: error.message }, api);
      }
    },
  };
}

/** An earlier day that is told again leaves a later one in place. */
async function keepNewest(content: FigmaExport, body: string, lake: Lake): Promise<void> {
  for (;;) {
    const there = await lake.stat('reports', FIGMA_EXPORT);
    const before = there && (await lake.read('reports', FIGMA_EXPORT));
    const kept = before && FigmaExport.safeParse(JSON.parse(before.toString('utf8'))).data;
    if (kept !== undefined && kept.day > content.day) return;
    const onlyIf = there === undefined ? ('absent' as const) : { etag: there.etag };
    const options = { contentType: 'application/json', onlyIf };
    if ((await lake.write('reports', FIGMA_EXPORT, body, options)).kind === 'written') return;
  }
}
