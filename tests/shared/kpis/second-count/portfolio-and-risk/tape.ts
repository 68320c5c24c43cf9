import {
  add,
  divide,
  multiply,
  type Rational,
  rational,
  subtract,
} from '../../../../../shared/domain/rational.ts';
import type { Tape } from './loan-book-rows.ts';
import { ratio, usd } from './scope.ts';

// What the aggregate tape tells, on its own dates: what only the tape knows, and what the tape stands in for where the
// book has nothing else.

export type CountOfTape = (tape: Tape) => Rational | undefined;

export const COUNTS_OF_TAPE_ALONE: Readonly<Record<string, CountOfTape>> = {
  'risk.cash_cover': ({ cash, eligible }) => ratio(cash, eligible, 100n),
  'cov.surplus': ({ surplus }) => usd(surplus),
  'cov.collateralisation': (tape) => {
    const base = borrowingBase(tape);
    const share = divide(base, subtract(base, usd(tape.surplus)));
    return share && multiply(share, rational('100'));
  },
};

export const COUNTS_OF_TAPE: Readonly<Record<string, CountOfTape>> = {
  ...COUNTS_OF_TAPE_ALONE,
  'cov.eligible_receivables': ({ eligible }) => usd(eligible),
  'cov.discounted_balance': ({ discounted }) => usd(discounted),
  'cov.borrowing_base': borrowingBase,
  'cov.default_ratio_30': ({ from30, receivable }) => ratio(from30, receivable, 100n),
  'risk.npl_90': ({ from90, receivable }) => ratio(from90, receivable, 100n),
  'risk.exposure': ({ receivable }) => usd(receivable),
  'risk.bucket_0_7': ({ receivable, from7 }) => usd(receivable - from7),
  'risk.bucket_7_30': ({ from7, from30 }) => usd(from7 - from30),
  'risk.bucket_30_60': ({ from30, from60 }) => usd(from30 - from60),
  'risk.bucket_60_90': ({ from60, from90 }) => usd(from60 - from90),
  'risk.bucket_90_plus': ({ from90 }) => usd(from90),
};

function borrowingBase({ discounted, cash }: Tape): Rational {
  return add(multiply(usd(discounted), rational('0.769231')), usd(cash));
}
