import { describe, expect, it } from '@jest/globals';
import { alertMessage } from '../../../../shared/publishing/destinations/alert-destinations.ts';
import {
  type Block,
  escaped,
  mention,
  section,
  sections,
  slackMessage,
} from '../../../../shared/publishing/destinations/slack-message.ts';

// What Slack would refuse is never sent: more than 3,000 characters in a block, more than 50 blocks, an empty block.

const textOf = (block: Block | undefined): string =>
  block === undefined || block.type === 'context' ? '' : block.text.text;

describe('lines', () => {
  it('are as many blocks as they need, none cut', () => {
    const lines = Array.from({ length: 40 }, (_, nth) => `line ${nth} ${'x'.repeat(200)}`);

    const blocks = sections(lines);

    expect(blocks.map((block) => textOf(block).length <= 3_000)).toEqual([true, true, true]);
    expect(blocks.flatMap((block) => textOf(block).split('\n'))).toEqual(lines);
  });

  it.each([
    [2_999, 2_999],
    [3_000, 3_000],
    [3_001, 3_000],
  ])('of %d characters have %d of them', (given, kept) => {
    expect(sections(['x'.repeat(given)]).map((block) => textOf(block).length)).toEqual([kept]);
  });

  it('are not cut within what stands for one sign', () => {
    expect(textOf(section(escaped(`${'x'.repeat(2_996)}&yyyy`)))).toBe(`${'x'.repeat(2_996)}…`);
    expect(textOf(section(`${'x'.repeat(2_998)}😀yyy`))).toBe(`${'x'.repeat(2_998)}…`);
  });

  it('that are not there are no block', () => {
    expect(sections([])).toEqual([]);
  });
});

describe('a message', () => {
  it.each([
    [49, 49, undefined],
    [50, 50, undefined],
    [51, 50, '… and 2 more blocks.'],
    [80, 50, '… and 31 more blocks.'],
  ])('of %d blocks has %d', (given, kept, last) => {
    const blocks = Array.from({ length: given }, (_, nth) => section(`block ${nth}`));

    const { body } = slackMessage({ channel: '#a', text: 'b', blocks });

    const sent: { blocks: Block[] } = JSON.parse(body);
    expect(sent.blocks).toHaveLength(kept);
    if (last !== undefined) expect(textOf(sent.blocks.at(-1))).toBe(last);
  });
});

describe('whoever is called', () => {
  it.each([
    ['@sre-oncall', '<!subteam^S0123ABCD>'],
    ['@cfo', '<@U0123ABCD>'],
    ['@ceo', '@ceo'],
  ])('%s stands in the message as %s', (name, shown) => {
    expect(mention(name, { '@sre-oncall': 'S0123ABCD', '@cfo': 'U0123ABCD' })).toBe(shown);
  });

  it('is called in the headline, and at escalation those who come next', () => {
    const at = '2026-01-15T06:00:00.000Z';
    const incident = {
      id: 'run.a',
      kind: 'pipeline-failed',
      of: 'a',
      severity: 'P1' as const,
      status: 'open' as const,
      openedAt: at,
      updatedAt: at,
      title: 'It failed <again>.',
      facts: {},
      change: 1,
      told: 0,
    };
    const settings = {
      baseUrl: 'https://slack.com',
      channelPrefix: '#',
      publicUrl: undefined,
      mentions: { '@sre-oncall': 'S0123ABCD', '@vp-eng': 'U0123ABCD' },
    };
    const headlineOf = (news: 'opened' | 'escalated'): string =>
      textOf(JSON.parse(alertMessage({ ...incident, news }, settings).body).blocks[0]);

    expect(headlineOf('opened')).toBe(
      ':rotating_light: New · P1 · It failed &lt;again&gt;. <!subteam^S0123ABCD>',
    );
    expect(headlineOf('escalated')).toMatch(/ <@U0123ABCD> @ceo$/);
  });
});
