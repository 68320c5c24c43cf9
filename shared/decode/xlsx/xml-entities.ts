import { damagedPart } from './workbook-problems.ts';

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Text with its entities resolved and its line ends as XML wants them. `raw` is what stands between two tags. */
export function unescapeXml(raw: string, part: string): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  if (!text.includes('&')) return text;
  return text.replace(/&(?:([a-z]+);|#(\d{1,7});|#x([0-9a-fA-F]{1,6});)?/g, (whole, name, decimal, hex) => {
    const character = NAMED[String(name)] ?? characterOf(decimal, hex);
    if (character === undefined) throw damagedPart(part, `"${whole.slice(0, 20)}" stands for no character`);
    return character;
  });
}

/** How Excel writes characters that XML has no place for: `_x000D_`; and `_x005F_` for an underscore before such. */
export function unescapeExcel(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9a-fA-F]{4})_/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Characters that may not stand in XML, not even escaped. */
export function holdsForbidden(text: string): boolean {
  return FORBIDDEN.test(text);
}

const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

function characterOf(decimal: string | undefined, hex: string | undefined): string | undefined {
  if (decimal === undefined && hex === undefined) return undefined;
  const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (code > 0x10ffff || isSurrogate) return undefined;
  const character = String.fromCodePoint(code);
  return holdsForbidden(character) ? undefined : character;
}
