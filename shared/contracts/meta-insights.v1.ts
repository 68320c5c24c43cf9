import { DatasetId } from '../domain/ids.ts';
import { day, measure, money, OPTIONAL, text, wholeNumber } from './column-kinds.ts';
import type { Contract } from './contract.ts';
import { atMostShare, freshWithin } from './expectation-kinds.ts';

/** Spend and reach of campaigns by day. Names of campaigns and ads name no person. */
export const metaInsightsV1: Contract = {
  dataset: DatasetId.parse('meta/insights'),
  name: 'meta_insights',
  version: 1,
  relation: 'meta_insights',
  title: 'Meta campaign insights',
  grain: 'one row per ad, or per campaign where it has no ad, and day',
  owner: 'Head of marketing',
  mode: 'evolve',
  maxRejectedShare: '0.01',
  // A week without a campaign is a week without rows.
  mayBeEmpty: true,
  key: ['campaign_id', 'adset_id', 'ad_id', 'date_start'],
  asOf: { kind: 'newest-event', column: 'date_start', until: 'date_stop' },
  columns: [
    text('campaign_id', 'Campaign'),
    text('campaign_name', 'Name of the campaign'),
    text('adset_id', 'Ad set', OPTIONAL),
    text('adset_name', 'Name of the ad set', OPTIONAL),
    text('ad_id', 'Ad', OPTIONAL),
    text('ad_name', 'Name of the ad', OPTIONAL),
    day('date_start', 'First day of the figures', { classification: 'internal' }),
    day('date_stop', 'Last day of the figures', { ...OPTIONAL, classification: 'internal' }),
    // Graph leaves a figure out where it is zero.
    wholeNumber('impressions', 'Times shown', { nullable: true, unit: 'impressions', min: '0' }),
    wholeNumber('clicks', 'Clicks', { nullable: true, unit: 'clicks', min: '0' }),
    money('spend', 'Money spent, in the currency of the account', { nullable: true }),
    measure('ctr', 'Clicks / impressions', 'percent', { ...OPTIONAL, min: '0' }),
    measure('cpc', 'Spend / clicks', 'USD', { ...OPTIONAL, min: '0' }),
    measure('cpp', 'Spend per thousand people reached', 'USD', { ...OPTIONAL, min: '0' }),
    text('actions', 'What people did: a JSON list of action_type and value', {
      ...OPTIONAL,
      maxCharacters: 100_000,
    }),
    text('status', 'State that was set', OPTIONAL),
    text('effective_status', 'State that follows from all levels', OPTIONAL),
    text('account_currency', 'Currency of the account', {
      ...OPTIONAL,
      allowedValues: ['USD'],
      onUnknownValue: 'warn',
    }),
  ],
  rules: [],
  expectations: [
    atMostShare(
      'clicks-within-impressions',
      'Nothing is clicked more often than it is shown',
      'clicks > impressions',
      '0',
    ),
    freshWithin(3),
  ],
};
