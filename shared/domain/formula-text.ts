// A spreadsheet runs text that looks like a formula (CWE-1236), also when it is written in the wide forms of East Asian
// scripts, which some programs fold before they look.

const OPENERS = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]|^[\t\r\n]/;

/** Text as a spreadsheet may be given it: an apostrophe keeps what begins like a formula from being one. */
export function neutralised(text: string): string {
  return OPENERS.test(text) ? `'${text}` : text;
}
