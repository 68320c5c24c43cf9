import { z } from 'zod';

// What Azure says would change if the templates were deployed now, in words.

const Delta: z.ZodType<Change> = z.lazy(() =>
  z.looseObject({
    path: z.string(),
    propertyChangeType: z.string(),
    children: z.array(Delta).nullish(),
  }),
);
type Change = {
  path: string;
  propertyChangeType: string;
  children?: Change[] | null | undefined;
};

export type WhatIf = z.infer<typeof WhatIf>;
export const WhatIf = z.looseObject({
  status: z.string().optional(),
  error: z.looseObject({ message: z.string() }).nullish(),
  changes: z
    .array(
      z.looseObject({
        changeType: z.string(),
        resourceId: z.string(),
        delta: z.array(Delta).nullish(),
      }),
    )
    .default([]),
});

/** Nothing would be done about these. `Unsupported` is not among them: Azure cannot tell, so somebody has to look. */
const UNCHANGED = new Set(['NoChange', 'Ignore']);
const NO_EFFECT = 'NoEffect';

export type ResourceChange = {
  readonly change: string;
  readonly resource: string;
  readonly properties: readonly string[];
};

/** Every resource that would be made, changed or removed. */
export function changesIn({ changes }: WhatIf): readonly ResourceChange[] {
  return changes
    .filter(({ changeType }) => !UNCHANGED.has(changeType))
    .map(({ changeType, resourceId, delta }) => ({
      change: changeType,
      resource: resourceId.replace(/^\/subscriptions\/[^/]+/, ''),
      properties: (delta ?? []).flatMap((property) => pathsOf(property, '')),
    }))
    .filter(({ change, properties }) => change !== 'Modify' || properties.length > 0);
}

/** The properties that have an effect; values are left out, since some are secrets. */
function pathsOf({ path, propertyChangeType, children }: Change, above: string): string[] {
  const full = above === '' ? path : `${above}.${path}`;
  if (propertyChangeType === NO_EFFECT) return [];
  if (children && children.length > 0) return children.flatMap((child) => pathsOf(child, full));
  return [`${full} (${propertyChangeType.toLowerCase()})`];
}

/** As a comment on a pull request. */
export function whatIfMarkdown(environment: string, changes: readonly ResourceChange[]): string {
  const title = `### What would change in ${environment}`;
  if (changes.length === 0) return `${title}\n\nNothing.\n`;
  const removed = changes.filter(({ change }) => change === 'Delete').length;
  const lines = changes.map(({ change, resource, properties }) => {
    const shown = properties.slice(0, MOST_PROPERTIES).map((path) => `\`${path}\``);
    const more = properties.length - shown.length;
    return `| ${change} | \`${resource}\` | ${[...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>')} |`;
  });
  return [
    title,
    '',
    ...(removed > 0 ? [`**${removed} would be deleted.**`, ''] : []),
    '| change | resource | properties |',
    '|---|---|---|',
    ...lines.slice(0, MOST_RESOURCES),
    ...(lines.length > MOST_RESOURCES ? ['', `And ${lines.length - MOST_RESOURCES} more resources.`] : []),
    '',
  ].join('\n');
}

/** A comment holds 65,536 characters. */
const MOST_RESOURCES = 60;
const MOST_PROPERTIES = 12;
