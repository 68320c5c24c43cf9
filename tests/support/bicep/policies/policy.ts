import { possibleValues } from '../possible-values.ts';
import { at, type BicepFile, type Expression } from '../syntax.ts';
import { type Finding, type PlacedResource, resourcesIn, type Templates } from '../templates.ts';

/** A rule that all templates keep to. Its name is a sentence that is true while nothing is found. */
export type Policy = {
  readonly name: string;
  readonly findings: (templates: Templates) => readonly Finding[];
};

type Wanted = (value: unknown) => boolean;

/** Every resource of a type says at a path what is wanted, in every environment; not to say it is not enough. */
export function everyOne(
  name: string,
  type: string,
  path: string,
  wanted: Wanted,
  { where = () => true }: { where?: (placed: PlacedResource) => boolean } = {},
): Policy {
  return {
    name,
    findings: (templates) => {
      const placed = resourcesIn(templates, type).filter(where);
      if (placed.length === 0) return [`there is no ${type}`];
      return placed.flatMap((one) => {
        const values = valuesAt(one, path, templates);
        return values !== undefined && values.length > 0 && values.every(wanted)
          ? []
          : [`${placeOf(one)} ${path} is ${JSON.stringify(values ?? 'known to the deployment only')}`];
      });
    },
  };
}

export const is =
  (...wanted: readonly unknown[]): Wanted =>
  (value) =>
    wanted.includes(value);

export const atLeast =
  (least: number): Wanted =>
  (value) =>
    typeof value === 'number' && value >= least;

/** What a resource says at a path, in any environment; `[undefined]` where it says nothing. */
export function valuesAt(
  { file, resource }: PlacedResource,
  path: string,
  templates: Templates,
): readonly unknown[] | undefined {
  const expression = at(resource.value, path);
  return expression === undefined ? [undefined] : possibleValues(expression, file, templates);
}

export function placeOf({ file, resource }: PlacedResource): string {
  return `${file.path}:${resource.line} ${resource.name}`;
}

/** The name that an expression is, as in `scope: account`; for `containers[index]`, that of the list. */
export function nameOf(expression: Expression | undefined): string | undefined {
  if (expression?.kind === 'name') return expression.name;
  return expression?.kind === 'index' ? nameOf(expression.of) : undefined;
}

/** Values of an array of texts, or of a loop's list; empty where only a deployment would tell. */
export function textsOf(
  expression: Expression | undefined,
  file: BicepFile,
  templates: Templates,
): readonly string[] {
  const values = (expression && possibleValues(expression, file, templates)) ?? [];
  return values.flat().filter((value): value is string => typeof value === 'string');
}
