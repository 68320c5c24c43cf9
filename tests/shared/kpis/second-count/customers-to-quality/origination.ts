import { type Counter, customersOf, lentIn, lentUpTo, number, sum, usd } from './count.ts';

// What was lent: since the beginning, and in the month.

export const ORIGINATION_COUNTS: Readonly<Record<string, Counter>> = {
  'port.loan_count': (book, { asOf }) => ({ numerator: number(lentUpTo(book, asOf).length) }),
  'port.total_volume': (book, { asOf }) => ({
    numerator: usd(sum(lentUpTo(book, asOf), ({ principal }) => principal)),
  }),
  'port.customers': (book, { asOf }) => ({ numerator: number(customersOf(lentUpTo(book, asOf)).size) }),
  'port.average_ticket': (book, month) => {
    const lent = lentIn(book, month);
    return { numerator: usd(sum(lent, ({ principal }) => principal)), denominator: number(lent.length) };
  },
};
