import type { Contract } from './contract.ts';
import { hubspotContactsV1 } from './hubspot-contacts.v1.ts';
import { ofDay } from './hubspot-fields.ts';

/** People in the CRM at the end of a day. */
export const hubspotContactsV2: Contract = ofDay(hubspotContactsV1);
