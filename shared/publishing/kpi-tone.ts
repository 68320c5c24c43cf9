import { type Html, html } from './escape-html.ts';
import type { KpiRow } from './kpi-row.ts';
import { statusChip, type Tone } from './page.ts';
import type { Headline } from './report-model.ts';
import { unbroken } from './show-value.ts';

/** A KPI's status as a chip. Without limits there is nothing to be green about, so the word stands alone. */
export function kpiChip(kpi: Pick<KpiRow, 'status' | 'limits' | 'statusWord'>): Html {
  if (kpi.status === 'ok' && !kpi.limits)
    return html`<span class="small muted number">${kpi.statusWord}</span>`;
  return statusChip(toneOf(kpi.status), kpi.statusWord);
}

export function toneOf(status: KpiRow['status']): Tone {
  return TONES[status];
}

/** The sentences at the top of a page, coloured at their edge. */
export function headlineItems(headlines: readonly Headline[]): Html[] {
  return headlines.map(
    ({ status, sentence }) => html`<li class="edge-${TONES[status]}">${unbroken(sentence)}</li>\n`,
  );
}

const TONES: Readonly<Record<KpiRow['status'], Tone>> = {
  ok: 'good',
  warning: 'warning',
  critical: 'critical',
  'not-computable': 'quiet',
};
