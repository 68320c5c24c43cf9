// Controls, marks that turn the direction of the text around them, and characters without width: `exe.vsc` behind
// such a mark reads as another name, and a person must see what is there. Tab and line ends are seen as space;
// joiners hold emoji and some scripts together.
const HIDDEN = /(?![\t\n\r\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** The text with characters that act without being seen written out: `[U+202E]`. Lone surrogates become U+FFFD. */
export function showHiddenCharacters(text: string): string {
  return text.toWellFormed().replace(HIDDEN, (hidden) => `[U+${codePointOf(hidden)}]`);
}

function codePointOf(character: string): string {
  return Number(character.codePointAt(0)).toString(16).toUpperCase().padStart(4, '0');
}
