// One plain sentence from what a language model wrote. Links are taken out, and what is neither a letter of ours, a digit
// nor the usual punctuation makes the sentence unfit, so that nothing in it can pass for something else.

const MOST_CHARACTERS = 400;

const MARKDOWN_LINK = /!?\[([^\]]*)\]\([^)]*\)/g;
const ADDRESS = /<?\b(?:[a-z][a-z0-9+.-]*:\/\/|mailto:|www\.)\S*/gi;
/** Slack and mail programs make links of these by themselves. */
const HOST = /[\p{L}\p{N}_-]+\.(?:[\p{L}\p{N}_-]+\.)*\p{L}[\p{L}\p{N}_-]+/gu;
const PLAIN = /^[\p{Script=Latin}\d\s.,;:!?%$()'"’‘“”&/+<>=*_#`~|{}[\]\\^–—…-]+$/u;

/** Undefined for what is empty, too long or not plain. `ids` have a point in them and are no hosts. */
export function readableSentence(said: string, ids: ReadonlySet<string>): string | undefined {
  const text = said
    .normalize('NFKC')
    .replaceAll('\u2212', '-')
    .replaceAll(MARKDOWN_LINK, '$1')
    .replaceAll(ADDRESS, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ (?=[.,;:!?])/g, '')
    .trim();
  const isFit = text !== '' && text.length <= MOST_CHARACTERS && PLAIN.test(text);
  const hosts = [...text.matchAll(HOST)].filter(([host]) => !ids.has(host));
  return isFit && hosts.length === 0 ? text : undefined;
}
