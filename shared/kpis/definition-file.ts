import { type Document, isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { CatalogAsset } from './catalog-assets.ts';
import { KpiDefinition } from './kpi-definition.ts';

// One YAML file of definitions. Whoever edits it gets file, line and reason, not a stack trace.

type Path = readonly (string | number)[];

export type SourcedDefinition = {
  readonly kpi: KpiDefinition;
  /** Where a part of the definition stands: `catalog/par.yaml:12`. */
  readonly at: (...path: Path) => string;
};

export type DefinitionFile = {
  readonly definitions: readonly SourcedDefinition[];
  /** `file:line: reason` */
  readonly problems: readonly string[];
};

const DefinitionList = z.strictObject({ kpis: z.array(z.unknown()).min(1) });

export function readDefinitions({ name, text }: CatalogAsset): DefinitionFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true, merge: true });
  const place = (path: Path) => `${name}:${lines.linePos(offsetOf(document, path)).line}`;
  if (document.errors.length > 0) {
    const problems = document.errors.map(
      (error) => `${name}:${lines.linePos(error.pos[0]).line}: ${firstLine(error.message)}`,
    );
    return { definitions: [], problems };
  }
  const list = DefinitionList.safeParse(document.toJS());
  if (!list.success) return { definitions: [], problems: problemsOf(list.error, [], place) };
  const parsed = list.data.kpis.map((kpi, index) => ({
    result: KpiDefinition.safeParse(kpi),
    path: ['kpis', index],
  }));
  return {
    definitions: parsed.flatMap(({ result, path }) =>
      result.success ? [{ kpi: result.data, at: (...part: Path) => place([...path, ...part]) }] : [],
    ),
    problems: parsed.flatMap(({ result, path }) =>
      result.success ? [] : problemsOf(result.error, path, place),
    ),
  };
}

function problemsOf(error: z.ZodError, base: Path, place: (path: Path) => string): readonly string[] {
  return error.issues.map((issue) => {
    const path = [...base, ...issue.path.map(String)];
    return `${place(path)}: ${[path.join('.'), issue.message].filter(Boolean).join(': ')}`;
  });
}

/** Where the value at the path begins, or its nearest parent when the value is missing. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function firstLine(message: string): string {
  return message.split('\n', 1).join('');
}
