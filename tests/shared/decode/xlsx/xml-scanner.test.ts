import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { XmlScanner } from '../../../../shared/decode/xlsx/xml-scanner.ts';

const RUNS = { seed: 20_251_210, numRuns: 1_000 };
const ATTRIBUTES = ['r', 's', 't', 'ref', 'x:r'];

type Event = readonly ['open' | 'close' | 'text', string];

/** What the scanner tells, with the text in one piece between tags. */
function scanned(pieces: readonly string[]): Event[] {
  const events: Event[] = [];
  const scanner: XmlScanner = new XmlScanner('part.xml', {
    wantsText: true,
    isFull: false,
    open: (name, attributes) => {
      const values = ATTRIBUTES.map((attribute) => attributes.attribute(attribute));
      events.push(['open', JSON.stringify([name, ...values.map((value) => value ?? null)])]);
    },
    close: (name) => void events.push(['close', name]),
    text: (text) => addText(events, text),
  });
  for (const piece of pieces) {
    scanner.feed(piece);
    scanner.run();
  }
  scanner.end();
  return withinRoot(events);
}

/** What a strict parser of XML tells of the same text. */
function parsed(xml: string): Event[] {
  const events: Event[] = [];
  const parser = new SaxesParser();
  const local = (name: string): string => name.replace(/^.*:/, '');
  parser.on('opentag', ({ name, attributes }) => {
    const values = ATTRIBUTES.map((attribute) => attributes[attribute] ?? null);
    events.push(['open', JSON.stringify([local(name), ...values])]);
  });
  parser.on('closetag', ({ name }) => events.push(['close', local(name)]));
  parser.on('text', (text) => addText(events, text));
  parser.on('cdata', (text) => addText(events, text));
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(xml).close();
  return withinRoot(events);
}

function addText(events: Event[], text: string): void {
  const last = events.at(-1);
  if (last?.[0] === 'text') events[events.length - 1] = ['text', last[1] + text];
  else if (text !== '') events.push(['text', text]);
}

/** Blank text before and behind the root says nothing. */
function withinRoot(events: Event[]): Event[] {
  const isEdge = (_: Event, index: number): boolean => index > 0 && index < events.length - 1;
  return events.filter((event, index) => event[0] !== 'text' || isEdge(event, index));
}

const space = fc.constantFrom('', ' ', '\n', '\r\n  ', '\t');
const characters = fc.constantFrom(
  'a',
  '1',
  ' ',
  '>',
  "'",
  'ñ',
  '🦜',
  '\r\n',
  '\r',
  '\n',
  '&amp;',
  '&lt;',
  '&#65;',
  '&#x1F99C;',
  '&quot;',
  ']',
  '/',
  '=',
  '?',
  '-',
);
const text = fc.array(characters, { maxLength: 6 }).map((parts) => parts.join(''));
const comment = text.map((inner) => `<!--${inner.replaceAll('-', '')} <c r="1"> -->`);
const cdata = text.map((inner) => `<![CDATA[${inner.replaceAll(']', '')}<v>&x;]]>`);
const instruction = fc.constant('<?go <row> ?>');
const attribute = (name: string): fc.Arbitrary<string> =>
  fc.tuple(space, space, text, fc.boolean()).map(([before, after, value, isDouble]) => {
    // Line ends within an attribute are blanks to XML; no part of a sheet has any.
    const plain = value.replaceAll(/[\r\n]/g, '').replaceAll(isDouble ? '"' : "'", '');
    return ` ${name}${before}=${after}${isDouble ? `"${plain}"` : `'${plain}'`}`;
  });
const attributes = fc
  .shuffledSubarray(ATTRIBUTES)
  .chain((names) => fc.tuple(...names.map(attribute)))
  .map((list) => list.join(''));
const names = fc.constantFrom('c', 'v', 'row', 'x:c', 'x:row', 'sheetData', 'is', 'é');

const element = fc.letrec<{ node: string; element: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    comment,
    cdata,
    instruction,
    tie('element'),
  ),
  element: fc
    .tuple(names, attributes, space, fc.array(tie('node'), { maxLength: 4 }), fc.boolean())
    .map(([name, list, gap, inner, isShort]) =>
      isShort && inner.length === 0
        ? `<${name}${list}${gap}/>`
        : `<${name}${list}${gap}>${inner
            .join('')
            .replaceAll(']]>', ']]&gt;')
            .replaceAll(/(<!\[CDATA\[[^\]]*)\]\]&gt;/g, '$1]]>')}</${name}${gap}>`,
    ),
})).element;
const documents = fc
  .tuple(
    fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>'),
    element,
    fc.constantFrom('', '\n', '<!-- end -->\n'),
  )
  .map((parts) => parts.join(''));

describe('the scanner of XML', () => {
  it('tells the same of any document as a strict parser does, in whatever pieces it comes', () =>
    fc.assert(
      fc.property(documents, fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 200 }), (xml, sizes) => {
        // Half of a character never comes by itself: pieces are cut between characters.
        const symbols = Array.from(xml);
        const pieces: string[] = [];
        for (const size of sizes) pieces.push(symbols.splice(0, size).join(''));
        pieces.push(symbols.join(''));

        expect(scanned(pieces)).toEqual(parsed(xml));
      }),
      RUNS,
    ));

  it('refuses a document that breaks off anywhere', () => {
    const xml = '<?xml version="1.0"?><!-- a --><row r="1"><c t=\'s\'><v>1</v><![CDATA[x]]></c><c/></row>';
    expect(() => scanned([xml])).not.toThrow();

    for (let end = 0; end < xml.length; end += 1)
      expect(() => scanned([xml.slice(0, end)])).toThrow('damaged');
  });

  it('stops where its handler is full and goes on from there', () => {
    const seen: string[] = [];
    const handler = {
      wantsText: false,
      isFull: false,
      open: () => undefined,
      text: () => undefined,
      close: (name: string) => void seen.push(name),
    };
    const scanner = new XmlScanner('part.xml', { ...handler, isFull: true });
    scanner.feed('<a><b/><c/></a>');

    expect([scanner.run(), seen.length]).toEqual([true, 0]);
    expect([scanner.run(), seen.length]).toEqual([true, 1]);
    expect([scanner.run(), seen.length]).toEqual([true, 2]);
    expect([scanner.run(), seen.length]).toEqual([true, 3]);
    expect(scanner.run()).toBe(false);
    expect(() => scanner.end()).not.toThrow();
  });

  it.each(['<!DOCTYPE a>', '<!doctype a>', '<!ENTITY a "b">'])(
    'refuses %s, even letter by letter',
    (declaration) => {
      expect(() => scanned([`${declaration}<a/>`])).toThrow('document type or entities');
      expect(() => scanned(Array.from(`${declaration}<a/>`))).toThrow(
        /document type or entities|written wrongly/,
      );
    },
  );
});
