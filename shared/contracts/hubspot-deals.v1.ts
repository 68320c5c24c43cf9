import { OPTIONAL, signedMoney } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { hubspotContract, namesOf, personalProperty, property, RECORD_ID } from './hubspot-fields.ts';

/** Business that sales works on. Deals are mostly named after the customer, so their names are masked. */
export const hubspotDealsV1: Contract = hubspotContract('deals', {
  title: 'HubSpot deals',
  grain: 'one row per deal',
  key: ['id'],
  columns: [
    RECORD_ID,
    personalProperty('dealname', 'Name of the deal', 'name', { aliases: ['deal_name'] }),
    property('dealstage', 'Stage', { aliases: ['deal_stage'] }),
    signedMoney('amount', 'Amount of the deal', { nullable: true, aliases: namesOf('amount', {}) }),
    property('closedate', 'Moment of closing, UTC; expected or real', { aliases: ['close_date'] }),
    property('kpi_impact', 'Effect on KPIs, written back by this product', OPTIONAL),
  ],
});
