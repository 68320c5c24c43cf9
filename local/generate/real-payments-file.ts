import { dayText } from './book-options.ts';
import { type CsvFile, type CsvLine, typed } from './csv-file.ts';
import { clientName, payerName } from './invented-names.ts';
import { at, bareLoanId, FRESHER_FEED_DAYS, type LoanBook, maturityDay } from './loan-book.ts';
import { vat } from './loan-terms.ts';
import { csvCell, plainMoney } from './money-cells.ts';
import { type Random, seededRandom } from './random.ts';
import { paymentsByDay } from './transactions-file.ts';

export const REAL_PAYMENTS_HEADER = [
  'Company',
  'Customer ID',
  'Cliente',
  'Pagador',
  'Loan ID',
  'True Payment Date',
  'True Devolution',
  'True Total Payment',
  'True Payment Currency',
  'True Principal Payment',
  'True Interest Payment',
  'True Fee Payment',
  'True Other Payment',
  'True Tax Payment',
  'True Fee Tax Payment',
  'True Rabates',
  'True Outstanding Loan Value',
  'True Payment Status',
] as const;

/** The last word tells the company: F for ABF, T for ABT. Both are invented. */
const COMPANY_NAMES = [
  'Sociedad de Ejemplo, S.A. de C.V. Factoraje',
  'Sociedad de Ejemplo, S.A. de C.V. Tecnología',
];

/** 7 of 19,375 rows in the real file belong to loans that the loan tape does not know yet. */
const UNKNOWN_LOANS = 7 / 17_688;
/** Below this a single such row would be more of the file than its contract tolerates. */
const FEWEST_LOANS_WITH_UNKNOWN = 250;

const MONEY = [
  'True Devolution',
  'True Total Payment',
  'True Principal Payment',
  'True Interest Payment',
  'True Fee Payment',
  'True Tax Payment',
  'True Fee Tax Payment',
  'True Rabates',
  'True Outstanding Loan Value',
];

/** Cash that really came in, newest first, ahead of the other files; the loan ids lack the company. */
export function realPaymentsFile(book: LoanBook): CsvFile {
  return {
    path: 'looker/historic_real_payments.csv',
    header: REAL_PAYMENTS_HEADER,
    money: MONEY,
    types: typed({ date: ['True Payment Date'], money: MONEY }),
    counts: ['orphans', 'rebates'],
    lineEnd: '\r\n',
    lines: realPaymentLines(book),
  };
}

function* realPaymentLines(book: LoanBook): Generator<CsvLine> {
  const random = seededRandom(book.options.seed, 'historic_real_payments.csv');
  const unknown = unknownLoanPayments(book, random);
  let next = 0;
  for (const payment of paymentsByDay(book).reverse()) {
    for (
      let facts = unknown[next];
      facts && facts.day > at(book.payments.day, payment);
      facts = unknown[++next]
    )
      yield realPaymentLine(book, facts, random);
    yield realPaymentLine(book, knownPayment(book, payment), random);
  }
  for (const facts of unknown.slice(next)) yield realPaymentLine(book, facts, random);
}

type Facts = {
  readonly company: number;
  readonly customer: number;
  readonly bareLoanId: string;
  readonly day: number;
  readonly principal: number;
  readonly interest: number;
  readonly fees: number;
  readonly tax: number;
  readonly outstanding: number;
  readonly status: string;
  /** The loan is in no other file. */
  readonly isOrphan?: true;
};

function knownPayment(book: LoanBook, payment: number): Facts {
  const { payments } = book;
  const loan = at(payments.loan, payment);
  let outstanding = at(book.principal, loan);
  for (let i = at(book.firstPayment, loan); i <= payment; i++) outstanding -= at(payments.principal, i);
  const day = at(payments.day, payment);
  const due = maturityDay(book, loan);
  const timing = day === due ? 'On Time' : day < due ? 'Prepayment' : 'Late';
  return {
    company: at(book.company, loan),
    customer: at(book.customer, loan),
    bareLoanId: bareLoanId(book, loan),
    day,
    principal: at(payments.principal, payment),
    interest: at(payments.interest, payment),
    fees: at(payments.fees, payment),
    tax: at(payments.tax, payment),
    outstanding,
    status: at(payments.isRebate, payment) === 1 ? 'Rebate Credit' : timing,
  };
}

/** Loans of ABT made after the cut-off and repaid within days; newest first. */
function unknownLoanPayments(book: LoanBook, random: Random): Facts[] {
  const isLarge = book.count >= FEWEST_LOANS_WITH_UNKNOWN;
  const count = isLarge ? Math.max(1, Math.round(book.count * UNKNOWN_LOANS)) : 0;
  const days = Array.from({ length: count }, () => book.asOfDay + random.int(9, FRESHER_FEED_DAYS));
  return days
    .sort((a, b) => b - a)
    .map((day, index) => {
      const line = String(book.lines[1] + 1 + index).padStart(book.lineDigits, '0');
      const principal = random.int(10_000, 900_000);
      const interest = Math.round(principal * 0.004);
      return {
        company: 1,
        customer: random.int(0, book.roster.ids.length - 1),
        bareLoanId: `DSB${line}-001`,
        day,
        principal,
        interest,
        fees: 0,
        tax: vat(interest),
        outstanding: 0,
        status: 'Prepayment',
        isOrphan: true,
      };
    });
}

function realPaymentLine(book: LoanBook, facts: Facts, random: Random): CsvLine {
  const { principal, interest, fees, tax } = facts;
  const isRebate = facts.status === 'Rebate Credit';
  // The payer settles the whole invoice; what exceeds the debt goes back to the client.
  const excess = random.chance(0.67) ? Math.round(principal * (0.05 + random.unit() * 0.25)) : 0;
  const devolution = isRebate ? 0 : excess;
  const slip = random.chance(0.136) ? random.pick([-2, -1, 1, 2]) : 0;
  const total = isRebate ? 0 : principal + interest + fees + tax + devolution + slip;
  const interestTax = fees === 0 ? tax : Math.min(tax, vat(interest));
  const rebate = isRebate ? principal : 0;
  const cells = [
    COMPANY_NAMES[facts.company] ?? '',
    book.roster.ids[facts.customer] ?? '',
    clientName(facts.customer),
    payerName(facts.customer, random),
    facts.bareLoanId,
    dayText(facts.day),
    plainMoney(devolution),
    plainMoney(total),
    'USD',
    plainMoney(principal),
    plainMoney(interest),
    plainMoney(fees),
    'null',
    plainMoney(interestTax),
    plainMoney(tax - interestTax),
    plainMoney(rebate),
    plainMoney(facts.outstanding),
    facts.status,
  ];
  const isMarked = facts.isOrphan === true || isRebate;
  return {
    text: cells.map(csvCell).join(','),
    ...(isMarked && { mark: { kind: isRebate ? 'rebate' : 'orphan' } }),
    cents: [
      devolution,
      total,
      principal,
      interest,
      fees,
      interestTax,
      tax - interestTax,
      rebate,
      facts.outstanding,
    ],
  };
}
