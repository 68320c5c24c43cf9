import { OPTIONAL } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { CREATEDATE, hubspotContract, personalProperty, property, RECORD_ID } from './hubspot-fields.ts';

/** People in the CRM. What tells who they are is masked. */
export const hubspotContactsV1: Contract = hubspotContract('contacts', {
  title: 'HubSpot contacts',
  grain: 'one row per contact',
  key: ['id'],
  columns: [
    RECORD_ID,
    personalProperty('email', 'E-mail address', 'email'),
    personalProperty('firstname', 'First name', 'name', { aliases: ['first_name'] }),
    personalProperty('lastname', 'Last name', 'name', { aliases: ['last_name'] }),
    personalProperty('phone', 'Telephone number', 'phone', { aliases: ['phone_number'] }),
    personalProperty('company', 'Company of the contact', 'name', { aliases: ['company_name'] }),
    CREATEDATE,
    property('deal_stage', 'Stage of the newest deal, written back by this product', OPTIONAL),
    property('kpi_metrics', 'KPIs in JSON, written back by this product', {
      ...OPTIONAL,
      maxCharacters: 100_000,
    }),
  ],
});
