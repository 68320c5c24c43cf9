import { DatasetId } from '../domain/ids.ts';
import { day, measure, OPTIONAL, signedMoney, text } from './column-kinds.ts';
import type { Column, Contract, Expectation } from './contract.ts';

// Balance sheet and income of the company, as finance keeps them: a column for each figure, or a row for each.

const STATEMENTS: Pick<Contract, 'dataset' | 'version' | 'owner' | 'mode' | 'maxRejectedShare' | 'asOf'> = {
  dataset: DatasetId.parse('manual/financial_statements'),
  version: 1,
  owner: 'Chief financial officer',
  mode: 'evolve',
  // A row is a whole statement: one bad row is one too many.
  maxRejectedShare: '0',
  asOf: { kind: 'newest-event', column: 'reporting_date' },
};

const REPORTING_DATE: Column = day(
  'reporting_date',
  'Day that the statement stands for; without it the day comes with the drop or from the name of the file',
  { ...OPTIONAL, aliases: ['as_of_date', 'date', 'fecha', 'fecha_corte'], classification: 'internal' },
);

const FIGURES: readonly Column[] = [
  signedMoney('cash_balance_usd', 'Cash in hand and in bank', {
    ...OPTIONAL,
    aliases: ['cash_balance', 'cash_usd', 'cash', 'cash_on_hand', 'efectivo', 'caja'],
  }),
  signedMoney('total_assets_usd', 'Assets', {
    ...OPTIONAL,
    aliases: ['total_assets', 'assets_total', 'total_activos', 'activos_totales'],
  }),
  signedMoney('total_liabilities_usd', 'Liabilities', {
    ...OPTIONAL,
    aliases: ['total_liabilities', 'liabilities_total', 'total_pasivos', 'pasivos_totales'],
  }),
  signedMoney('net_worth_usd', 'Assets less liabilities', {
    ...OPTIONAL,
    aliases: ['net_worth', 'equity', 'total_equity', 'equity_total', 'patrimonio', 'patrimonio_total'],
  }),
  signedMoney('net_income_usd', 'Income less costs; a loss is below zero', {
    ...OPTIONAL,
    aliases: ['net_income', 'net_profit', 'utilidad_neta', 'utilidad', 'resultado_neto'],
  }),
  measure('runway_months', 'Months until the cash is used up', 'months', {
    ...OPTIONAL,
    aliases: ['runway', 'months_of_runway', 'meses_runway'],
  }),
  measure('debt_to_equity_ratio', 'Liabilities / net worth', 'ratio', {
    ...OPTIONAL,
    aliases: ['debt_equity_ratio', 'debt_to_equity', 'deuda_patrimonio'],
  }),
];

/** Wide: a row for each date. */
export const financialStatementsV1: Contract = {
  ...STATEMENTS,
  name: 'financial_statements',
  relation: 'manual_financial_statements',
  title: 'Financial statements, a column for each figure',
  grain: 'one row per date; a single row where there is no date',
  key: ['reporting_date'],
  columns: [REPORTING_DATE, ...FIGURES],
  needsOneOf: FIGURES.map(({ name }) => name),
  rules: [],
};

/** As the KPIs compare them: in any case, with or without accents. */
const KNOWN_FIGURES = FIGURES.flatMap(({ name, aliases = [] }) => [name, ...aliases]);

/** A date, a word and an amount are the columns of many a file: this one is of statements if it has a figure of theirs. */
const HAS_A_FIGURE: Expectation = {
  id: 'has-a-figure',
  kind: 'share',
  severity: 'block',
  about: 'Not every row is without a figure of financial statements',
  where: `trim(regexp_replace(lower(strip_accents(metric)), '[^a-z0-9]+', '_', 'g'), '_') NOT IN (${KNOWN_FIGURES.map((name) => `'${name}'`).join(', ')})`,
  // All but one of a million rows may be other accounts.
  maxShare: '0.999999',
};

/** Long: a row for each date and figure. */
export const financialStatementsLongV1: Contract = {
  ...STATEMENTS,
  name: 'financial_statements_long',
  relation: 'manual_financial_statements_long',
  title: 'Financial statements, a row for each figure',
  grain: 'one row per date and figure',
  key: ['reporting_date', 'metric'],
  columns: [
    REPORTING_DATE,
    text('metric', 'Which figure, by any of the names that its column has in the wide shape', {
      aliases: ['account', 'line_item', 'concept', 'concepto', 'cuenta', 'name'],
      classification: 'confidential',
    }),
    measure('value', 'The figure', 'as the metric says', {
      aliases: ['amount', 'balance', 'saldo', 'total', 'monto', 'usd'],
    }),
  ],
  rules: [],
  expectations: [HAS_A_FIGURE],
};
