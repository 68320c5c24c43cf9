import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  namesPerson,
  type Verdict,
  valueDetector,
  verdictOf,
} from '../../../shared/privacy/personal-data.ts';
import { addCounts } from '../../../shared/privacy/value-counts.ts';

const RUNS = { seed: 20_251_210, numRuns: 300 };

describe("the name of a column for people's data", () => {
  it.each([
    ['customer_name', 'name'],
    ['borrower_name', 'borrower'],
    ['payor_name', 'payor'],
    ['contact_email', 'email'],
    ['national_id', 'national id'],
    ['firstname', 'firstname'],
    ['lastName', 'name'],
    ['Nombre del Cliente', 'nombre'],
    ['PRIMER APELLIDO', 'apellido'],
    ['Razón Social', 'razon social'],
    ['Cliente', 'cliente'],
    ['Pagador', 'pagador'],
    ['Cliente final', 'cliente'],
    ['Customer', 'customer'],
    ['borrower', 'borrower'],
    ['Correo electrónico', 'correo'],
    ['e-mail', 'e mail'],
    ['eMail', 'e mail'],
    ['phone', 'phone'],
    ['Phone2', 'phone'],
    ['Teléfono', 'telefono'],
    ['TELEFONO_CELULAR', 'telefono'],
    ['home.address', 'address'],
    ['Dirección', 'direccion'],
    ['DUI', 'dui'],
    ['DUINumber', 'dui'],
    ['numero_nit', 'nit'],
    ['SSN', 'ssn'],
    ['tin', 'tin'],
    ['tax_id', 'tax id'],
    ['TaxID', 'tax id'],
    ['id_number', 'id number'],
    ['Documento de identidad', 'documento identidad'],
    ['pasaporte', 'pasaporte'],
    ['birth_date', 'birth'],
    ['Birth Year', 'birth'],
    ['dob', 'dob'],
    ['date-of-birth', 'birth'],
    ['Fecha de Nacimiento', 'nacimiento'],
    ['card number', 'card number'],
    ['Género', 'genero'],
  ])('is known by its words: %s', (column, word) => {
    expect(namesPerson(column)).toBe(word);
  });

  it.each([
    ...[
      'reporting_date',
      'rating',
      'marketing_spend',
      'operating_expense',
      'meeting',
      'dpd',
      'PAR_7_balance_usd',
    ],
    ...['campaign_name', 'adset_name', 'ad_name', 'file_name', 'Product Name', 'metricName', 'kpi_name'],
    ...['nombre_archivo', 'Nombre de la campaña', 'nombre del producto', 'campaña nombre'],
    ...[
      'customer_id',
      'Customer ID',
      'id_cliente',
      'tipo de cliente',
      'codigo_pagador',
      'payor_id',
      'borrower_income',
    ],
    ...['customer_segment', 'Client Type', 'new_customers', 'target_customers', 'clients', 'contact_id'],
    ...[
      'email_open_rate',
      'phone_count',
      'birth rate',
      'True Fee Tax Payment',
      'to_tax',
      'loan_id',
      'loan_id_raw',
    ],
    ...[
      'geography_city',
      'location_state_province',
      'username_hash',
      'dealname',
      'unit',
      'units',
      'definition',
    ],
    ...['Industry', 'headcount', 'outstanding_balance', 'True Rabates', 'subcategoria_linea', 'kam_id', ''],
  ])('is no other: %j', (column) => {
    expect(namesPerson(column)).toBeUndefined();
  });

  it('is known in any case and with any separator', () => {
    const word = fc.constantFrom('nombre', 'apellido', 'telefono', 'email', 'dui');
    const other = fc.constantFrom('uno', 'extra', 'zona');

    fc.assert(
      fc.property(
        other,
        word,
        fc.constantFrom('_', ' ', '-', '.', '/', ' - '),
        (first, second, separator) => {
          const column = `${first}${separator}${second}`;

          expect(namesPerson(column)).toBe(second);
          expect(namesPerson(column.toUpperCase())).toBe(second);
          expect(namesPerson(first + second.charAt(0).toUpperCase() + second.slice(1))).toBe(second);
        },
      ),
      RUNS,
    );
  });
});

function verdictOn(values: Iterable<string>): Verdict | undefined {
  const detector = valueDetector();
  for (const value of values) detector.see(value);
  return detector.verdict();
}

/** A hundred values that name nobody. */
const CODES = Array.from({ length: 100 }, (_, index) => `CLIAB${String(index).padStart(6, '0')}`);

describe('one value is enough', () => {
  it.each([
    ['email', 'ana.lopez@example.com'],
    ['email', 'Ana <ANA@Example.com.sv>'],
    ['email', 'escribir a ana@exámple.sv, por favor'],
    ['dui', '01234567-8'],
    ['dui', 'Juan Perez, DUI 01234567-8.'],
    ['dui', '01234567\u20138'],
    ['nit', '0614-010190-101-1'],
    ['nit', 'NIT: 0614-010190-101-1'],
    ['card', '4111 1111 1111 1111'],
    ['card', '4111-1111-1111-1111'],
    ['card', 'paid with 4111111111111111.'],
    ['card', '3782 822463 10005'],
    ['card', '378282246310005'],
    ['phone', '+503 7123-4567'],
    ['phone', '(+503) 2123 4567'],
    ['phone', 'call +50361234567 at noon'],
  ])('to find an %s: %s', (kind, value) => {
    expect(verdictOn([...CODES, value])).toEqual({ kind, hits: 1, seen: 101 });
  });
});

describe('what other numbers look like too', () => {
  it.each([
    ['phone', ['71234567', '61234568', '2212-3456', '7123 4569', '503 7123 4560']],
    ['phone', ['+1 (305) 555-0100', '+34 600 12 34 56', '+50255551234']],
    ['dui', ['012345678', ' 100000001', '020000004']],
  ])('is a %s when most of the values do: %j', (kind, values) => {
    expect(verdictOn(values)).toEqual({ kind, hits: values.length, seen: values.length });
    expect(verdictOn([...values, '', '  ', '\u00a0'])).toEqual({
      kind,
      hits: values.length,
      seen: values.length,
    });
    expect(verdictOn([...values, ...CODES.slice(0, values.length)])).toBeUndefined();
  });
});

describe('no personal data', () => {
  const random = seeded(20_251_210);
  const digits = (length: number): string => Array.from({ length }, () => Math.floor(random() * 10)).join('');
  const pad = (value: number, length: number): string => String(value).padStart(length, '0');
  const many = (make: (index: number) => string): string[] =>
    Array.from({ length: 5_000 }, (_, index) => make(index));
  const day = (index: number): Date => new Date(Date.UTC(2000, 0, 1 + index));

  it.each<[string, readonly string[]]>([
    ['ids of loans', many((i) => `ABF - DSB${pad(i, 4)}-${pad(i % 999, 3)}`)],
    ['ids of loans without a prefix', many((i) => `DSB${pad(i, 4)}-008`)],
    [
      'ids of customers',
      many((i) => [`CLI${pad(i, 4)}`, `CLIAB${pad(i, 6)}`, `PAGAB${pad(i, 6)}`][i % 3] ?? ''),
    ],
    ['money', many((i) => `${digits(1 + (i % 12))}.${digits(2)}`)],
    [
      'money with signs and separators',
      many((i) => `-$${1 + (i % 99)},${digits(3)},${digits(3)}.${digits(2)}`),
    ],
    ['whole amounts of eight digits', many(() => `${1 + Math.floor(random() * 9)}${digits(7)}`)],
    ['rates with many digits', many(() => `0.${digits(16)}`)],
    ['rates of four decimals', many((i) => `7${pad(i % 1000, 3)}.${digits(4)}`)],
    ['float residue', many(() => `5.${digits(16)}E-14`)],
    ['dates', many((i) => day(i).toISOString().slice(0, 10))],
    ['dates without hyphens', many((i) => day(i).toISOString().slice(0, 10).replaceAll('-', ''))],
    [
      'days and their batches',
      many((i) => `${day(i).toISOString().slice(0, 10).replaceAll('-', '')}-${i % 10}`),
    ],
    ['timestamps', many((i) => day(i).toISOString())],
    ['timestamps without separators', many((i) => day(i).toISOString().replaceAll(/\D/g, ''))],
    ['epoch milliseconds', many((i) => String(day(i).getTime()))],
    ['spans of years', many((i) => `${2000 + (i % 90)}-${2001 + (i % 90)}`)],
    ['UUIDs', many(() => `${digits(8)}-${digits(4)}-${digits(4)}-${digits(4)}-${digits(12)}`)],
    ['ids of campaigns', many((i) => `${1 + Math.floor(random() * 9)}${digits(14 + (i % 4))}`)],
    ['ids of campaigns of 16 digits that begin as cards do', many(() => `4${digits(15)}`)],
    ['numbers of nine digits', many(() => digits(9))],
    ['codes in the form of a DUI', many(() => `${digits(8)}-${digits(1)}`)],
    ['ranges', ['10K-25K', '0-0.5K', '>100K', '181-360 Days', '6000-7000', '<10K', '50K-100K', '5-10']],
    ['handles and rates at', ['@ana', 'me @ home', '5 @ 12.50', 'a@b', 'https://x.example/@ana.b']],
    ['places', ['San Salvador', 'Cuscatlán', 'Ahuachapán', 'Not Provided']],
    ['nothing', ['', ' ', '\t\n']],
  ])('are %s', (_, values) => {
    expect(verdictOn(values)).toBeUndefined();
  });
});

describe('a crowd', () => {
  it('of the same form without the check digit takes the weight from a hit', () => {
    expect(verdictOn(['01234567-8', '01234567-9'])?.kind).toBe('dui');
    expect(verdictOn(['01234567-8', '01234567-9', '01234567-0'])).toBeUndefined();
  });

  it('of several kinds is named for the one with the most values', () => {
    expect(verdictOn(['a@example.com', 'b@example.com', '01234567-8'])).toEqual({
      kind: 'email',
      hits: 2,
      seen: 3,
    });
  });
});

describe('the counts of parts of a file', () => {
  const cell = fc.constantFrom(
    ...['', 'ana@example.com', '01234567-8', '012345678', '01234567-9', '0614-010190-101-1'],
    ...['4111111111111111', '4111111111111112', '71234567', '+503 7123-4567', 'CLI0001', '12.50'],
  );

  it('add up to those of the whole, in any order and after a journey to another thread', () => {
    fc.assert(
      fc.property(fc.array(cell), fc.array(cell), (one, other) => {
        const [first, second, whole] = [valueDetector(), valueDetector(), valueDetector()];
        for (const value of one) first.see(value);
        for (const value of other) second.see(value);
        for (const value of [...one, ...other]) whole.see(value);

        const sum = addCounts(structuredClone(first.counts()), structuredClone(second.counts()));

        expect(sum).toEqual(whole.counts());
        expect(addCounts(second.counts(), first.counts())).toEqual(sum);
        expect(verdictOf(sum)).toEqual(whole.verdict());
      }),
      RUNS,
    );
  });

  it('stay what they were when more values come', () => {
    const detector = valueDetector();
    detector.see('ana@example.com');
    const before = detector.counts();

    detector.see('eva@example.com');

    expect(before).toMatchObject({ seen: 1, email: 1 });
    expect(detector.counts()).toMatchObject({ seen: 2, email: 2 });
  });

  it('never hold more hits than values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(cell, fc.string(), fc.stringMatching(/^[\d@. +()-]{0,30}$/))),
        (values) => {
          const detector = valueDetector();
          for (const value of values) detector.see(value);
          const counts = detector.counts();

          for (const count of Object.values(counts)) expect(count).toBeLessThanOrEqual(counts.seen);
          expect(counts.dui).toBeLessThanOrEqual(counts.duiForm);
          expect(counts.card).toBeLessThanOrEqual(counts.cardForm);
        },
      ),
      RUNS,
    );
  });
});

/** Numbers from 0 to 1, the same at every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
