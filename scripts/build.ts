import { bundle, commitOfSources, revisionOf } from './bundle.ts';

// `npm run build`: dist/, the code as it is deployed. `npm run package` makes the file that is deployed out of it.

const built = await bundle(revisionOf(await commitOfSources()));
const { entryBytes, codeBytes, startBytes, startPackages } = built;
console.log(
  `dist/index.mjs ${kilobytes(entryBytes)}; with what it loads at once ${kilobytes(startBytes)}, with all ${kilobytes(codeBytes)}`,
);
console.log(`Loaded at once: ${startPackages.join(', ')}`);

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} kB`;
}
