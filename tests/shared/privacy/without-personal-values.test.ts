import { expect, it } from '@jest/globals';
import { withoutPersonalValues } from '../../../shared/privacy/without-personal-values.ts';

it.each([
  ['ask ana.lopez+x@mail.com.sv again', 'ask [withheld] again'],
  ['<eva@mail.sv>, (ivo@mail.sv)', '<[withheld]>, ([withheld])'],
  ['DUI 01234567-8', 'DUI [withheld]'],
  ['NIT 0614-010190-101-2.', 'NIT [withheld].'],
  ['DUI01234567-8, nit0614-010190-101-2, Tel77778888', 'DUI[withheld], nit[withheld], Tel[withheld]'],
  ['card 4111 1111 1111 1111', 'card [withheld]'],
  ['call +503 7777-8888 or (503) 2222 3333', 'call [withheld] or [withheld]'],
  ['call 77778888', 'call [withheld]'],
])('%j is kept as %j', (text, kept) => {
  expect(withoutPersonalValues(text)).toBe(kept);
});

it.each([
  'the export had last month’s balances',
  'as of 2025-12-10 2025-12-11, and 2025-12-12',
  'run_0123456789ab is wrong, see RISK-1234',
  '123,456 rows instead of 120.000; 14:30 on 3/4',
])('%j is kept as it is', (text) => {
  expect(withoutPersonalValues(text)).toBe(text);
});
