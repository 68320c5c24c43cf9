import { createHash } from 'node:crypto';
import { z } from 'zod';
import { LocalDate } from '../../domain/local-date.ts';
import type { KpiMart } from '../../kpis/kpi-result.ts';
import type { Lake } from '../../ports/lake.ts';
import { isTotal } from '../exact-value.ts';
import { contradictedDirection } from './check-direction.ts';
import { type About, unfoundedMention } from './check-numbers.ts';
import { type InsightFacts, insightFacts } from './insight-facts.ts';
import { readableSentence } from './readable-sentence.ts';

// What a language model had to say about the numbers of a day. It is asked once for the same numbers and its answer is
// kept, so that the report of a day stays the same; what was not founded is kept too, and shown to nobody.

export type Insight = z.infer<typeof Insight>;
export const Insight = z.object({
  asOf: LocalDate,
  /** Of the facts it was asked about. */
  factsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  runId: z.string(),
  /** As the service names it. */
  model: z.string(),
  generatedAt: z.iso.datetime(),
  /** Every number in them was among the facts. */
  sentences: z.array(
    z.object({ text: z.string(), kpis: z.array(z.object({ id: z.string(), version: z.int() })) }),
  ),
  dropped: z.array(z.object({ text: z.string(), why: z.string() })),
});

/** What the model is asked to answer with. */
const Answer = z.object({
  sentences: z.array(z.object({ kpis: z.array(z.string()), text: z.string() })),
});
export const ANSWER_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['sentences'],
  properties: {
    sentences: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['kpis', 'text'],
        properties: {
          kpis: { type: 'array', items: { type: 'string' } },
          text: { type: 'string' },
        },
      },
    },
  },
} as const;

const MOST_SENTENCES = 6;

/** The sentences of an answer that may be shown, and why the others may not. */
export function judgeAnswer(
  answer: string,
  facts: InsightFacts,
  names: ReadonlyMap<string, string>,
): Pick<Insight, 'sentences' | 'dropped'> {
  const parsed = Answer.safeParse(jsonOf(answer));
  if (!parsed.success)
    return { sentences: [], dropped: [{ text: answer, why: 'it is not in the form that was asked for' }] };
  const sentences: Insight['sentences'] = [];
  const dropped: Insight['dropped'] = [];
  for (const { text, kpis } of parsed.data.sentences) {
    const judged = judgeSentence(text, kpis, facts, names);
    if ('why' in judged) dropped.push({ text, why: judged.why });
    else if (sentences.length >= MOST_SENTENCES) dropped.push({ text, why: 'there are enough' });
    else sentences.push(judged);
  }
  return { sentences, dropped };
}

function judgeSentence(
  said: string,
  ids: readonly string[],
  facts: InsightFacts,
  names: ReadonlyMap<string, string>,
): Insight['sentences'][number] | { readonly why: string } {
  const about: About[] = [];
  for (const id of new Set(ids)) {
    const kpi = facts.kpis.find((candidate) => candidate.id === id);
    if (kpi === undefined) return { why: 'it is about a KPI that was not sent' };
    about.push({ kpi, name: names.get(id) ?? id });
  }
  const text = readableSentence(said, new Set(about.map(({ kpi }) => kpi.id)));
  if (text === undefined) return { why: 'it is no plain sentence' };
  const unfounded = unfoundedMention(text, about, facts);
  if (unfounded !== undefined) return { why: `${unfounded} was not sent` };
  const wrongWay = contradictedDirection(
    text,
    about.map(({ kpi }) => kpi),
  );
  if (wrongWay !== undefined) return { why: `it says "${wrongWay}", which is not how it moved` };
  const named = about.reduce(
    (sentence, { kpi, name }) =>
      sentence.replaceAll(new RegExp(String.raw`(?<![\w.])${RegExp.escape(kpi.id)}(?!\w)`, 'g'), () => name),
    text,
  );
  return { text: named, kpis: about.map(({ kpi: { id, version } }) => ({ id, version })) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function factsHash(facts: InsightFacts): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

export const insightPath = (asOf: LocalDate, factsSha256: string): string =>
  `insights/as_of=${asOf}/${factsSha256.slice(0, 16)}.json`;

/** By id, as reports name them. */
export function namesOf({ kpis }: Pick<KpiMart, 'kpis'>): ReadonlyMap<string, string> {
  return new Map(kpis.filter(isTotal).map(({ id, name }) => [id, name]));
}

/** What is kept for exactly these numbers; undefined when nobody was asked, or nothing of the answer was founded. */
export async function insightFor(
  mart: Pick<KpiMart, 'asOf' | 'kpis' | 'series'>,
  { lake, catalog }: { readonly lake: Lake; readonly catalog: CatalogIds },
): Promise<Insight | undefined> {
  const facts = insightFacts(mart, await idsIn(catalog));
  const insight = await keptInsight(facts, lake);
  return insight === undefined || insight.sentences.length === 0 ? undefined : insight;
}

export async function keptInsight(facts: InsightFacts, lake: Lake): Promise<Insight | undefined> {
  const sha256 = factsHash(facts);
  const body = await lake.read('reports', insightPath(facts.as_of, sha256));
  // One that cannot be read is none: everything is complete without it.
  const insight = body && Insight.safeParse(jsonOf(body.toString('utf8'))).data;
  return insight?.factsSha256 === sha256 ? insight : undefined;
}

export type CatalogIds = () => Promise<{ readonly kpis: readonly { readonly id: string }[] }>;

export async function idsIn(catalog: CatalogIds): Promise<ReadonlySet<string>> {
  return new Set((await catalog()).kpis.map(({ id }) => id));
}
