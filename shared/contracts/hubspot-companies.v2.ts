import type { Contract } from './contract.ts';
import { hubspotCompaniesV1 } from './hubspot-companies.v1.ts';
import { ofDay } from './hubspot-fields.ts';

/** Companies in the CRM at the end of a day. */
export const hubspotCompaniesV2: Contract = ofDay(hubspotCompaniesV1);
