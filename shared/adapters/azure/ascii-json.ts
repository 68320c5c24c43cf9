/**
 * JSON with everything beyond ASCII escaped. It can be cut anywhere without tearing a character, and a store that
 * decodes a request piece by piece (the table emulator does) cannot garble it.
 */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
