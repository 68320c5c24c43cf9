import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { escapeMarkdown } from '../shared/publishing/escape-markdown.ts';
import { CallWrong, runToExit } from './script-failed.ts';

// What is new to operators in a release, as Markdown: the subjects of its commits since the release before, by what they
// do. Nothing is installed for it: a workflow runs it from a checkout.

const HELP = `Writes release notes from the subjects of commits.

Usage: node scripts/release-notes.ts [--to REVISION] [--since REVISION]

  --to      the release; without it HEAD
  --since   the release before; without it the newest tag package-* behind it, or the beginning`;

const SUBJECT = /^(\w+)(?:\([^)]*\))?(!)?: (.+)$/;
const PARTS = [
  ['feat', 'New'],
  ['fix', 'Mended'],
  ['perf', 'Faster'],
] as const;
/** GitHub shows no more than 125,000 characters of a release. */
const MOST_LINES = 200;

const run = promisify(execFile);

await runToExit(async () => {
  const { values } = parseArgs({
    options: { to: { type: 'string' }, since: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    console.log(HELP);
    return 0;
  }
  const to = await commitOf(values.to ?? 'HEAD');
  const since = values.since === undefined ? await releaseBefore(to) : await commitOf(values.since);
  const range = since === undefined ? to : `${since}..${to}`;
  const log = await git('log', '--no-merges', '--format=%h %s', range);
  console.log(notesOf(log.split('\n').filter((line) => line !== '')));
  return 0;
});

async function git(...args: string[]): Promise<string> {
  const { stdout } = await run('git', args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

/** The name of a commit, which is no option to git, whatever was given. */
async function commitOf(revision: string): Promise<string> {
  try {
    return await git('rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`);
  } catch (error) {
    throw new CallWrong(`${revision} is no revision of this repository.`, { cause: error });
  }
}

/** The newest release that it is built upon; undefined for the first one. */
async function releaseBefore(commit: string): Promise<string | undefined> {
  const tags = await git('tag', '--merged', commit, '--list', 'package-*', '--sort=-creatordate');
  for (const tag of tags.split('\n').filter((name) => name !== '')) {
    const released = await commitOf(`refs/tags/${tag}`);
    if (released !== commit) return released;
  }
  return undefined;
}

type Change = { readonly kind: string; readonly isBreaking: boolean; readonly line: string };

function notesOf(lines: readonly string[]): string {
  const changes = lines.map(changeOf);
  const breaking = changes.filter(({ isBreaking }) => isBreaking);
  const parts = [
    section('To be done before it is deployed', breaking),
    ...PARTS.map(([kind, title]) =>
      section(
        title,
        changes.filter((change) => change.kind === kind && !change.isBreaking),
      ),
    ),
  ].filter((part) => part !== '');
  const told = new Set<string>(PARTS.map(([kind]) => kind));
  const others = changes.filter(({ kind, isBreaking }) => !told.has(kind) && !isBreaking).length;
  const rest =
    others === 0
      ? []
      : [
          `${others} ${others === 1 ? 'change' : 'changes'} that no operator notices: tests, documents, tools.`,
        ];
  const all = [...parts, ...rest];
  return all.length === 0 ? 'Nothing has changed since the release before.' : all.join('\n\n');
}

/** `8cb2b93 feat: a page`; what follows no convention is told as well, since nobody knows who notices it. */
function changeOf(line: string): Change {
  const [, commit = '', subject = ''] = /^(\S+) (.*)$/.exec(line) ?? [];
  const [, kind = 'feat', breaks, text = subject] = SUBJECT.exec(subject) ?? [];
  return { kind, isBreaking: breaks !== undefined, line: `- ${quiet(text)} (${commit})` };
}

/** A name behind an at sign would call its bearer. */
function quiet(text: string): string {
  return escapeMarkdown(text).replaceAll('@', '@\u200b');
}

function section(title: string, changes: readonly Change[]): string {
  if (changes.length === 0) return '';
  const shown = changes.slice(0, MOST_LINES).map(({ line }) => line);
  const more = changes.length - shown.length;
  return [`## ${title}`, '', ...shown, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n');
}
