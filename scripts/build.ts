import { parseArgs } from 'node:util';
import { bundle, commitOfSources, revisionOf } from './bundle.ts';
import { runToExit } from './script-failed.ts';

// `npm run build`: dist/, the code as it is deployed. `npm run package` makes the file that is deployed out of it.

const HELP = `Bundles the app into dist/, and says how large it is. npm run package makes the file that is deployed out of it.

Usage: npm run build

  --help   this text

Exit code: 0 built, 1 it could not be built, 2 the call was wrong.`;

await runToExit(async () => {
  const { values } = parseArgs({ options: { help: { type: 'boolean' } } });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const built = await bundle(revisionOf(await commitOfSources()));
  const { entryBytes, codeBytes, startBytes, startPackages } = built;
  console.log(
    `dist/index.mjs ${kilobytes(entryBytes)}; with what it loads at once ${kilobytes(startBytes)}, with all ${kilobytes(codeBytes)}`,
  );
  console.log(`Loaded at once: ${startPackages.join(', ')}`);
  return 0;
});

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1024)} kB`;
}
