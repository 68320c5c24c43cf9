import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapeHtml, html } from '../../../shared/publishing/escape-html.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { tagsOf } from '../../support/tags-of.ts';

describe('html', () => {
  it('escapes what is put into text and into attributes', () => {
    const page = html`<a title="${'" onclick="x'}">${"<b>'&"}</a>`;

    expect(page.markup).toBe('<a title="&quot; onclick=&quot;x">&lt;b&gt;&#39;&amp;</a>');
  });

  it('takes over markup that it made itself, alone or in a list, and leaves out what is absent', () => {
    const items = ['<', '2'].map((text) => html`<li>${text}</li>`);

    expect(html`<ul>${items}${undefined}${html`<li>${3}</li>`}</ul>`.markup).toBe(
      '<ul><li>&lt;</li><li>2</li><li>3</li></ul>',
    );
  });

  it('never lets a value add a tag or an attribute', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(tagsOf(html`<p title="${text}">${text}</p>`.markup)).toEqual(['p title', '/p']);
      }),
    );
  });
});

describe('escapeHtml', () => {
  it('writes out marks that turn the direction of text, and other characters that are not seen', () => {
    expect(escapeHtml('a\u202egpj.exe\u0000\u200f')).toBe('a[U+202E]gpj.exe[U+0000][U+200F]');
  });

  it('keeps emoji and replaces half of a surrogate pair', () => {
    expect(escapeHtml('\u{1F680} \ud800')).toBe('\u{1F680} \ufffd');
  });
});
