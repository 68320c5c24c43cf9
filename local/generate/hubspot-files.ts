import { dayText } from './book-options.ts';
import { exactMoney } from './cent-sums.ts';
import type { JsonFile } from './json-file.ts';
import type { LoanBook } from './loan-book.ts';
import { plainMoney } from './money-cells.ts';
import { type Random, seededRandom } from './random.ts';

// What the CRM returns (version 3): records with an id and plain properties. Nobody in it exists, and the addresses
// are under a domain that can never be registered (RFC 2606).

const GIVEN = ['María', 'José', 'Ángela', 'Raúl', 'Inés', 'Óscar', 'Begoña', 'Iván'] as const;
const FAMILY = ['Ejemplo', 'Prueba', 'Ficticia', 'Inventado', 'Supuesta'] as const;
const STAGES = ['appointmentscheduled', 'qualifiedtobuy', 'contractsent', 'closedwon', 'closedlost'] as const;
const INDUSTRIES = ['RETAIL', 'CONSTRUCTION', 'FARMING', 'LOGISTICS_AND_SUPPLY_CHAIN'] as const;

const CONTACTS = 40;
const NEW_TODAY = 3;
const COMPANIES = 12;
const DEALS = 18;

export function hubspotFiles(book: LoanBook): JsonFile[] {
  const random = seededRandom(book.options.seed, 'hubspot');
  const deals = Array.from({ length: DEALS }, () => ({ cents: random.int(50_000, 9_000_000) }));
  return [
    recordsFile(
      'contacts',
      Array.from({ length: CONTACTS }, (_, index) => contact(book, index, random)),
    ),
    recordsFile(
      'companies',
      Array.from({ length: COMPANIES }, (_, index) => company(book, index, random)),
    ),
    recordsFile(
      'deals',
      deals.map(({ cents }, index) => deal(book, index, cents, random)),
      { amount: exactMoney(deals.reduce((sum, { cents }) => sum + cents, 0)) },
    ),
    listsFile(book),
  ];
}

type Properties = Readonly<Record<string, string | null>>;

function recordsFile(
  name: string,
  records: readonly Properties[],
  sums: Record<string, string> = {},
): JsonFile {
  const results = records.map((properties, index) => ({ id: String(51_000 + index), properties }));
  return {
    path: `hubspot/${name}.json`,
    document: { results },
    expected: { rows: String(results.length), sums },
  };
}

function contact(book: LoanBook, index: number, random: Random): Properties {
  const given = GIVEN[index % GIVEN.length] ?? GIVEN[0];
  const family = FAMILY[index % FAMILY.length] ?? FAMILY[0];
  return {
    email: `persona.${index}@ejemplo.invalid`,
    firstname: given,
    lastname: `${family} ${index}`,
    // No number begins with these digits in El Salvador. Some left theirs out.
    phone: index % 6 === 5 ? null : `+503 0000 ${String(1_000 + index)}`,
    company: companyName(index % COMPANIES),
    createdate: instant(book.asOfDay - (index < NEW_TODAY ? 0 : random.int(1, 300)), random),
  };
}

function company(book: LoanBook, index: number, random: Random): Properties {
  return {
    name: companyName(index),
    domain: `empresa-${index}.invalid`,
    industry: random.pick(INDUSTRIES),
    createdate: instant(book.asOfDay - random.int(10, 700), random),
  };
}

function deal(book: LoanBook, index: number, cents: number, random: Random): Properties {
  return {
    dealname: `Línea de factoraje ${index}`,
    dealstage: random.pick(STAGES),
    amount: plainMoney(cents),
    closedate: instant(book.asOfDay + random.int(-60, 60), random),
  };
}

/** Lists have no properties but fields of their own. */
function listsFile(book: LoanBook): JsonFile {
  const results = [
    list('101', `Fecha de creación = Hoy (${book.options.asOf})`, 'DYNAMIC', NEW_TODAY),
    list('102', 'Todos los contactos del factoraje', 'MANUAL', CONTACTS),
  ];
  return {
    path: 'hubspot/lists.json',
    document: { results },
    expected: { rows: String(results.length), sums: {} },
  };
}

function list(listId: string, name: string, processingType: string, size: number) {
  const additionalProperties = { hs_list_size: String(size) };
  return { listId, objectTypeId: '0-1', name, processingType, additionalProperties };
}

function companyName(index: number): string {
  return `Empresa Inventada ${index}, S.A. de C.V.`;
}

function instant(day: number, random: Random): string {
  const hour = String(random.int(8, 17)).padStart(2, '0');
  const minute = String(random.int(0, 59)).padStart(2, '0');
  return `${dayText(day)}T${hour}:${minute}:00.000Z`;
}
