import type { Contract } from './contract.ts';
import { hubspotDealsV1 } from './hubspot-deals.v1.ts';
import { ofDay } from './hubspot-fields.ts';

/** Deals in the CRM at the end of a day. */
export const hubspotDealsV2: Contract = ofDay(hubspotDealsV1);
