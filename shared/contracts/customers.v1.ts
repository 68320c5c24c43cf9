import { DatasetId } from '../domain/ids.ts';
import { id, OPTIONAL, personal, text } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { knownCustomerIds, STEADY_VOLUME } from './expectation-kinds.ts';

/** Who the customers are, as far as the book needs it. What describes a person is masked. */
export const customersV1: Contract = {
  dataset: DatasetId.parse('looker/customers'),
  name: 'customers',
  version: 1,
  relation: 'looker_customers',
  title: 'Customers',
  grain: 'one row per customer',
  owner: 'Head of sales',
  mode: 'evolve',
  maxRejectedShare: '0.01',
  key: ['customer_id'],
  asOf: { kind: 'always' },
  columns: [
    id('customer_id', 'Customer: `CLI0001`', { aliases: ['client_id', 'id_cliente', 'supplier_id'] }),
    text('customer_type', 'New, recurrent or reactivated', OPTIONAL),
    personal('gender', 'Gender', 'trait', OPTIONAL),
    personal('birth_date', 'Day of birth', 'trait', OPTIONAL),
    text('channel_type', 'Channel that brought the customer', OPTIONAL),
    personal('income', 'Yearly income', 'trait', OPTIONAL),
    personal('dependents', 'Number of dependents', 'trait', OPTIONAL),
    text('currency', 'Currency of the income', { allowedValues: ['USD'], onUnknownValue: 'warn' }),
    personal('geography_city', 'City', 'trait', OPTIONAL),
    id('geography_state', 'State; `Not Provided` is a value of its own', { nullable: true }),
    text('geography_country', 'Country', { allowedValues: ['SLV'], onUnknownValue: 'warn' }),
  ],
  rules: [],
  expectations: [knownCustomerIds('customer_id'), ...STEADY_VOLUME],
};
