import type { Contract } from './contract.ts';
import { CREATEDATE, hubspotContract, personalProperty, property, RECORD_ID } from './hubspot-fields.ts';

/** Companies in the CRM. Their names are masked like those of customers, of which many are persons. */
export const hubspotCompaniesV1: Contract = hubspotContract('companies', {
  title: 'HubSpot companies',
  grain: 'one row per company',
  key: ['id'],
  columns: [
    RECORD_ID,
    personalProperty('name', 'Name of the company', 'name', { aliases: ['company_name'] }),
    property('domain', 'Internet domain', {
      aliases: ['company_domain_name'],
      classification: 'confidential',
      pii: 'quasi',
    }),
    property('industry', 'Industry'),
    CREATEDATE,
  ],
});
