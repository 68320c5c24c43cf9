import { DatasetId } from '../domain/ids.ts';
import { id, personal, text } from './column-kinds.ts';
import type { Column, Contract, MaskDomain } from './contract.ts';

// What the objects of HubSpot's v3 interface have in common: an id, and named properties below `properties`.

/** Contracts of CRM objects differ in little more than their columns. */
export function hubspotContract(
  object: 'contacts' | 'companies' | 'deals' | 'lists',
  facts: Pick<Contract, 'title' | 'grain' | 'key' | 'columns'>,
): Contract {
  return {
    dataset: DatasetId.parse(`hubspot/${object}`),
    name: `hubspot_${object}`,
    version: 1,
    relation: `hubspot_${object}`,
    owner: 'Head of sales',
    mode: 'evolve',
    maxRejectedShare: '0.01',
    mayBeEmpty: true,
    asOf: { kind: 'always' },
    rules: [],
    ...facts,
  };
}

/**
 * The same, of what the CRM held at the end of a day: books of that day and later ones have it. What `always` means, the
 * newest in every book, showed the past as it is now and had every book computed again each night.
 */
export function ofDay(contract: Contract): Contract {
  return { ...contract, version: contract.version + 1, asOf: { kind: 'given', isReference: true } };
}

/** The exports of HubSpot's own pages call it `Record ID`. */
export const RECORD_ID: Column = id('id', 'Record in HubSpot', { aliases: ['record_id'] });

type Extra = Partial<Omit<Column, 'name' | 'type' | 'description'>>;

/** A property that names nobody: empty where nobody filled it in. */
export function property(name: string, description: string, extra: Extra = {}): Column {
  return text(name, description, { nullable: true, ...extra, aliases: namesOf(name, extra) });
}

/** A property that names a person or a company. */
export function personalProperty(
  name: string,
  description: string,
  mask: MaskDomain,
  extra: Extra = {},
): Column {
  return personal(name, description, mask, { ...extra, aliases: namesOf(name, extra) });
}

/** Kept as text: it is a moment and not a day, and whose day it is depends on the time zone. */
export const CREATEDATE: Column = property('createdate', 'Moment of creation, UTC', {
  aliases: ['create_date'],
});

/** The name below `properties`, before the names that exports have. */
export function namesOf(name: string, { aliases = [] }: Extra): readonly string[] {
  return [`properties.${name}`, ...aliases];
}
