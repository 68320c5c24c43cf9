import type { Conduct } from './conduct.ts';
import { vat } from './loan-terms.ts';
import type { Random } from './random.ts';

/** Cents and days since 1970-01-01. */
export type Payment = {
  readonly day: number;
  readonly principal: number;
  readonly interest: number;
  readonly fees: number;
  readonly tax: number;
  readonly isRebate: boolean;
};

export type LoanTerms = {
  readonly disburseDay: number;
  readonly term: number;
  readonly principal: number;
  readonly interest: number;
  readonly fees: number;
  readonly tax: number;
};

/** The payments of a loan over its whole life, in order of date, one a day at most. */
export function planPayments(loan: LoanTerms, conduct: Conduct, random: Random): Payment[] {
  const due = loan.disburseDay + loan.term;
  switch (conduct) {
    case 'ordinary':
      return planOrdinary(loan, random);
    case 'slow':
      return [payLate(loan, due + random.int(30, 170))];
    case 'recovered':
      return [payLate(loan, due + random.int(185, 400))];
    case 'settled':
      return [settle(loan, due + random.int(190, 260), random)];
    case 'lost':
      return planLoss(loan, due, random);
    case 'late-30':
    case 'late-90':
      return [];
  }
}

/** About a third on the day, a third before it, the rest one to 29 days after it. */
function planOrdinary(loan: LoanTerms, random: Random): Payment[] {
  const due = loan.disburseDay + loan.term;
  const mood = random.unit();
  if (mood < 0.36) return payInFull(loan, due, random);
  if (mood < 0.71) return prepay(loan, random);
  const daysLate = 1 + Math.min(28, Math.floor(-6 * Math.log(1 - random.unit())));
  return payInFull(loan, due + daysLate, random);
}

function payInFull(loan: LoanTerms, day: number, random: Random): Payment[] {
  // A cent or two stay open now and then: rounding between two systems, not arrears.
  const residue = random.chance(0.0035) ? random.int(1, 2) : 0;
  const instalment = random.chance(0.04) ? Math.floor(loan.principal * (0.1 + random.unit() * 0.7)) : 0;
  const last = {
    day,
    principal: loan.principal - instalment - residue,
    interest: loan.interest,
    fees: loan.fees,
    tax: loan.tax,
    isRebate: false,
  };
  const earlier = random.int(loan.disburseDay + 1, Math.max(loan.disburseDay + 1, day - 1));
  if (instalment === 0 || earlier >= day) return [{ ...last, principal: loan.principal - residue }];
  return [{ day: earlier, principal: instalment, interest: 0, fees: 0, tax: 0, isRebate: false }, last];
}

/** Early, and for one in seven the interest not used comes back as principal a day later. */
function prepay(loan: LoanTerms, random: Random): Payment[] {
  const daysEarly = random.int(1, 30);
  const day = loan.disburseDay + Math.max(1, loan.term - daysEarly);
  const daysUnused = loan.disburseDay + loan.term - day;
  const interestBack = Math.floor((loan.interest * daysUnused) / loan.term);
  const rebate = interestBack + vat(interestBack);
  const isRebated = random.chance(0.16) && daysUnused >= 2 && interestBack > 0 && rebate < loan.principal;
  if (!isRebated) return payInFull(loan, day, random);
  const { interest, fees, tax } = loan;
  return [
    { day, principal: loan.principal - rebate, interest, fees, tax, isRebate: false },
    {
      day: day + 1,
      principal: rebate,
      interest: -interestBack,
      fees: 0,
      tax: interestBack - rebate,
      isRebate: true,
    },
  ];
}

/** All of it, with interest for the days of delay. */
function payLate(loan: LoanTerms, day: number): Payment {
  const daysLate = day - loan.disburseDay - loan.term;
  const extra = Math.round((loan.interest * daysLate) / loan.term);
  const tax = loan.tax + vat(extra);
  const { principal, fees } = loan;
  return { day, principal, interest: loan.interest + extra, fees, tax, isRebate: false };
}

/**
 * The cash that was due in total, but booked to interest first: 3 to 20 % of the principal stays open while the
 * borrower has paid as much as was scheduled, and so is current.
 */
function settle(loan: LoanTerms, day: number, random: Random): Payment {
  const open = Math.ceil(loan.principal * (0.03 + random.unit() * 0.17));
  const interest = loan.interest + open + random.int(0, 500);
  return {
    day,
    principal: loan.principal - open,
    interest,
    fees: loan.fees,
    tax: loan.tax,
    isRebate: false,
  };
}

/** Nothing, or a part before the write-off, or a recovery after it; never enough. */
function planLoss(loan: LoanTerms, due: number, random: Random): Payment[] {
  const payments: Payment[] = [];
  const partOf = (cents: number, least: number, most: number): number =>
    Math.floor(cents * (least + random.unit() * (most - least)));
  const principalOnly = { interest: 0, fees: 0, tax: 0, isRebate: false };
  let open = loan.principal;
  if (random.chance(0.3)) {
    const principal = partOf(open, 0.1, 0.6);
    payments.push({ day: due + random.int(5, 170), principal, ...principalOnly });
    open -= principal;
  }
  if (random.chance(0.3)) {
    payments.push({ day: due + random.int(182, 400), principal: partOf(open, 0.05, 0.4), ...principalOnly });
  }
  return payments.filter((payment) => payment.principal > 0);
}
