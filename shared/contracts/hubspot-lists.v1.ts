import { id, OPTIONAL, text, wholeNumber } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { hubspotContract } from './hubspot-fields.ts';

/** Lists (segments) of contacts and companies. */
export const hubspotListsV1: Contract = hubspotContract('lists', {
  title: 'HubSpot lists',
  grain: 'one row per list',
  key: ['list_id'],
  columns: [
    id('list_id', 'List in HubSpot', { aliases: ['listId'] }),
    text('name', 'Name of the list'),
    text('processing_type', 'How members come in', {
      aliases: ['processingType'],
      allowedValues: ['MANUAL', 'DYNAMIC', 'SNAPSHOT'],
      onUnknownValue: 'warn',
    }),
    wholeNumber('size', 'Number of members', {
      ...OPTIONAL,
      aliases: ['additionalProperties.hs_list_size', 'hs_list_size'],
      unit: 'members',
      min: '0',
    }),
  ],
});
