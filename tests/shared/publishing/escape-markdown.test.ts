import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { escapeMarkdown } from '../../../shared/publishing/escape-markdown.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { tagsOf } from '../../support/tags-of.ts';

describe('escapeMarkdown', () => {
  it('keeps a table cell one cell and one line', () => {
    expect(escapeMarkdown('a|b\nc `d` <e>')).toBe('a\\|b c \\`d\\` &lt;e&gt;');
  });

  it('leaves the underscores of a file name alone and escapes those that would stress a word', () => {
    expect(escapeMarkdown('loan_tape_2025.csv _now_')).toBe('loan_tape_2025.csv \\_now\\_');
  });

  it.each([
    ['# title', '\\# title'],
    ['- item', '\\- item'],
    ['1. one', '1\\. one'],
  ])('does not let %j open a block', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  it('is plain text for a Markdown reader that allows HTML, in a cell and in an item', () => {
    const reader = new MarkdownIt({ html: true });
    const page = (text: string) => reader.render(`| a | b |\n| --- | --- |\n| ${text} | x |\n\n- ${text}\n`);
    const expected = tagsOf(page('plain'));

    fc.assert(
      fc.property(hostileText, (text) => {
        expect(tagsOf(page(escapeMarkdown(text)))).toEqual(expected);
      }),
    );
  });
});
