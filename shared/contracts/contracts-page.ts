import { type Column, type Contract, contractLabel, type Expectation, type Reference } from './contract.ts';
import type { RawRow } from './row-schema.ts';
import { ruleInWords } from './rule-in-words.ts';

/** The contracts as a Markdown page, so that the documents never say another thing than what files are held to. */
export function contractsPage(
  contracts: readonly Contract[],
  exampleRows: ReadonlyMap<string, RawRow>,
): string {
  const datasets = contracts.map(
    (contract) =>
      `| \`${contract.dataset}\` | [\`${contractLabel(contract)}\`](#${anchorOf(contract)}) | ${contract.title} | ${contract.grain} | ${contract.owner} |`,
  );
  return [
    '# Contracts',
    'Generated from `shared/contracts`; edit the contracts, not this page.',
    'What a file of each dataset must be. Names of a header match whatever their case, accents and punctuation: `Loan ID` is `loan_id`. Empty cells and the words `null`, `nan`, `none`, `n/a` and `na` mean no value. Digits beyond the scale of a decimal are rounded half away from zero and counted, unless the column takes no more of them; float residue always is. Columns with personal data are masked before anything is staged: the cell becomes a token, and columns of one mask share their tokens.',
    'A bad row is set aside in quarantine; above the tolerance of its contract the whole file is rejected.',
    ['| dataset | contract | what | grain | owner |', '| --- | --- | --- | --- | --- |', ...datasets].join(
      '\n',
    ),
    ...contracts.map((contract) => section(contract, exampleRows.get(contract.name))),
    '',
  ].join('\n\n');
}

function section(contract: Contract, example: RawRow | undefined): string {
  const { references = [], expectations = [] } = contract;
  return [
    `## ${contractLabel(contract)}`,
    `${contract.title}: ${contract.grain}.`,
    facts(contract),
    columnsTable(contract),
    ...list('Row rules:', contract.rules.map(ruleInWords)),
    ...list('References:', references.map(referenceInWords)),
    ...list('Expectations of the file:', expectations.map(expectationInWords)),
    ...(example === undefined ? [] : [`An invented row:\n\n${exampleTable(contract, example)}`]),
  ].join('\n\n');
}

function facts(contract: Contract): string {
  const { needsOneOf = [] } = contract;
  const lines = [
    `Dataset \`${contract.dataset}\`, staged as \`${contract.relation}\`; owner ${contract.owner}.`,
    keyInWords(contract),
    `As of: ${asOfInWords(contract)}.`,
    `Tolerance: ${percent(contract.maxRejectedShare)} of the rows may be bad.`,
    contract.mode === 'freeze'
      ? 'Columns that it does not know reject the file.'
      : 'Columns that it does not know are listed and ignored.',
    ...(needsOneOf.length === 0 ? [] : [`Needs at least one of ${quotedList(needsOneOf)}.`]),
    ...(contract.mayBeEmpty === true ? ['A file without a row is valid.'] : []),
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

function keyInWords({ key, repeatedKeys = 'conflict' }: Contract): string {
  if (key.length === 0) return 'Key: none; rows have no identity, and equal ones each count.';
  const repeated =
    repeatedKeys === 'keep-first'
      ? 'of rows with one key the first counts'
      : 'equal rows count once, different rows with one key contradict each other';
  return `Key: ${quotedList(key)}; ${repeated}.`;
}

function asOfInWords({ asOf }: Contract): string {
  switch (asOf.kind) {
    case 'newest':
      return `the newest \`${asOf.column}\``;
    case 'newest-event':
      return asOf.until === undefined
        ? `the newest \`${asOf.column}\`, the day of the last event`
        : `the newest \`${asOf.until}\`, else the newest \`${asOf.column}\`, the day of the last event`;
    case 'date-plus-days': {
      const among = asOf.label === undefined ? '' : ` among the rows of the newest \`${asOf.label}\``;
      return `\`${asOf.date}\` plus \`${asOf.days}\` of the rows that are late${among}`;
    }
    case 'given':
      return asOf.isReference === true
        ? 'the day that comes with the drop, or in the name of the file; reference data: every book has the newest file that is not after its day'
        : 'the day that comes with the drop, or in the name of the file';
    case 'always':
      return 'reference data without a day; the newest accepted file is in every book';
  }
}

function columnsTable({ columns }: Contract): string {
  const rows = columns.map((column) => {
    const cells = [
      `\`${column.name}\``,
      cell(column.description),
      (column.aliases ?? []).map((alias) => `\`${alias}\``).join(', '),
      typeInWords(column),
      column.unit ?? '',
      nullInWords(column),
      cell(rangeInWords(column)),
      column.classification,
      piiInWords(column),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| column | meaning | also called | type | unit | empty | values | classification | personal data |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function typeInWords({ type, scale, excessScale, decimalMark, maxCharacters }: Column): string {
  return [
    type,
    ...(type === 'decimal' ? [`${scale ?? 0} digits${excessScale === 'reject' ? ' and no more' : ''}`] : []),
    ...(decimalMark === undefined ? [] : ['written `1.234,56`']),
    ...(maxCharacters === undefined ? [] : [`up to ${maxCharacters.toLocaleString('en-US')} characters`]),
  ].join(', ');
}

function nullInWords({ nullable, optional }: Column): string {
  if (optional === true) return 'may be absent';
  return nullable === true ? 'may be empty' : 'never';
}

function rangeInWords({ min, max, allowedValues, onUnknownValue }: Column): string {
  if (allowedValues !== undefined) {
    const others = onUnknownValue === 'warn' ? '; others are kept with a warning' : '';
    return `${allowedValues.map((value) => `\`${value}\``).join(', ')}${others}`;
  }
  if (min !== undefined && max !== undefined) return `${min} to ${max}`;
  if (min !== undefined) return `${min} or more`;
  return max === undefined ? '' : `${max} or less`;
}

function piiInWords({ pii, mask }: Column): string {
  if (pii === 'direct') return `masked as ${mask}`;
  return pii === 'quasi' ? 'indirect' : '';
}

function referenceInWords({ column, to, prefix, orphans, maxShare }: Reference): string {
  const prefixes = Object.entries(prefix?.byInitial ?? {})
    .map(([initial, entity]) => `\`${entity}\` for ${initial}`)
    .join(', ');
  const how =
    prefix === undefined
      ? ''
      : `, with the prefix that follows from the last word of \`${prefix.from}\` (${prefixes})`;
  const fate =
    orphans === 'warn'
      ? 'orphans are counted'
      : `orphans are set aside, and above ${percent(maxShare)} of them the file is rejected`;
  return `\`${column}\` names a \`${to.column}\` of \`${to.dataset}\`${how}; ${fate}.`;
}

function expectationInWords({ id, about, severity }: Expectation): string {
  return `\`${id}\`: ${about}. ${severity === 'block' ? 'Otherwise the file is rejected.' : 'Otherwise there is a warning.'}`;
}

/** Only the columns that have a value, so that wide contracts stay readable. */
function exampleTable({ columns }: Contract, example: RawRow): string {
  const filled = columns.filter(({ name }) => example[name] !== undefined);
  const rows = filled.map(({ name }) => `| \`${name}\` | ${cell(example[name] ?? '')} |`);
  return ['| column | cell |', '| --- | --- |', ...rows].join('\n');
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [[title, '', ...lines.map((line) => `- ${line}`)].join('\n')];
}

function quotedList(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** `0.005` is `0.5 %`. */
function percent(share: string): string {
  return `${Number((Number(share) * 100).toFixed(6))} %`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** As GitHub makes anchors from headings: the sign goes, the underscore stays. */
function anchorOf(contract: Contract): string {
  return contractLabel(contract).replaceAll('@', '');
}
