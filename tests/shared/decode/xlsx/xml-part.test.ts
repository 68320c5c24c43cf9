import { describe, expect, it } from '@jest/globals';
import { readXmlPart } from '../../../../shared/decode/xlsx/xml-part.ts';
import { inOneChunk } from '../../../support/byte-chunks.ts';

const reading = (xml: string): Promise<void> =>
  readXmlPart(inOneChunk(`<?xml version="1.0"?>${xml}`), 'xl/workbook.xml', { open: () => undefined });

describe('a small part of a workbook that is no XML', () => {
  it.each([
    ['<a><AnaPerez></a>', 'an element is not closed where it should be'],
    ['<a><AnaPerez>', 'an element is not closed where it should be'],
    ['<a></AnaPerez></a>', 'an element is not closed where it should be'],
    ['<a AnaPerez="1" AnaPerez="2"/>', 'a tag has an attribute twice'],
    ['<a AnaPerez=1/>', 'an attribute is written wrongly'],
    ['<a AnaPerez/>', 'an attribute is written wrongly'],
    ['<AnaPerez:a/>', 'a prefix of its names is not declared as it should be'],
    ['<a xmlns:xml="AnaPerez"/>', 'a prefix of its names is not declared as it should be'],
    ['<a>&AnaPerez;</a>', 'an entity is not one of XML'],
    ['<a/>AnaPerez', 'something stands outside of its root'],
    ['<a/><AnaPerez/>', 'something stands outside of its root'],
    ['<a><Ana$Perez/></a>', 'a character stands where it may not'],
  ])('is refused in words of our own, never in those of the file: %s', async (xml, cause) => {
    const problem = await reading(xml).then(
      () => '',
      (error: unknown) => String(error),
    );

    expect(problem).toContain(`the XML is broken (${cause})`);
    expect(problem).not.toMatch(/Ana|Perez/);
  });
});
