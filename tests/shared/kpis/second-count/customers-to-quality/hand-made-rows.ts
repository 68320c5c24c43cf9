import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

// What the generator leaves out or makes of one kind alone: targets and marketing spend of more months, campaigns of
// more days, customers without a segment, companies of the CRM that are customers.

export async function withHandMadeRows(dir: string): Promise<void> {
  const change = async (path: string, edit: (text: string) => string): Promise<void> => {
    const file = join(dir, path);
    await writeFile(file, edit(await readFile(file, 'utf8')));
  };
  await change('manual/targets.csv', (text) => text + TARGETS.join('\n') + '\n');
  await change('manual/financial_statements.csv', (text) => text + STATEMENTS.join('\n') + '\n');
  await change('manual/marketing_spend.csv', (text) => text + SPEND.join('\n') + '\n');
  await change('looker/customer_data.csv', withoutSome);
  await change('meta/insights.json', (text) =>
    JSON.stringify([...z.array(z.unknown()).parse(JSON.parse(text)), ...INSIGHTS]),
  );
  const payments = await readFile(join(dir, 'looker/historic_real_payments.csv'), 'utf8');
  await change('hubspot/companies.json', (text) => withCustomers(text, payments));
}

const TARGETS = ['2025-10', '2025-11'].flatMap((month) =>
  ['New', 'Recurrent', 'Recovered', 'Reactivated'].flatMap((type) =>
    ['Nimal', 'Top'].map((segment) => `${month}-01,${type},${segment},12500.00,3`),
  ),
);

/** Without cash; without net worth; with none; with less than none; without liabilities. */
const STATEMENTS = [
  '2025-01-15,,9000.00,4000.00,5000.00,,,',
  '2025-02-15,700.00,9000.00,4100.00,,,,',
  '2025-04-15,710.00,9000.00,9000.00,0.00,,,',
  '2025-05-15,720.00,9000.00,9050.00,-50.00,,,',
  '2025-07-15,730.00,9000.00,,,,,',
];

/** The generator has the newest three months. */
const SPEND = [
  ...['2024-07', '2024-08', '2024-09', '2024-11', '2025-02', '2025-03', '2025-04', '2025-06'].flatMap(
    (month, index) => [
      `${month}-01,Digital,Nimal,${900 + index}.10,KAM001`,
      `${month}-01,Referral,Top,${350 + index}.25,KAM002`,
      `${month}-01,Digital,Top,75.5,KAM002`,
    ],
  ),
  '2024-10-01,Direct,Gob,410.00,KAM003',
];

/** Every sixth customer is in no customer data. */
function withoutSome(text: string): string {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const customers = [...new Set(lines.map(customerOf))];
  const lost = new Set(customers.filter((_, index) => index % 6 === 4));
  return [header, ...lines.filter((line) => !lost.has(customerOf(line))), ''].join('\n');
}

function customerOf(line: string): string {
  return line.slice(0, line.indexOf(','));
}

/** From October on; on two days nothing ran, and on two much was spent. */
const INSIGHTS = Array.from({ length: 40 }, (_, index) => index)
  .filter((index) => index !== 9 && index !== 30)
  .flatMap((index) => {
    const day = new Date(Date.UTC(2025, 9, 20 + index)).toISOString().slice(0, 10);
    const peak = index === 17 || index === 36 ? 900 : 0;
    const shared = { date_start: day, date_stop: day, impressions: String(700 + 13 * index) };
    return [
      {
        ...shared,
        campaign_id: '7001',
        campaign_name: 'Otoño',
        spend: `${40 + (index % 5) + peak}.35`,
        clicks: '11',
      },
      // Graph leaves a figure out where it is zero.
      { ...shared, campaign_id: '7002', campaign_name: 'Reserva' },
    ];
  });

/** Two customers, one of them in capitals. */
function withCustomers(text: string, payments: string): string {
  const [one = {}, two = {}] = parse<Record<string, string>>(payments, { columns: true });
  const names = [one['Cliente'] ?? '', ` ${two['Cliente']?.toUpperCase()} `];
  const document = z.object({ results: z.array(z.unknown()) }).parse(JSON.parse(text));
  const results = names.map((name, index) => ({
    id: String(71_000 + index),
    properties: { name, domain: null, industry: null, createdate: '2025-11-22T17:27:00.000Z' },
  }));
  return JSON.stringify({ results: [...document.results, ...results] });
}
