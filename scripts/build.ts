import { bundle, commitOfSources, revisionOf } from './bundle.ts';

// `npm run build`: dist/, the code as it is deployed. `npm run package` makes the file that is deployed out of it.

const { entryBytes, codeBytes } = await bundle(revisionOf(await commitOfSources()));
console.log(`dist/index.mjs ${kilobytes(entryBytes)}; with late chunks ${kilobytes(codeBytes)}`);

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} kB`;
}
