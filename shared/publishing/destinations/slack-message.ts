import { type Content, jsonContent } from './destination.ts';

// A message within what Slack takes: 3,000 characters in a block of text, 50 blocks, and a line for notifications.

const MOST_CHARACTERS = 3_000;
const MOST_BLOCKS = 50;
const MOST_OF_TEXT = 4_000;

type Text = { readonly type: 'mrkdwn' | 'plain_text'; readonly text: string };
export type Block =
  | { readonly type: 'section' | 'header'; readonly text: Text }
  | { readonly type: 'context'; readonly elements: readonly Text[] };

/** `text` is what a notification shows. What comes after the fiftieth block is left out, and that is said. */
export function slackMessage({
  channel,
  text,
  blocks,
}: {
  readonly channel: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}): Content {
  const left = blocks.length - MOST_BLOCKS + 1;
  const shown =
    left > 1 ? [...blocks.slice(0, MOST_BLOCKS - 1), section(`… and ${left} more blocks.`)] : blocks;
  const body = { channel, text: shortened(text, MOST_OF_TEXT), blocks: shown, unfurl_links: false };
  return jsonContent(body);
}

/** In front of where numbers come from; nothing where the product has no address. */
export function linksTo({ asOf }: { readonly asOf: string }, publicUrl: string | undefined): string {
  if (publicUrl === undefined) return '';
  return `<${publicUrl}/api/dashboard|Dashboard> · <${publicUrl}/api/reports/${asOf}|Report> · `;
}

/** Lines in as many blocks as they need. A line is cut only where it is too long for a block of its own. */
export function sections(lines: readonly string[]): Block[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    const joined = `${last}\n${line}`;
    if (last !== undefined && joined.length <= MOST_CHARACTERS) texts[texts.length - 1] = joined;
    else texts.push(line);
  }
  return texts.map(section);
}

export function section(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text: shortened(text, MOST_CHARACTERS) } };
}

export function context(text: string): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: shortened(text, MOST_CHARACTERS) }] };
}

/** Not in the middle of `&amp;`, nor of a letter that takes two places. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/(?:&[a-z]{0,4}|[\uD800-\uDBFF])$/, '')}…`;
}

/** What Slack would take for its own markup (its documentation names these three). */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** `@sre-oncall` as Slack calls a group or a person; as plain text, which notifies nobody, where it has no id. */
export function mention(name: string, ids: Readonly<Record<string, string>>): string {
  const id = ids[name];
  if (id === undefined) return escaped(name);
  return id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`;
}
