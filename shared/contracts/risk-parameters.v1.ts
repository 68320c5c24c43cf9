import { measure, text } from './column-kinds.ts';
import type { Column, Contract } from './contract.ts';
import { manualTable } from './manual-table.ts';

const share = (name: string, description: string): Column =>
  measure(name, description, 'fraction', { min: '0', max: '1' });

/** What the expected loss is computed with, by segment and line. */
export const riskParametersV1: Contract = manualTable('risk_parameters', {
  title: 'Risk parameters',
  grain: 'one row per segment and band of line',
  owner: 'Chief risk officer',
  key: ['segment', 'subcategoria_linea'],
  columns: [
    text('segment', 'Segment', {
      allowedValues: ['Nimal', 'Gob', 'OC', 'Top'],
      onUnknownValue: 'warn',
    }),
    text('subcategoria_linea', 'Band of the line: `<10K`, `10K-25K`, `25K-50K`, `50K-100K`, `>100K`'),
    share('pd', 'Probability of default'),
    share('lgd', 'Loss given default'),
    share('ead_factor', 'Part of the balance exposed at default'),
  ],
});
