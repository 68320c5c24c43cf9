import { valueDetector } from './personal-data.ts';

// Names that a file brings along: of its columns, its sheets, its entries. People need to read them, and most say
// nothing of anybody; but a file without its header has a row of people there, and a sheet may be named for one.

const HIDDEN = '[personal data]';

/** The name as it may be repeated: what looks like an e-mail address or a number of a person is not. */
export function withoutPersonalData(name: string): string {
  const detector = valueDetector();
  detector.see(name);
  // People write underscores where others write blanks.
  detector.see(name.replaceAll('_', ' '));
  return detector.verdict() === undefined ? name : HIDDEN;
}
