import { describe, expect, it } from '@jest/globals';
import { withoutPersonalData } from '../../../shared/privacy/shown-name.ts';

describe('a name that a file brings along', () => {
  it.each([
    'loan_id',
    'Saldo al 2025-12-10',
    'Hoja 1',
    'PAR_30_balance_usd',
    'loans_20251210.csv',
    '',
    'a@b',
  ])('is shown when it says nothing of anybody: %j', (name) => {
    expect(withoutPersonalData(name)).toBe(name);
  });

  it.each([
    'zoraida.nunez@example.com',
    'correo ZORAIDA@EXAMPLE.COM',
    'loans_of_zoraida@example.com',
    'DUI 04456789-0',
    'pagos_04456789-0',
    'tel +503 7123-4567',
    '0614-010190-101-1',
  ])('is hidden as a whole when it holds a number or an address of a person: %j', (name) => {
    expect(withoutPersonalData(name)).toBe('[personal data]');
  });
});
