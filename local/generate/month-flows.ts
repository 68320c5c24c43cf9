import { dayText } from './book-options.ts';
import { at, type LoanBook, maturityDay } from './loan-book.ts';

/** Principal, interest and fees of a month, in cents: what came in, and what fell due. */
export type MonthFlow = { collected: number; due: number };

/** By month (`2025-12`), up to the cut-off. */
export function monthFlows(book: LoanBook): ReadonlyMap<string, MonthFlow> {
  const flows = new Map<string, MonthFlow>();
  const flowOf = (day: number): MonthFlow => {
    const month = dayText(day).slice(0, 7);
    const flow = flows.get(month) ?? { collected: 0, due: 0 };
    flows.set(month, flow);
    return flow;
  };
  for (let loan = 0; loan < book.count; loan++) {
    if (maturityDay(book, loan) > book.asOfDay) continue;
    flowOf(maturityDay(book, loan)).due +=
      at(book.principal, loan) + at(book.interest, loan) + at(book.fees, loan);
  }
  const { day, principal, interest, fees } = book.payments;
  for (let i = 0; i < day.length; i++) {
    if (at(day, i) > book.asOfDay) continue;
    flowOf(at(day, i)).collected += at(principal, i) + at(interest, i) + at(fees, i);
  }
  return flows;
}
