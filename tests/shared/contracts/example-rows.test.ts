import { describe, expect, it } from '@jest/globals';
import { cascadeAnalyticsV1 } from '../../../shared/contracts/cascade-analytics.v1.ts';
import { collateralV1 } from '../../../shared/contracts/collateral.v1.ts';
import type { Contract } from '../../../shared/contracts/contract.ts';
import { customerDataV1 } from '../../../shared/contracts/customer-data.v1.ts';
import { customersV1 } from '../../../shared/contracts/customers.v1.ts';
import {
  financialStatementsLongV1,
  financialStatementsV1,
} from '../../../shared/contracts/financial-statements.v1.ts';
import { headcountV1 } from '../../../shared/contracts/headcount.v1.ts';
import { hubspotCompaniesV1 } from '../../../shared/contracts/hubspot-companies.v1.ts';
import { hubspotContactsV1 } from '../../../shared/contracts/hubspot-contacts.v1.ts';
import { hubspotDealsV1 } from '../../../shared/contracts/hubspot-deals.v1.ts';
import { hubspotListsV1 } from '../../../shared/contracts/hubspot-lists.v1.ts';
import { loanDataV1 } from '../../../shared/contracts/loan-data.v1.ts';
import { loanTapeLoansV1 } from '../../../shared/contracts/loan-tape.v1.ts';
import { marketingSpendV1 } from '../../../shared/contracts/marketing-spend.v1.ts';
import { matchHeader } from '../../../shared/contracts/match-header.ts';
import { metaInsightsV1 } from '../../../shared/contracts/meta-insights.v1.ts';
import { payorMapV1 } from '../../../shared/contracts/payor-map.v1.ts';
import { riskParametersV1 } from '../../../shared/contracts/risk-parameters.v1.ts';
import type { RawRow } from '../../../shared/contracts/row-schema.ts';
import { schedulesV1 } from '../../../shared/contracts/schedules.v1.ts';
import { targetsV1 } from '../../../shared/contracts/targets.v1.ts';
import { transactionsV1 } from '../../../shared/contracts/transactions.v1.ts';
import { verdictOn } from './example-verdict.ts';

// Rows of the contracts that need no file of their own: the example row with one thing changed, and the verdict.

type Case = readonly [what: string, change: RawRow, verdict?: string];

const CASES: readonly (readonly [Contract, readonly Case[]])[] = [
  [
    schedulesV1,
    [
      ['a loan with another entity', { loan_id: 'ABT - PC0007-012' }],
      ['float noise', { interest: '0.00999999999839929' }, 'notice excess-scale interest'],
      ['a negative instalment', { principal: '-0.01' }, 'error negative-balance principal'],
      ['no fees', { fees: '' }, 'error missing-value fees'],
      ['no due date', { date_due: 'null' }, 'error missing-value date_due'],
      ['another currency', { currency: 'SVC' }, 'error unknown-value currency'],
    ],
  ],
  [
    transactionsV1,
    [
      ['a rebate credit', { principal: '113', interest: '-100', to_tax: '-13', fees: '0' }],
      ['a disbursement', { transaction_type: 'DISBURSEMENT', interest: '0', fees: '0', to_tax: '0' }],
      ['a residue next to nothing', { principal: '5.6843418860808015E-14' }, 'notice excess-scale principal'],
      ['negative principal', { principal: '-113' }, 'error negative-balance principal'],
      ['negative fees', { fees: '-5' }, 'error negative-balance fees'],
      ['a third kind', { transaction_type: 'REVERSAL' }, 'error unknown-value transaction_type'],
      ['no day', { date_paid: '' }, 'error missing-value date_paid'],
    ],
  ],
  [
    customersV1,
    [
      [
        'everything personal filled in',
        { gender: 'F', birth_date: '1980-02-03', income: '1200', dependents: '2' },
      ],
      ['everything personal absent', { income: undefined, dependents: undefined, geography_city: undefined }],
      ['a state that nobody provided', { geography_state: 'Not Provided' }],
      ['another country', { geography_country: 'GTM' }, 'warning unknown-value geography_country'],
      ['no id', { customer_id: '' }, 'error missing-value customer_id'],
    ],
  ],
  [
    loanDataV1,
    [
      ['no fee', { origination_fee: '', origination_fee_taxes: '' }],
      ['a status that is new', { loan_status: 'Closed' }, 'warning unknown-value loan_status'],
      ['a rate in points', { interest_rate_apr: '36' }, 'error out-of-range interest_rate_apr'],
      ['negative days', { days_past_due: '-1' }, 'error out-of-range days_past_due'],
      ['no amount', { disbursement_amount: '' }, 'error missing-value disbursement_amount'],
    ],
  ],
  [
    customerDataV1,
    [
      ['no segment', { segment: '', subcategoria_linea: 'na' }],
      ['a whole date for the year', { birth_year: '1980-01-01' }],
      ['no id', { customer_id: 'nan' }, 'error missing-value customer_id'],
    ],
  ],
  [
    collateralV1,
    [
      ['no appraisal', { appraisal_value: '', appraisal_date: '' }],
      ['a negative value', { purchase_value: '(1.00)' }, 'error negative-balance purchase_value'],
      ['no id', { collateral_id: '' }, 'error missing-value collateral_id'],
    ],
  ],
  [
    loanTapeLoansV1,
    [
      ['no payment so far', { last_payment_date: '', total_collections_30_days: '' }],
      ['a balance two cents above the principal', { current_balance: '1000.02' }],
      [
        'a balance three cents above the principal',
        { current_balance: '1000.03' },
        'error balance-above-principal current_balance',
      ],
      ['a negative balance', { current_balance: '-1' }, 'error negative-balance current_balance'],
    ],
  ],
  [
    cascadeAnalyticsV1,
    [
      ['a loss and shrinkage', { net_income_usd: '-1.00', balance_yoy: '-12.5' }],
      ['a collection rate above 100', { collection_rate_latest: '140' }],
      ['a long distribution', { interest_rate_distribution: `[${'1,'.repeat(10_000)}1]` }],
      ['a day with midnight', { data_as_of: '2025-12-02T00:00:00Z' }],
      ['no day', { data_as_of: 'null' }, 'error missing-value data_as_of'],
      ['another currency', { currency: 'EUR' }, 'error unknown-value currency'],
      ['no balance', { outstanding_balance_usd: '' }, 'error missing-value outstanding_balance_usd'],
    ],
  ],
  [
    financialStatementsV1,
    [
      [
        'accounting brackets and dollar signs',
        { net_income_usd: '($1,500.25)', total_assets_usd: '$900,000.00' },
      ],
      ['no date', { reporting_date: undefined }],
      ['one figure only', { total_assets_usd: '', total_liabilities_usd: '', net_worth_usd: '' }],
      ['a net worth below zero', { net_worth_usd: '-1' }],
      ['words for a figure', { cash_balance_usd: 'see note' }, 'error text-in-number cash_balance_usd'],
    ],
  ],
  [
    financialStatementsLongV1,
    [
      ['a metric that nobody knows', { metric: 'Gastos varios' }],
      ['no metric', { metric: '' }, 'error missing-value metric'],
      ['no value', { value: '' }, 'error missing-value value'],
    ],
  ],
  [
    metaInsightsV1,
    [
      ['figures left out', { impressions: undefined, clicks: undefined, spend: undefined }],
      ['many actions', { actions: `[${'{"action_type":"lead","value":"3"},'.repeat(200)}{}]` }],
      ['half a click', { clicks: '1.5' }, 'error text-in-number clicks'],
      ['more impressions than fit', { impressions: '2147483648' }, 'error out-of-range impressions'],
      ['negative spend', { spend: '-1' }, 'error negative-balance spend'],
      ['no campaign', { campaign_id: '' }, 'error missing-value campaign_id'],
    ],
  ],
  [
    hubspotContactsV1,
    [
      [
        'nothing but an id',
        { email: '', firstname: '', lastname: '', phone: '', company: '', createdate: '' },
      ],
      ['no id', { id: '' }, 'error missing-value id'],
    ],
  ],
  [
    hubspotCompaniesV1,
    [
      ['no name', { name: '' }],
      ['no id', { id: 'null' }, 'error missing-value id'],
    ],
  ],
  [
    hubspotDealsV1,
    [
      ['no amount so far', { amount: '' }],
      ['an amount in words', { amount: 'tbd' }, 'error text-in-number amount'],
    ],
  ],
  [
    hubspotListsV1,
    [
      ['no size', { size: undefined }],
      ['a kind that is new', { processing_type: 'LIVE' }, 'warning unknown-value processing_type'],
      ['a negative size', { size: '-1' }, 'error out-of-range size'],
    ],
  ],
  [
    targetsV1,
    [
      ['a type that is new', { customer_type: 'Lost' }, 'warning unknown-value customer_type'],
      ['a month without a day', { year_month: '2025-12' }, 'error impossible-date year_month'],
      ['a negative target', { target_disbursement: '-1' }, 'error out-of-range target_disbursement'],
    ],
  ],
  [
    marketingSpendV1,
    [
      ['no account manager', { kam_id: '' }],
      ['a channel that is new', { channel: 'Radio' }, 'warning unknown-value channel'],
      ['negative spend', { spend: '-1' }, 'error out-of-range spend'],
    ],
  ],
  [
    headcountV1,
    [
      ['no team', { team: '' }],
      ['half a person', { fte_count: '4.5' }, 'error text-in-number fte_count'],
    ],
  ],
  [
    payorMapV1,
    [
      ['no name', { payor_name: '' }],
      ['no first day', { effective_date: '' }, 'error missing-value effective_date'],
    ],
  ],
  [
    riskParametersV1,
    [
      ['a certain loss', { pd: '1', lgd: '1' }],
      ['percent for a fraction', { pd: '3.5' }, 'error out-of-range pd'],
      ['a segment that is new', { segment: 'CCF' }, 'warning unknown-value segment'],
    ],
  ],
];

describe.each(CASES.map(([contract, cases]) => [contract.name, contract, cases] as const))(
  'a row of %s',
  (_, contract, cases) => {
    it.each(cases.map(([what, change, verdict]) => [what, verdict ?? 'nothing', change, verdict] as const))(
      'with %s gets: %s',
      (_what, _said, change, verdict) => {
        expect(verdictOn(contract)(change)).toEqual(verdict === undefined ? [] : [verdict]);
      },
    );
  },
);

describe('the headers of the exports', () => {
  it.each<[string, Contract, string]>([
    [
      'loan data',
      loanDataV1,
      'Loan ID,Customer ID,Product Type,Disbursement Date,Disbursement Amount,Origination Fee,Origination Fee Taxes,Loan Currency,Interest Rate APR,Term,Term Unit,Payment Frequency,Days in Default,Outstanding Loan Value,Loan Status',
    ],
    [
      'customer data',
      customerDataV1,
      'Customer ID,Client Type,Income,Income Currency,Gender,Birth Year,Sales Channel,Number of Dependents,Location City,Location State Province,Location Country,segment,subcategoria_linea,kam_id,Industry',
    ],
    [
      'collateral',
      collateralV1,
      'loan_id,collateral_id,asset_type,purchase_value,appraisal_value,purchase_date,appraisal_date,currency',
    ],
    [
      'analytics',
      cascadeAnalyticsV1,
      'metadata.data_as_of,metadata.currency,traction.total_customers,traction.total_loans,traction.total_volume_usd,traction.outstanding_balance_usd,traction.growth_metrics.volume_mom,delinquency.portfolio_at_risk_30dpd,financials.balance_sheet.net_worth_usd,financials.income_statement.runway_months,data_quality.data_completeness_pct',
    ],
    [
      'exported contacts',
      hubspotContactsV1,
      'Record ID,First Name,Last Name,Email,Phone Number,Company Name,Create Date',
    ],
  ])('of %s are known as they are', (_, contract, header) => {
    expect(matchHeader(contract, header.split(','))).toMatchObject({
      missing: [],
      unexpected: [],
      duplicated: [],
    });
  });

  it('keep branches of the analytics that nobody reads out', () => {
    const header = ['metadata.data_as_of', 'cashflow_simulation.cdr_multiplier'];

    expect(matchHeader(cascadeAnalyticsV1, header).unexpected).toEqual([
      'cashflow_simulation.cdr_multiplier',
    ]);
  });
});

describe('rows under one key', () => {
  it('are disbursements that add up where a loan may have several', () => {
    expect(loanDataV1.key).toEqual([]);
  });

  it('are told apart by the first where customers come several times', () => {
    expect(customerDataV1).toMatchObject({ key: ['customer_id'], repeatedKeys: 'keep-first' });
  });
});
