import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { ROOT } from './source-files.ts';

// GitHub's own reader of workflows. It imports JSON in a way that Node refuses, so it is bundled once for each version
// of it and kept among the caches of the packages.

export type WorkflowFault = { readonly line: number; readonly message: string };

type Diagnostic = { range: { start: { line: number } }; severity?: number; message: string };
type Service = {
  validate(document: unknown, config: { fileProvider: FileProvider }): Promise<readonly Diagnostic[]>;
  TextDocument: { create(uri: string, language: string, version: number, text: string): unknown };
};
type FileProvider = {
  getFileContent(reference: { path: string }): Promise<{ name: string; content: string }>;
};

/** Of `vars`, `secrets` and the like it cannot know what there is, which it says as a warning. */
const WARNING = 2;
const UNKNOWABLE = /^Context access might be invalid/;

/** What is wrong with a workflow, with its lines from 1. Workflows that it calls are read from the repository. */
export async function faultsIn(name: string, text: string): Promise<readonly WorkflowFault[]> {
  const { validate, TextDocument } = await service();
  // What was read once is remembered by its address.
  read += 1;
  const document = TextDocument.create(`file:///${read}/.github/workflows/${name}`, 'yaml', 1, text);
  const found = await validate(document, { fileProvider: { getFileContent: fileOf } });
  return found
    .filter(({ severity, message }) => severity !== WARNING || !UNKNOWABLE.test(message))
    .map(({ range, message }) => ({ line: range.start.line + 1, message }));
}

async function fileOf({ path }: { path: string }): Promise<{ name: string; content: string }> {
  return { name: path, content: await readFile(join(ROOT, path), 'utf8') };
}

let read = 0;
let loaded: Promise<Service> | undefined;

function service(): Promise<Service> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Service> {
  const own = join(ROOT, 'node_modules/@actions/languageservice/package.json');
  const { version }: { version: string } = JSON.parse(await readFile(own, 'utf8'));
  const cache = join(ROOT, 'node_modules/.cache');
  const file = join(cache, `workflow-linter-${version}.mjs`);
  if ((await stat(file).catch(() => undefined)) === undefined) {
    await mkdir(cache, { recursive: true });
    const half = `${file}.${process.pid}`;
    await build({
      stdin: {
        contents:
          "export { validate } from '@actions/languageservice/validate'; export { TextDocument } from 'vscode-languageserver-textdocument';",
        resolveDir: ROOT,
      },
      outfile: half,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      // Packages of the older kind inside ask for require.
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    });
    // Another process may be doing the same.
    await rename(half, file).catch(() => rm(half, { force: true }));
  }
  return await import(pathToFileURL(file).href);
}
