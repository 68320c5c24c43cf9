import { dayText } from './book-options.ts';
import { exactMoney } from './cent-sums.ts';
import type { JsonFile } from './json-file.ts';
import type { LoanBook } from './loan-book.ts';
import { plainMoney } from './money-cells.ts';
import { type Random, seededRandom } from './random.ts';

const CAMPAIGNS = ['Factoraje PyME', 'Anticipo de facturas', 'Clientes que vuelven', 'Marca, 4.º trimestre'];
const DAYS = 7;

/** Campaigns of the last seven days as Graph returns them: every number is text, and actions are a list. */
export function metaInsights(book: LoanBook): JsonFile {
  const random = seededRandom(book.options.seed, 'insights.json');
  const drawn = Array.from({ length: DAYS }, (_, index) => book.asOfDay - DAYS + 1 + index).flatMap((day) =>
    CAMPAIGNS.map((name, campaign) => insight(name, campaign, day, random)),
  );
  const total = (field: 'impressions' | 'clicks'): string =>
    exactMoney(drawn.reduce((sum, { record }) => sum + Number(record[field]) * 100, 0));
  return {
    path: 'meta/insights.json',
    document: drawn.map(({ record }) => record),
    expected: {
      rows: String(drawn.length),
      sums: {
        spend: exactMoney(drawn.reduce((sum, { spend }) => sum + spend, 0)),
        impressions: total('impressions'),
        clicks: total('clicks'),
      },
    },
  };
}

function insight(name: string, campaign: number, day: number, random: Random) {
  const impressions = random.int(800, 30_000);
  const clicks = Math.max(1, Math.round(impressions * (0.005 + random.unit() * 0.03)));
  const spend = random.int(900, 42_000);
  const leads = Math.floor(clicks * random.unit() * 0.15);
  const id = String(23_850_000_000_000_000n + BigInt(campaign) * 1_010_101n);
  const record = {
    campaign_id: id,
    campaign_name: name,
    adset_id: String(BigInt(id) + 7n),
    adset_name: `${name} - El Salvador`,
    spend: plainMoney(spend),
    impressions: String(impressions),
    clicks: String(clicks),
    ctr: ((clicks * 100) / impressions).toFixed(6),
    cpp: ((spend / 100 / (impressions * 0.8)) * 1_000).toFixed(6),
    cpc: (spend / 100 / clicks).toFixed(6),
    actions: [
      { action_type: 'link_click', value: String(clicks) },
      // A type that did not happen is not in the list.
      ...(leads > 0 ? [{ action_type: 'lead', value: String(leads) }] : []),
    ],
    date_start: dayText(day),
    date_stop: dayText(day),
  };
  return { record, spend };
}
