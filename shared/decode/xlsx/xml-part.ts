import { SaxesParser } from 'saxes';
import { UnreadableFile } from '../zip/unreadable-file.ts';
import { beyondLimit, damagedPart, documentType } from './workbook-problems.ts';
import { xmlText } from './xml-text.ts';

// The small parts of a workbook, read by a strict parser of XML.

export type XmlEvents = {
  open(element: XmlElement): void;
  close?(name: string): void;
};

export type XmlElement = {
  /** Without its prefix. */
  readonly name: string;
  /** An attribute by its name without prefix. */
  readonly attribute: (name: string) => string | undefined;
};

const LARGEST_PART = 32 * 1024 * 1024;

export async function readXmlPart(
  bytes: AsyncIterable<Uint8Array>,
  part: string,
  events: XmlEvents,
): Promise<void> {
  const parser = new SaxesParser({ xmlns: true });
  // Set by the callbacks of the parser, which must not be left by throwing.
  let fault: UnreadableFile | undefined;
  parser.on('error', (error) => (fault ??= damagedPart(part, `the XML is broken (${causeOf(error)})`)));
  parser.on('doctype', () => (fault ??= documentType(part)));
  parser.on('opentag', ({ local, attributes }) => {
    if (fault !== undefined) return;
    const attribute = (name: string): string | undefined =>
      Object.values(attributes).find((candidate) => candidate.local === name)?.value;
    try {
      events.open({ name: local, attribute });
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      fault = error;
    }
  });
  parser.on('closetag', ({ local }) => events.close?.(local));
  let length = 0;
  for await (const piece of xmlText(bytes, part)) {
    length += piece.length;
    if (length > LARGEST_PART)
      throw beyondLimit(`has a part (${part}) that is far larger than such a part can be`);
    // In small steps, so that an early fault is not followed by all the rest.
    for (let at = 0; at < piece.length && fault === undefined; at += STEP)
      parser.write(piece.slice(at, at + STEP));
    if (fault !== undefined) throw fault;
  }
  parser.close();
  if (fault !== undefined) throw fault;
}

const STEP = 16 * 1024;

/** Its own words may quote the file, so each stands for one of ours. */
const CAUSES: readonly (readonly [RegExp, string])[] = [
  [
    /unclosed tag|unmatched closing tag|unexpected close tag|empty close tag/,
    'an element is not closed where it should be',
  ],
  [/unexpected end|must contain a root/, 'it breaks off'],
  [/duplicate attribute/, 'a tag has an attribute twice'],
  [/attribute/, 'an attribute is written wrongly'],
  [/namespace|prefix/, 'a prefix of its names is not declared as it should be'],
  [/entity/, 'an entity is not one of XML'],
  [/text data outside|only one root/, 'something stands outside of its root'],
  [/disallowed|malformed|syntax/, 'a character stands where it may not'],
];

function causeOf({ message }: Error): string {
  // Some faults quote a name of the file behind a colon.
  const [fault = ''] = message.replace(/^\d+:\d+: /, '').split(': ', 1);
  return CAUSES.find(([words]) => words.test(fault))?.[1] ?? 'it does not follow the rules of XML';
}
