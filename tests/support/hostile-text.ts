import fc from 'fast-check';

const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</title></style></svg><iframe>',
  '<!--',
  '-->',
  ']]>',
  '&lt;b&gt;',
  '\u202egpj.exe',
  '\u200f\u0000\u0007',
  '\ud83d\ude80 \ud800',
  '| a | b |\n| --- | --- |',
  '`code` **bold** _it_ [x](javascript:alert(1)) ![x](y)',
  '# title\n\n- item\n1. one\n> quote',
  '<https://evil.example>',
  '\\',
];

/** Text that tries to become markup: known attacks between arbitrary characters. */
export const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...ATTACKS),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ maxLength: 8 }),
    ),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((parts) => `x${parts.join('')}x`);
