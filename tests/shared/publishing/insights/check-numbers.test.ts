import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatScaled } from '../../../../shared/domain/rational.ts';
import { type About, unfoundedMention } from '../../../../shared/publishing/insights/check-numbers.ts';
import { someClients, someFacts, someOutstanding, somePar90 } from './some-facts.ts';

// A sentence is told only when every number in it is one that was sent. Right numbers in every spelling are kept, and a
// wrong one is found in whichever spelling it hides.

const par90: About = { kpi: somePar90(), name: 'PAR 90' };
const outstanding: About = { kpi: someOutstanding(), name: 'Outstanding balance' };
const clients: About = { kpi: someClients(), name: 'Active clients' };

const unfounded = (sentence: string, ...about: readonly About[]) =>
  unfoundedMention(sentence, about, someFacts());

describe('a sentence is kept', () => {
  it.each([
    'PAR 90 is 5.40 %, above its critical limit of 5 %.',
    'PAR90 stands at 5.4%; PAR-90 was 4.80 percent on 2025-11-30.',
    'risk.par_90 rose by 0.60 percentage points (12.5 %) since 30 November 2025.',
    'PAR 90 went from 4.8 to 5.4 per cent between November and December 31, 2025.',
    'It is 540 basis points, 60 bps more than in November 2025.',
    'PAR 90 is above three and above five percent.',
    'In Q4 2025 it moved +0.60 points, 4.80-5.40 %.',
    'PAR 90 (risk.par_90) worsened.',
  ])('%s', (sentence) => {
    expect(unfounded(sentence, par90)).toBeUndefined();
  });

  it.each([
    'The balance is USD 12,004,800.25.',
    'Outstanding balance: $12.0M, after $12.3M, a fall of 2.04 %.',
    'It fell by $249,899.75, about 250k, to 12.00 million USD.',
    'The change is -249,899.75 USD, or -$0.25M.',
    'It stands at 12.0 MM.',
  ])('%s', (sentence) => {
    expect(unfounded(sentence, outstanding)).toBeUndefined();
  });

  it.each([
    'There are 1,223 active clients.',
    'There are 1,223 clients.',
    'There are 1223 of them on 31 Dec 2025.',
    'Everybody would like more.',
    'There are one thousand two hundred and twenty-three.',
  ])('%s', (sentence) => {
    expect(unfounded(sentence, clients)).toBeUndefined();
  });

  it('about no KPI in particular with the counts', () => {
    expect(
      unfounded('Two KPIs are critical and twelve within their limits, 1 is a warning.'),
    ).toBeUndefined();
  });
});

describe('a sentence is dropped', () => {
  it.each([
    ['PAR 90 is 5.41 %.', '5.41 %'],
    ['PAR 90 is 540 %.', '540 %'],
    ['PAR 90 is 540.', '540'],
    ['PAR 90 is 54 %.', '54 %'],
    ['PAR 90 is 6 %.', '6 %'],
    ['PAR 90 is $5.40.', '$5.40'],
    ['PAR 90 is 5.40 million.', '5.40 million'],
    ['PAR 60 is 5.40 %.', '60'],
    ['PAR 90 is five point four percent.', 'point four'],
    ['PAR 90 is six percent.', 'six percent'],
    ['PAR 90 doubled.', 'doubled'],
    ['PAR 90 rose tenfold.', 'tenfold'],
    ['A third of the book is late.', 'third'],
    ['PAR 90 is 5.40 % for the second month.', 'second'],
    ['PAR 90 fell by -0.60 points.', '-0.60 points'],
    ['PAR 90 is 5,40 %.', '5,40 %'],
    ['PAR 90 is 5.4.0 %.', '5.4.0 %'],
    ['PAR 90 is 5.40e1 %.', '5.40'],
    ['PAR 90 is 5x.', '5x'],
    ['PAR 90 is 5th.', '5'],
    ['PAR 90 is 5/8.', '5'],
    ['PAR 90 is \u0665.\u0664 %.', '\u0665.\u0664'],
    ['PAR 90 is V or XII.', 'XII'],
    ['PAR 90 es doce.', 'doce'],
    ['PAR 90 is 5 hundred.', '5'],
    ['PAR 90 was 4.80 % on 2025-10-31.', '2025-10-31'],
    ['PAR 90 was 4.80 % in October.', 'October'],
    ['PAR 90 was 4.80 % on 30 November 2024.', '30 November 2024'],
    ['PAR 90 was 4.80 % in Q3.', 'Q3'],
    ['Of 2025 loans PAR 90 is 5.40 %.', '2025 loans'],
    ['PAR 90 is 5.40 % at 06:30.', '06'],
    ['PAR 90.5 is 5.40 %.', '90.5'],
    ['PAR 905 is 5.40 %.', '905'],
    ['PAR 90 is 5.40 EUR.', '5.40'],
    ['PAR 90 is minus 5.40 %.', 'minus'],
    ['PAR 90 is 5.40 per mille.', 'per mille'],
    ['PAR 90 is at a 5-year high.', '5-year'],
    ['PAR 90 comes from 5 late loans.', '5 late loans'],
    ['PAR 90 was reached in three days.', 'three days'],
  ])('%s', (sentence, found) => {
    expect(unfounded(sentence, par90)?.trim()).toBe(found);
  });

  it('that gives the number of another KPI', () => {
    expect(unfounded('PAR 90 is 12,004,800.25.', par90)).toBe('12,004,800.25');
    expect(unfounded('There are 5.40 active clients.', clients)).toBe('5.40');
  });

  it('that rounds to a single digit what is not that digit', () => {
    expect(unfounded('It is $1M.', { kpi: someOutstanding({ value: '1234567.00' }), name: 'x' })).toBe('$1M');
    expect(
      unfounded('It is $1.2M.', { kpi: someOutstanding({ value: '1234567.00' }), name: 'x' }),
    ).toBeUndefined();
    expect(unfounded('It is $1.3M.', { kpi: someOutstanding({ value: '1234567.00' }), name: 'x' })).toBe(
      '$1.3M',
    );
  });
});

// Spelled here by other rules than those that read them.
const ONES =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = '_ _ twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
function inWords(count: number): string {
  if (count < 20) return ONES[count] ?? '';
  if (count < 100)
    return [TENS[Math.floor(count / 10)], ONES[count % 10]].slice(0, count % 10 ? 2 : 1).join('-');
  const [large, name] =
    count < 1_000 ? [100, 'hundred'] : count < 1_000_000 ? [1_000, 'thousand'] : [1_000_000, 'million'];
  const rest = count % large;
  return `${inWords(Math.floor(count / large))} ${name}${rest ? ` ${large === 100 ? 'and ' : ''}${inWords(rest)}` : ''}`;
}
const grouped = (cents: bigint): string => {
  const [whole = '', part = ''] = formatScaled(cents, 2).split('.');
  return `${whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')}.${part}`;
};
const inMillions = (cents: bigint): string => `$${(Number(cents) / 1e8).toFixed(2)}M`;

const spelledMoney = (cents: bigint): readonly string[] => [
  `USD ${grouped(cents)}`,
  `$${formatScaled(cents, 2)}`,
  `${grouped(cents)} dollars`,
  inMillions(cents),
  `${(Number(cents) / 1e5).toFixed(1)}k USD`,
  `US$${(Number(cents) / 1e8).toFixed(3)} million`,
];
const spelledCount = (count: number): readonly string[] => [
  String(count),
  count.toLocaleString('en-US'),
  inWords(count),
  inWords(count).toUpperCase(),
  `(${count})`,
];

const FRAMES = [
  (number: string) => `It is ${number}.`,
  (number: string) => `${number}: that is how it stands`,
  (number: string) => `As of 2025-12-31, at ${number}, it has moved`,
  (number: string) => `It stands at "${number}", says the report!`,
];
const frame = fc.constantFrom(...FRAMES);
const money = fc.bigInt({ min: 1_000_000_00n, max: 900_000_000_00n });
/** So far from each other that no rounding to two digits makes one the other. */
const isFar = (one: number, other: number): boolean => Math.abs(one - other) > 0.2 * Math.max(one, other);

describe('whatever the numbers are', () => {
  it('right money is kept in every spelling, and wrong money is found in every spelling', () => {
    fc.assert(
      fc.property(money, money, frame, fc.nat({ max: 5 }), (right, wrong, framed, spelling) => {
        fc.pre(isFar(Number(right), Number(wrong)));
        const { before: _before, ...kpi } = someOutstanding({ value: formatScaled(right, 2) });
        const about = { kpi, name: 'Outstanding balance' };
        const said = (cents: bigint) => framed(spelledMoney(cents)[spelling] ?? '');

        expect(unfounded(said(right), about)).toBeUndefined();
        expect(unfounded(said(wrong), about)).toBeDefined();
        expect(unfounded(`${said(right)} ${said(wrong)}`, about)).toBeDefined();
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('right counts are kept in every spelling, and wrong counts are found in every spelling', () => {
    const count = fc.oneof(fc.nat({ max: 120 }), fc.nat({ max: 2_000_000 }));
    fc.assert(
      fc.property(count, count, frame, fc.nat({ max: 4 }), (right, wrong, framed, spelling) => {
        fc.pre(right !== wrong);
        const about = { kpi: someClients({ value: String(right) }), name: 'Active clients' };
        const said = (value: number) => framed(spelledCount(value)[spelling] ?? '');

        expect(unfounded(said(right), about)).toBeUndefined();
        expect(unfounded(said(wrong), about)).toBeDefined();
      }),
      { numRuns: 400, seed: 7 },
    );
  });

  it('a wrong number is found among right ones, wherever it stands', () => {
    const right = [
      '5.40 %',
      '4.80 %',
      '0.60 points',
      '12.5 %',
      '3 %',
      'five percent',
      '2025-12-31',
      '60 bps',
    ];
    const wrong = [
      '5.5 %',
      '48 %',
      '0.7 points',
      'seven',
      '2025-12-30',
      '61 bps',
      '6th',
      'thrice',
      '5.40 USD',
      '\u00bd',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...right), { maxLength: 4 }),
        fc.constantFrom(...wrong),
        fc.nat({ max: 4 }),
        (others, planted, place) => {
          const sentence = (numbers: readonly string[]) => `PAR 90 is ${numbers.join(', then ')}.`;

          expect(unfounded(sentence(others), par90)).toBeUndefined();
          expect(unfounded(sentence(others.toSpliced(place, 0, planted)), par90)).toBeDefined();
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it('no text with a digit that was not sent comes through', () => {
    const { before: _before, ...kpi } = someClients({ value: '777777' });
    const about = { kpi, name: 'Active clients' };
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.string({ maxLength: 30 }),
        (one, other) => {
          const text = `${one} ${other}`;
          fc.pre(/\p{N}/u.test(text) && !/777|2025|12|31|Q4/.test(text));

          expect(unfounded(text, about)).toBeDefined();
        },
      ),
      { numRuns: 2_000, seed: 7 },
    );
  });
});
