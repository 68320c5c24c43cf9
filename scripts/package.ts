import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, commitOfSources, DIST, ROOT, revisionOf } from './bundle.ts';
import { deterministicZip, type ZipEntry } from './deterministic-zip.ts';
import { bundledFiles, externalFiles } from './packaged-files.ts';
import { manifestPath, type ReleaseManifest } from './release-manifest.ts';
import { runToExit } from './script-failed.ts';

// `npm run package`: the one file that is deployed, to every environment alike, and a manifest beside it that says
// what it was made of. The same sources give the same bytes. Needs no network.

const HELP = `Builds the app and packs it, with the packages it needs in Azure, into one ZIP.

Usage: npm run package [-- options]

  --out DIR      where the ZIP and its manifest go (default out/package)
  --folder DIR   the same files in a folder as well, for azd; what is in it before is removed
  --help         this text

The ZIP is named by the commit; the manifest beside it has its size and sha256, the commit and the version of Node.
Exit code: 0 packed, 1 something is missing, and nothing was written, 2 the call was wrong.`;

await runToExit(async () => {
  const { values } = parseArgs({
    options: { out: { type: 'string' }, folder: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const commit = await commitOfSources();
  const revision = revisionOf(commit);
  const { startBytes, startPackages } = await bundle(revision);
  const entries = [...(await bundledFiles(DIST)), ...(await externalFiles(ROOT))];
  const zip = deterministicZip(entries);
  const manifest: ReleaseManifest = {
    name: 'abaco-loans-analytics',
    revision,
    commit: commit.sha,
    isDirty: commit.isDirty,
    node: process.versions.node,
    platform: 'linux-x64',
    file: `abaco-loans-analytics-${revision}.zip`,
    bytes: zip.length,
    sha256: createHash('sha256').update(zip).digest('hex'),
    files: entries.length,
    unpackedBytes: entries.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
  const out = resolve(values.out ?? join(ROOT, 'out/package'));
  await mkdir(out, { recursive: true });
  await writeFile(join(out, manifest.file), zip);
  await writeFile(manifestPath(join(out, manifest.file)), `${JSON.stringify(manifest, null, 2)}\n`);
  if (values.folder !== undefined) await writeFolder(resolve(values.folder), entries);
  console.log(`${join(out, manifest.file)}: ${megabytes(zip.length)}, ${entries.length} files`);
  console.log(`sha256 ${manifest.sha256}`);
  console.log(`At every start ${megabytes(startBytes)} of code: ${startPackages.join(', ')}`);
  if (commit.isDirty) console.log('Files differ from the commit: this package cannot be made again.');
  return 0;
});

async function writeFolder(folder: string, entries: readonly ZipEntry[]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  for (const { path, bytes } of entries) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
