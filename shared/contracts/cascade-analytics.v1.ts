import { DatasetId } from '../domain/ids.ts';
import { day, measure, money, OPTIONAL, signedMoney, text, wholeNumber } from './column-kinds.ts';
import type { Column, Contract, Expectation } from './contract.ts';
import { freshWithin } from './expectation-kinds.ts';
import { NEWEST_PAR_OUTSTANDING } from './outstanding-sums.ts';

// The JSON reader flattens the document to dotted names; each is the alias of a canonical one. Lists come
// as text, and whole branches that the product does not read such as the cash-flow simulation are
// left alone.

const LONGEST_LIST = 100_000;

/** A figure that Cascade reports and the product shows or compares but computes for itself. */
const reported = (branch: string, name: string, description: string, unit: string): Column =>
  measure(name, description, unit, { ...OPTIONAL, aliases: [`${branch}.${name}`] });

/** A part of the whole, in percent. */
const reportedShare = (branch: string, name: string, description: string): Column =>
  measure(name, description, 'percent', {
    ...OPTIONAL,
    aliases: [`${branch}.${name}`],
    min: '0',
    max: '100',
  });

const reportedMoney = (branch: string, name: string, description: string): Column =>
  signedMoney(name, description, { ...OPTIONAL, aliases: [`${branch}.${name}`] });

const words = (branch: string, name: string, description: string): Column =>
  text(name, description, { ...OPTIONAL, aliases: [`${branch}.${name}`], classification: 'confidential' });

const list = (branch: string, name: string, description: string): Column => ({
  ...words(branch, name, description),
  maxCharacters: LONGEST_LIST,
});

const GROWTH = ['volume', 'clients', 'balance'].flatMap((what) =>
  [
    ['mom', 'month'],
    ['qoq', 'quarter'],
    ['yoy', 'year'],
  ].map(([suffix, period]) =>
    reported(
      'traction.growth_metrics',
      `${what}_${suffix}`,
      `Growth of ${what} over a ${period} as Cascade reports it`,
      'percent',
    ),
  ),
);

/** What Cascade says of the whole book against the files that came of it: rows that got lost on the way show here. */
const COMPLETE: readonly Expectation[] = [
  {
    id: 'loans-are-complete',
    kind: 'reconciles',
    severity: 'warn',
    about: 'There are as many loans in the loan file as Cascade has',
    here: 'max_by(total_loans, data_as_of)',
    with: { dataset: DatasetId.parse('looker/loans'), relation: 'looker_loans', sum: 'count(*)' },
    sameDay: true,
    within: '0',
  },
  {
    id: 'disbursed-is-complete',
    kind: 'reconciles',
    severity: 'warn',
    about: 'The loan file has disbursed in all what Cascade has',
    here: 'max_by(total_volume_usd, data_as_of)',
    with: {
      dataset: DatasetId.parse('looker/loans'),
      relation: 'looker_loans',
      sum: 'coalesce(sum(disburse_principal), 0)',
    },
    sameDay: true,
    within: '1.00',
  },
  {
    id: 'outstanding-is-complete',
    kind: 'reconciles',
    severity: 'warn',
    about: 'The newest PAR snapshot has outstanding what Cascade has',
    here: 'max_by(outstanding_balance_usd, data_as_of)',
    with: {
      dataset: DatasetId.parse('looker/loan_par_balances'),
      relation: 'looker_loan_par_balances',
      sum: NEWEST_PAR_OUTSTANDING,
    },
    sameDay: true,
    // PAR leaves balances under 1 % of the principal out.
    within: '50.00',
  },
];

/** Everything that Cascade says about the book at one moment, in a single record. */
export const cascadeAnalyticsV1: Contract = {
  dataset: DatasetId.parse('cascade/analytics'),
  name: 'cascade_analytics',
  version: 1,
  relation: 'cascade_analytics',
  title: 'Cascade analytics export',
  grain: 'one record per as-of date',
  owner: 'Chief financial officer',
  mode: 'evolve',
  maxRejectedShare: '0',
  key: ['data_as_of'],
  asOf: { kind: 'newest', column: 'data_as_of' },
  columns: [
    day('data_as_of', 'Day that the figures stand for', {
      aliases: ['metadata.data_as_of'],
      classification: 'internal',
    }),
    words('metadata', 'extraction_date', 'Moment of the export'),
    words('metadata', 'last_updated', 'Moment of the last change in Cascade'),
    words('metadata', 'partner_id', 'Portfolio in Cascade'),
    text('currency', 'Currency of the amounts', {
      ...OPTIONAL,
      aliases: ['metadata.currency'],
      allowedValues: ['USD'],
      onUnknownValue: 'reject',
    }),
    wholeNumber('total_customers', 'Customers ever', {
      unit: 'customers',
      aliases: ['traction.total_customers'],
      min: '0',
    }),
    wholeNumber('total_loans', 'Loans ever', {
      unit: 'loans',
      aliases: ['traction.total_loans'],
      min: '0',
    }),
    money('total_volume_usd', 'Principal ever disbursed', { aliases: ['traction.total_volume_usd'] }),
    reported('traction', 'monthly_active_clients_latest', 'Clients active in the latest month', 'clients'),
    money('outstanding_balance_usd', 'Principal outstanding', {
      aliases: ['traction.outstanding_balance_usd'],
    }),
    ...GROWTH,
    reportedShare('delinquency', 'par90_latest', 'PAR 90 as Cascade reports it'),
    reportedShare('delinquency', 'par7_latest', 'PAR 7 as Cascade reports it'),
    reportedMoney(
      'delinquency',
      'portfolio_at_risk_30dpd',
      'Balance at risk as labelled by Cascade; an export had the PAR 7 balance here, so it is shown and never used',
    ),
    reportedMoney('delinquency', 'total_balance', 'Balance that delinquency is measured on'),
    list('delinquency', 'par_metrics', 'Other figures on delinquency'),
    reported(
      'collections',
      'collection_rate_latest',
      'Collected / scheduled in the latest month; above 100 is legitimate',
      'percent',
    ),
    reportedMoney('collections', 'total_payments_received_latest', 'Collected in the latest month'),
    reportedMoney('collections', 'total_payments_scheduled_latest', 'Scheduled in the latest month'),
    list('collections', 'collection_metrics', 'Other figures on collections'),
    reportedShare('curves', 'cdr_latest', 'Conditional default rate'),
    reportedMoney('curves', 'written_off_amount', 'Written off in the latest month'),
    reportedMoney('curves', 'starting_balance', 'Balance at the start of the latest month'),
    reported('curves', 'liquidation_rate', 'Liquidation rate', 'percent'),
    reported('characteristics', 'average_apr', 'Average yearly rate', 'percent'),
    reportedMoney('characteristics', 'average_loan_size_usd', 'Average loan'),
    list('characteristics', 'interest_rate_distribution', 'Loans by band of rate'),
    reportedMoney('financials.balance_sheet', 'total_assets_usd', 'Assets'),
    reportedMoney('financials.balance_sheet', 'total_liabilities_usd', 'Liabilities'),
    reportedMoney('financials.balance_sheet', 'equity_usd', 'Equity'),
    reportedMoney('financials.balance_sheet', 'cash_balance_usd', 'Cash'),
    reportedMoney('financials.balance_sheet', 'net_worth_usd', 'Net worth'),
    reportedMoney('financials.income_statement', 'net_income_usd', 'Net income'),
    reported('financials.income_statement', 'runway_months', 'Months until the cash is used up', 'months'),
    reported('financials.income_statement', 'debt_to_equity_ratio', 'Liabilities / net worth', 'ratio'),
    words('data_quality', 'loan_tape_as_of', 'As-of date of the loan tape behind the figures'),
    reported('data_quality', 'data_freshness_hours', 'Age of the data as Cascade reports it', 'hours'),
    words('data_quality', 'validation_status', 'Verdict of Cascade on its own data'),
    reportedShare('data_quality', 'data_completeness_pct', 'Completeness as Cascade reports it'),
  ],
  rules: [],
  expectations: [...COMPLETE, freshWithin(7)],
};
