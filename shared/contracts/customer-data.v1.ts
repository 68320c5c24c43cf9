import { DatasetId } from '../domain/ids.ts';
import { id, OPTIONAL, personal, text } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { knownCustomerIds, STEADY_VOLUME } from './expectation-kinds.ts';

/** `Abaco-Loan-Tape_Customer-Data`: the only source of segments and lines. */
export const customerDataV1: Contract = {
  dataset: DatasetId.parse('looker/customer_data'),
  name: 'customer_data',
  version: 1,
  relation: 'looker_customer_data',
  title: 'Customer data with segments',
  grain: 'one row per customer; of several the first counts',
  owner: 'Head of sales',
  mode: 'evolve',
  maxRejectedShare: '0.01',
  key: ['customer_id'],
  repeatedKeys: 'keep-first',
  asOf: { kind: 'always' },
  columns: [
    id('customer_id', 'Customer: `CLI0001`', { aliases: ['client_id', 'id_cliente', 'supplier_id'] }),
    text('client_type', 'New, recurrent or reactivated', { nullable: true, aliases: ['customer_type'] }),
    personal('income', 'Yearly income', 'trait', OPTIONAL),
    text('income_currency', 'Currency of the income', OPTIONAL),
    personal('gender', 'Gender', 'trait', OPTIONAL),
    personal('birth_year', 'Year of birth', 'trait', OPTIONAL),
    text('sales_channel', 'Channel that brought the customer', { nullable: true }),
    personal('number_of_dependents', 'Number of dependents', 'trait', OPTIONAL),
    personal('location_city', 'City', 'trait', OPTIONAL),
    id('location_state_province', 'State; `Not Provided` is a value of its own', { nullable: true }),
    text('location_country', 'Country', { nullable: true }),
    text('segment', 'Segment: `Nimal`, `Gob`, `OC`, `Top`', { nullable: true }),
    text('subcategoria_linea', 'Line of credit, or its band', { nullable: true }),
    id('kam_id', 'Account manager', { nullable: true }),
    text('industry', 'Industry', { nullable: true }),
  ],
  rules: [],
  expectations: [knownCustomerIds('customer_id'), ...STEADY_VOLUME],
};
