import { EXAMPLE_ROWS } from '../../shared/contracts/example-rows.ts';
import { addDays, type LocalDate } from '../../shared/domain/local-date.ts';
import { aTapeRow, csvOf } from '../support/file-rows.ts';
import type { SourceStubs } from '../support/source-stubs.ts';
import { CASCADE_PATHS } from '../support/stub-cascade.ts';

// What the three sources have on a day: some of it new, some changed, most of it as it was. The same day and number give
// the same data.

const RECORDS = 120;
const CAMPAIGNS = ['Factoraje PyME', 'Crédito puente', 'Referidos'];

/** Every source has on `day` what it has after `nth` days of use. */
export function fillSources({ cascade, hubspot, meta }: SourceStubs, day: LocalDate, nth: number): void {
  const yesterday = addDays(day, -1);
  const at = Date.parse(`${day}T03:00:00Z`);
  const tape = Array.from({ length: 30 }, (_, back) =>
    aTapeRow({ measurement_date: addDays(yesterday, -back), cash_available_usd: String(25_000 + nth) }),
  );
  cascade.put(CASCADE_PATHS.loanTape, csvOf(tape), 'text/csv');
  cascade.put(CASCADE_PATHS.analytics, JSON.stringify(analyticsOf(yesterday, nth)), 'application/json');
  cascade.put(CASCADE_PATHS.statements, statementsOf(yesterday, nth), 'text/csv');

  for (let id = 1; id <= RECORDS + nth; id += 1) {
    const isThere = hubspot.objects.companies.some((company) => company.id === id);
    if (isThere && id % 10 !== nth % 10) continue;
    const properties = { name: `Company ${id}`, domain: `c${id}.example`, industry: `RETAIL ${nth}` };
    hubspot.put('companies', { id, created: at, modified: at, properties });
  }
  for (let id = 1; id <= RECORDS + nth; id += 1) {
    const isThere = hubspot.objects.contacts.some((contact) => contact.id === id);
    if (isThere && id % 10 !== nth % 10) continue;
    const properties = {
      email: `p${id}.${nth}@example.org`,
      firstname: `Example ${nth}`,
      lastname: 'Person',
    };
    hubspot.put('contacts', { id, created: at, modified: at, properties });
  }
  hubspot.put('deals', {
    id: nth,
    created: at,
    modified: at,
    properties: {
      dealname: `Line ${nth}`,
      dealstage: 'contractsent',
      amount: '25000',
      closedate: `${day}T17:00:00Z`,
    },
  });
  hubspot.lists.length = 0;
  for (const [listId, size] of [
    ['41', 12 + nth],
    ['42', 7],
  ] as const)
    hubspot.lists.push({ listId, name: `List ${listId}`, processingType: 'DYNAMIC', size });

  const reported = Array.from({ length: 40 }, (_, back) => addDays(yesterday, -back));
  meta.pollsUntilDone = 1;
  meta.insights = CAMPAIGNS.flatMap((campaign_name, campaign) =>
    reported.map((date) => ({
      campaign_id: String(23_850 + campaign),
      campaign_name,
      date_start: date,
      date_stop: date,
      // The figures of the last days are revised every night.
      spend: `${10 + campaign}.${date >= addDays(day, -3) ? String(10 + (nth % 80)) : '00'}`,
      impressions: '1000',
      clicks: '5',
    })),
  );
}

function analyticsOf(day: LocalDate, nth: number): object {
  return {
    metadata: { data_as_of: day, extraction_date: `${day}T07:10:00Z`, partner_id: 'abaco', currency: 'USD' },
    traction: {
      total_customers: 331 + nth,
      total_loans: 17_688,
      total_volume_usd: 1_250_000,
      outstanding_balance_usd: 1_000_000,
    },
  };
}

function statementsOf(day: LocalDate, nth: number): string {
  const example = EXAMPLE_ROWS.get('financial_statements') ?? {};
  const cells = Object.entries(example).map(([name, cell]): [string, string] => [name, cell ?? '']);
  return csvOf([
    { ...Object.fromEntries(cells), reporting_date: day, cash_balance_usd: String(50_000 + nth) },
  ]);
}
