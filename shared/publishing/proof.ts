import type { KpiMart } from '../kpis/kpi-result.ts';
import { DOCUMENTS, type Language } from './language/language.ts';

/** Whether the core figures were computed a second time, by other code over the same rows, and what came of it. */
export type Proof = { readonly isProved: boolean; readonly sentence: string };

export function proofOf(parity: KpiMart['parity'], { words, count }: Language = DOCUMENTS): Proof {
  const { proof } = words;
  if (parity === undefined) return { isProved: false, sentence: proof.none };
  const { checked, mismatches, unproven } = parity;
  const rest = unproven.length === 0 ? '' : ` ${proof.unproven(unproven.join(', '))}`;
  if (mismatches.length === 0) return { isProved: true, sentence: `${proof.agree(count(checked))}${rest}` };
  const kpis = [...new Set(mismatches.map(({ kpi }) => kpi))].join(', ');
  return {
    isProved: false,
    sentence: `${proof.differ(count(mismatches.length), count(checked), kpis)}${rest}`,
  };
}
