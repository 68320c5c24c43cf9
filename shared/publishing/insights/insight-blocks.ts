import type { Block } from '../destinations/slack-message.ts';
import type { Insight } from './insight.ts';
import { originOf } from './insight-sections.ts';

/** For Slack, as plain text: what a model wrote is nobody's markup and calls nobody. */
export function insightBlocks(insight: Insight | undefined): readonly Block[] {
  if (insight === undefined) return [];
  const text = insight.sentences.map((sentence) => `• ${sentence.text}`).join('\n');
  return [
    { type: 'section', text: { type: 'plain_text', text } },
    { type: 'context', elements: [{ type: 'plain_text', text: originOf(insight) }] },
  ];
}
