import type { Contract } from './contract.ts';
import { ofDay } from './hubspot-fields.ts';
import { hubspotListsV1 } from './hubspot-lists.v1.ts';

/** Lists in the CRM at the end of a day. */
export const hubspotListsV2: Contract = ofDay(hubspotListsV1);
