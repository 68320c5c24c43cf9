// Marks that are put where people and secrets stand, and everything that would give them away if it came out again:
// any case, with accents or without, in pieces, and encoded.

/** Nobody is called so, lives so or has these numbers. The DUI has its right check digit. */
export const PERSON = {
  name: 'Zoráida Ñahuáqui',
  email: 'zoraida.n@ejemplo-secreto.test',
  phone: '+503 7391-4826',
  dui: '05718293-4',
} as const;

/** How the same person is written elsewhere. */
export const SPELLINGS = [
  PERSON.name,
  PERSON.name.toUpperCase(),
  PERSON.name.normalize('NFD'),
  'ÑAHUÁQUI, zoraida',
  PERSON.email,
  PERSON.email.toUpperCase(),
  PERSON.phone,
  '7391-4826',
  PERSON.dui,
  '057182934',
] as const;

/** Without accents and in lower case. */
const TRACES: readonly RegExp[] = [
  /zoraida/,
  /nahuaqui/,
  /ejemplo-secreto/,
  /7391[-. ]?4826/,
  /05718293[-. ]?4/,
];

export type Leak = { readonly where: string; readonly mark: string };

/** What is found of the marks and the secrets in a text, or in bytes. */
export function leaksIn(where: string, content: string | Uint8Array, secrets: readonly string[]): Leak[] {
  // Bytes are looked at as text twice: what is not UTF-8 is found in Latin-1.
  const texts =
    typeof content === 'string'
      ? [content]
      : [Buffer.from(content).toString('utf8'), Buffer.from(content).toString('latin1')];
  return texts.flatMap((text) => [
    ...TRACES.filter((trace) => trace.test(folded(text))).map(({ source }) => ({ where, mark: source })),
    ...needlesOf(secrets)
      .filter(({ needle }) => text.includes(needle))
      .map(({ mark }) => ({ where, mark })),
  ]);
}

function folded(text: string): string {
  return text
    .replaceAll(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase();
}

type Needle = { readonly needle: string; readonly mark: string };

const made = new Map<string, readonly Needle[]>();

function needlesOf(secrets: readonly string[]): readonly Needle[] {
  const key = secrets.join('\0');
  const known = made.get(key);
  if (known !== undefined) return known;
  const spellings = [...SPELLINGS, ...SPELLINGS.map((text) => text.toLowerCase())];
  const needles = [
    ...secrets.map((secret) => ({ needle: secret, mark: 'a secret' })),
    ...[...spellings, ...secrets].flatMap((text) =>
      encodingsOf(text).map((needle) => ({
        needle,
        mark: `${secrets.includes(text) ? 'a secret' : text}, encoded`,
      })),
    ),
  ];
  made.set(key, needles);
  return needles;
}

/** Base64 at any of the three places that a text may have in it, base64url, hexadecimal and percent signs. */
function encodingsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // Without the characters that share their bits with what stands before and after.
    return whole.slice(before === 0 ? 0 : before + 1, -4);
  });
  const hex = bytes.toString('hex');
  const percent = encodeURIComponent(text);
  return [
    ...base64,
    ...base64.map((each) => each.replaceAll('+', '-').replaceAll('/', '_')),
    hex,
    hex.toUpperCase(),
    ...(percent === text ? [] : [percent, percent.toLowerCase()]),
  ];
}
