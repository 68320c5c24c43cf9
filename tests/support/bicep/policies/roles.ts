import { at, type BicepFile, type Expression } from '../syntax.ts';
import { resourcesIn, type Templates } from '../templates.ts';
import { everyOne, is, nameOf, type Policy, placeOf, textsOf, valuesAt } from './policy.ts';

// Who has which role on what.

const ACCOUNT = 'Microsoft.Storage/storageAccounts';
const CONTAINER = 'Microsoft.Storage/storageAccounts/blobServices/containers';
const ASSIGNMENT = 'Microsoft.Authorization/roleAssignments';
const VAULT = 'Microsoft.KeyVault/vaults';

/** Roles that may be given, and on what at most. */
const ROLES: Readonly<Record<string, { name: string; on: readonly string[] }>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': { name: 'Storage Blob Data Owner', on: [ACCOUNT, CONTAINER] },
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': { name: 'Storage Blob Data Contributor', on: [CONTAINER] },
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': { name: 'Storage Blob Data Reader', on: [CONTAINER] },
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': { name: 'Storage Queue Data Contributor', on: [ACCOUNT] },
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3': { name: 'Storage Table Data Contributor', on: [ACCOUNT] },
  '4633458b-17de-408a-b874-0445c86b69e6': { name: 'Key Vault Secrets User', on: [VAULT] },
  'b86a8fe4-44ce-4948-aee5-eccb2c155cd7': { name: 'Key Vault Secrets Officer', on: [VAULT] },
  '3913510d-42f4-4e42-8a64-420c390055eb': {
    name: 'Monitoring Metrics Publisher',
    on: ['Microsoft.Insights/components'],
  },
};

/** What each group of people may do, and on which containers or what else. */
const PEOPLE: Readonly<Record<string, readonly string[]>> = {
  dropperGroupId: [
    'Storage Blob Data Contributor on landing',
    'Storage Blob Data Reader on marts',
    'Storage Blob Data Reader on reports',
  ],
  auditorGroupId: ['Storage Blob Data Reader on audit'],
  secretsOfficerGroupId: ['Key Vault Secrets Officer on vault'],
};

/** What the app and the topic cannot do without, by the file that gives it. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  'modules/host-storage.bicep': [
    'Storage Blob Data Owner',
    'Storage Queue Data Contributor',
    'Storage Table Data Contributor',
  ],
  'modules/data-access.bicep': [
    'Storage Blob Data Owner',
    'Storage Blob Data Contributor',
    'Storage Queue Data Contributor',
    'Storage Table Data Contributor',
  ],
  'modules/key-vault.bicep': ['Key Vault Secrets User'],
  'modules/monitoring.bicep': ['Monitoring Metrics Publisher'],
  'events.bicep': ['Storage Blob Data Contributor'],
};

export const ROLE_POLICIES: readonly Policy[] = [
  everyOne(
    'every role says to what kind of principal it is given',
    ASSIGNMENT,
    'properties.principalType',
    is('ServicePrincipal', 'Group'),
  ),
  { name: 'only least roles are given, and each on what it is for', findings: roleFindings },
  { name: 'whoever needs a role to work has it', findings: neededFindings },
  { name: 'a role has the same name each time it is deployed', findings: assignmentNameFindings },
  { name: 'people get roles as groups only', findings: peopleFindings },
  { name: 'each group of people may do what it is for, and nothing else', findings: groupFindings },
];

function roleFindings(templates: Templates): string[] {
  return resourcesIn(templates, ASSIGNMENT).flatMap((placed) => {
    const { file, resource } = placed;
    const scope = nameOf(at(resource.value, 'scope'));
    const type = file.resources.find(({ name }) => name === scope)?.type ?? 'the whole group';
    const ids = roleIdsOf(
      at(resource.value, 'properties.roleDefinitionId'),
      resource.value,
      placed,
      templates,
    );
    if (ids.length === 0) return [`${placeOf(placed)} gives a role that is not to be seen`];
    return ids.flatMap((id) => {
      const role = Object.hasOwn(ROLES, id) ? ROLES[id] : undefined;
      if (role === undefined) return [`${placeOf(placed)} gives ${id}, which is not among the known roles`];
      return role.on.includes(type) ? [] : [`${placeOf(placed)} gives ${role.name} on ${type}`];
    });
  });
}

function neededFindings(templates: Templates): string[] {
  const given = resourcesIn(templates, ASSIGNMENT).flatMap((placed) => {
    const { file, resource } = placed;
    const kinds = valuesAt(placed, 'properties.principalType', templates) ?? [];
    if (resource.value.kind === 'condition' || !kinds.includes('ServicePrincipal')) return [];
    const definition = at(resource.value, 'properties.roleDefinitionId');
    return roleIdsOf(definition, resource.value, placed, templates).map(
      (id) => `${file.path} ${ROLES[id]?.name}`,
    );
  });
  return Object.entries(NEEDED).flatMap(([path, names]) =>
    names.map((name) => `${path} ${name}`).filter((needed) => !given.includes(needed)),
  );
}

function roleIdsOf(
  definition: Expression | undefined,
  whole: Expression,
  { file }: ReturnType<typeof resourcesIn>[number],
  templates: Templates,
): readonly string[] {
  if (definition?.kind !== 'call' || definition.name !== 'subscriptionResourceId') return [];
  const id = definition.args[1];
  // In a loop over roles, all of them.
  const isLooped = whole.kind === 'loop' && id?.kind === 'name' && whole.variables[0] === id.name;
  return textsOf(isLooped ? whole.over : id, file, templates);
}

function assignmentNameFindings(templates: Templates): string[] {
  return resourcesIn(templates, ASSIGNMENT).flatMap((placed) => {
    const name = at(placed.resource.value, 'name');
    const parts = name?.kind === 'call' && name.name === 'guid' ? name.args : [];
    return parts.length >= 3 ? [] : [`${placeOf(placed)} is not named by what, who and role`];
  });
}

function peopleFindings(templates: Templates): string[] {
  return resourcesIn(templates, ASSIGNMENT).flatMap((placed) => {
    const principal = at(placed.resource.value, 'properties.principalId');
    const isGroup = nameOf(principal)?.endsWith('GroupId') === true;
    const kinds = valuesAt(placed, 'properties.principalType', templates) ?? [];
    return kinds.every((kind) => (kind === 'Group') === isGroup)
      ? []
      : [`${placeOf(placed)} takes one kind of principal for another`];
  });
}

/** A role that somebody is given: by the parameter that has who it is, on a container or what else has the name. */
export type Right = {
  readonly who: string;
  readonly role: string;
  readonly on: string;
  readonly file: string;
};

/** Every right that the templates give. */
export function rightsIn(templates: Templates): readonly Right[] {
  return resourcesIn(templates, ASSIGNMENT).flatMap((placed) => {
    const { file, resource } = placed;
    const who = holderOf(at(resource.value, 'properties.principalId')) ?? 'somebody who is not to be seen';
    const definition = at(resource.value, 'properties.roleDefinitionId');
    const roles = roleIdsOf(definition, resource.value, placed, templates).map((id) => ROLES[id]?.name ?? id);
    const scope = nameOf(at(resource.value, 'scope')) ?? 'the whole group';
    return roles.flatMap((role) =>
      containersOf(scope, file, templates).map((on) => ({ who, role, on, file: file.path })),
    );
  });
}

/** `topic` for `topic.identity.principalId`. */
function holderOf(principal: Expression | undefined): string | undefined {
  return principal?.kind === 'member' ? holderOf(principal.of) : nameOf(principal);
}

function groupFindings(templates: Templates): string[] {
  const given = rightsIn(templates)
    .filter(({ who }) => who.endsWith('GroupId'))
    .map(({ who, role, on }) => `${who}: ${role} on ${on}`);
  const meant = Object.entries(PEOPLE).flatMap(([group, rights]) =>
    rights.map((right) => `${group}: ${right}`),
  );
  return [
    ...given.filter((right) => !meant.includes(right)).map((right) => `${right} is given`),
    ...meant.filter((right) => !given.includes(right)).map((right) => `${right} is not given`),
  ];
}

/** Those that the name stands for; what is no container is itself. */
function containersOf(scope: string, file: BicepFile, templates: Templates): readonly string[] {
  const resource = file.resources.find(({ name }) => name === scope);
  if (resource?.type !== CONTAINER) return [scope];
  const { value } = resource;
  return textsOf(value.kind === 'loop' ? value.over : at(value, 'name'), file, templates);
}
