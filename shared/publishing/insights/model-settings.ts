import { z } from 'zod';
import { type Given, text, trimmed, uri } from '../../setting-kinds.ts';

export type ModelSettings = {
  readonly provider: 'openai' | 'azure-openai';
  readonly endpoint: string;
  /** In Azure the name of the deployment. */
  readonly model: string;
};

export const OPENAI_ENDPOINT = 'https://api.openai.com';

export const MODEL_ENVIRONMENT = {
  INSIGHTS_PROVIDER: z
    .enum(['openai', 'azure-openai'])
    .optional()
    .describe('Where the language model runs: openai, which is the usual one, or azure-openai'),
  INSIGHTS_MODEL: z
    .string()
    .regex(/^[\w.:-]{1,80}$/, 'it must be the name of a model or deployment')
    .optional()
    .describe('Model at OpenAI, or its deployment in Azure, that says in words how the numbers stand'),
  INSIGHTS_ENDPOINT: uri(
    'Resource in Azure, such as https://NAME.openai.azure.com; OpenAI, where it is not the usual one',
  ),
  OPENAI_API_KEY: text('Key of OpenAI or of the resource in Azure; outside dev it comes from the vault'),
  AZURE_OPENAI_API_KEY: text('The same under the name that it has in Azure'),
};
type ModelGiven = Given<typeof MODEL_ENVIRONMENT>;

/** Undefined where no model is named. */
export function modelSettings(given: ModelGiven): ModelSettings | undefined {
  const { INSIGHTS_PROVIDER: provider = 'openai', INSIGHTS_MODEL: model } = given;
  if (model === undefined) return undefined;
  return { provider, model, endpoint: trimmed(given.INSIGHTS_ENDPOINT) ?? OPENAI_ENDPOINT };
}

/** What is missing where a language model is asked for insights. */
export function problemsOfModel(given: ModelGiven): string[] {
  const problems: string[] = [];
  if (given.INSIGHTS_MODEL === undefined)
    problems.push('INSIGHTS_MODEL is not set: DESTINATIONS has a language model asked for insights.');
  if (given.INSIGHTS_PROVIDER === 'azure-openai' && given.INSIGHTS_ENDPOINT === undefined)
    problems.push('INSIGHTS_ENDPOINT is not set: a model in Azure has an address of its own.');
  return problems;
}
