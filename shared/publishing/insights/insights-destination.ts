import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { Lake } from '../../ports/lake.ts';
import { type Destination, jsonContent } from '../destinations/destination.ts';
import type { NumbersDeps } from '../destinations/told-of-day.ts';
import {
  ANSWER_SCHEMA,
  type CatalogIds,
  factsHash,
  type Insight,
  idsIn,
  insightPath,
  judgeAnswer,
  keptInsight,
  namesOf,
} from './insight.ts';
import { InsightFacts, insightFacts } from './insight-facts.ts';
import { LanguageModel, type ModelDeps } from './language-model.ts';
import type { ModelSettings } from './model-settings.ts';

// A few sentences about the newest numbers, by a language model. It is asked on the way out like any other destination,
// after the run has ended: nothing waits for it, and everything is complete without it. What is kept of the delivery is
// the request as it left.

type Deps = ModelDeps &
  NumbersDeps & {
    readonly lake: Lake;
    readonly clock: Clock;
    readonly catalog: CatalogIds;
  };

export function insightsDestination(settings: ModelSettings, deps: Deps): Destination {
  const model = new LanguageModel(settings, deps);
  return {
    name: 'insights',
    tells: 'run',
    async render(subject) {
      const newest = await deps.newest();
      if (newest === undefined || subject.kind !== 'run') return undefined;
      const { run, mart } = newest;
      if (run.runId !== subject.runId || run.attempt !== subject.attempt) return undefined;
      const facts = insightFacts(mart, await idsIn(deps.catalog));
      if (facts.kpis.length === 0 || (await keptInsight(facts, deps.lake)) !== undefined) return undefined;
      if (await model.isSpent()) return undefined;
      return jsonContent(requestOf(facts, settings.model));
    },
    async send({ body }, subject) {
      const request: unknown = JSON.parse(body);
      const facts = factsIn(request);
      const { text, model: answeredBy } = await model.answer(request);
      const newest = await deps.newest();
      const insight: Insight = {
        asOf: facts.as_of,
        factsSha256: factsHash(facts),
        runId: subject.kind === 'run' ? subject.runId : '',
        model: modelName(answeredBy ?? settings.model),
        generatedAt: deps.clock.now().toISOString(),
        ...judgeAnswer(text, facts, newest === undefined ? new Map() : namesOf(newest.mart)),
      };
      const path = insightPath(insight.asOf, insight.factsSha256);
      const options = { contentType: 'application/json', onlyIf: 'absent' } as const;
      // The first answer stands: who has read it yesterday reads the same today.
      await deps.lake.write('reports', path, JSON.stringify(insight, null, 2), options);
    },
  };
}

const ASKED = `You comment on the key figures of a lender's loan book for its executives.
The user message is JSON with all the facts there are: KPIs by id, with value, unit, status, limits, and the value before.
Answer with at most six short English sentences, the most important first. Each names in "kpis" the ids it is about.
Refer to a KPI by its id only. Use only numbers that are in the facts of those KPIs, written in digits as they are there
or rounded to at least two digits, with their unit. No sums, ratios, forecasts or other numbers of your own, no number
words such as "double", "half", "first", "all" or "none". Write days as YYYY-MM-DD. A sentence without "kpis" may use the counts only.
Say what is critical, what has moved and what to look into. No greeting, no links, no markup.`;

function requestOf(facts: InsightFacts, model: string) {
  return {
    model,
    messages: [
      { role: 'system', content: ASKED },
      { role: 'user', content: JSON.stringify(facts) },
    ],
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'insights', strict: true, schema: ANSWER_SCHEMA },
    },
  };
}

const Request = z.looseObject({
  messages: z.tuple([z.looseObject({}), z.looseObject({ content: z.string() })]),
});

/** What was sent is what the answer is held against. */
function factsIn(request: unknown): InsightFacts {
  const [, { content }] = Request.parse(request).messages;
  return InsightFacts.parse(JSON.parse(content));
}

/** It comes from outside, and is shown. */
function modelName(text: string): string {
  return /^[\w.:-]{1,80}$/.test(text) ? text : 'a language model';
}
