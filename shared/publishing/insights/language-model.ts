import { z } from 'zod';
import { SecretMissing, type SecretStore } from '../../ports/secret-store.ts';
import type { Sealed } from '../../privacy/sealed.ts';
import { bearer, ServiceHttp, type ServiceHttpDeps } from '../../resilience/service-http.ts';
import { SharedBudget, type SharedBudgetDeps } from '../../resilience/shared-budget.ts';
import { type ModelSettings, OPENAI_ENDPOINT } from './model-settings.ts';

// A language model at OpenAI, or one that is deployed in Azure: the same request at another address, let in by a key, or
// in Azure by the app's own identity where there is no key.

/** In Azure the resource has a host of its own. */
export function hostsOfModel(settings: ModelSettings | undefined): readonly string[] {
  if (settings?.provider !== 'azure-openai') return [new URL(OPENAI_ENDPOINT).hostname];
  return [new URL(settings.endpoint).hostname];
}

/** What a token for the model in Azure is asked for. */
export const AZURE_SCOPE = 'https://cognitiveservices.azure.com/.default';

const KEY = 'openai-api-key';
/** It thinks for a while, and nobody waits for it: the delivery comes back by itself. */
const RULE = {
  retries: 1,
  firstDelayMs: 2_000,
  longestDelayMs: 30_000,
  timeoutMs: 60_000,
  mostBytes: 500_000,
  atOnce: 1,
};
/** Each is paid for, and who loads a whole history does not want to pay for a sentence about each day of it. */
const REQUESTS = { name: 'insights', perMinute: 6, burst: 2, perDay: 24, longestWaitMs: RULE.longestDelayMs };

const Completion = z.looseObject({
  model: z.string().optional(),
  choices: z.array(
    z.looseObject({
      finish_reason: z.string().nullish(),
      message: z.looseObject({ content: z.string().nullish() }),
    }),
  ),
});

export type ModelDeps = Omit<ServiceHttpDeps, 'secret' | 'authorise' | 'meaningOf' | 'sentenceIn'> &
  SharedBudgetDeps & {
    /** A token of the app's own identity. */
    readonly identityToken: (scope: string) => Promise<Sealed<string>>;
  };

export class LanguageModel {
  readonly #url: string;
  readonly #secrets: Pick<SecretStore, 'get'>;
  readonly #isAzure: boolean;
  readonly #budget: SharedBudget;
  readonly #byKey: ServiceHttp;
  readonly #asApp: ServiceHttp;

  constructor({ provider, endpoint }: ModelSettings, deps: ModelDeps) {
    this.#isAzure = provider === 'azure-openai';
    this.#url = `${endpoint}${this.#isAzure ? '/openai' : ''}/v1/chat/completions`;
    this.#secrets = deps.secrets;
    this.#budget = new SharedBudget(REQUESTS, deps);
    const service = this.#isAzure ? 'Azure OpenAI' : 'OpenAI';
    this.#byKey = new ServiceHttp(service, RULE, {
      ...deps,
      secret: KEY,
      authorise: this.#isAzure ? (key) => ({ 'api-key': key }) : bearer,
    });
    const tokens = { get: async () => await deps.identityToken(AZURE_SCOPE) };
    this.#asApp = new ServiceHttp(service, RULE, {
      ...deps,
      secrets: tokens,
      secret: KEY,
      authorise: bearer,
    });
  }

  /** It was asked as often today as it may be, by whichever instance. */
  async isSpent(): Promise<boolean> {
    return await this.#budget.isSpent();
  }

  /** What it answers to the request, and who answered. Empty where it would not, or came to no end. */
  async answer(request: unknown): Promise<{ readonly text: string; readonly model: string | undefined }> {
    const http = (await this.#hasKey()) ? this.#byKey : this.#asApp;
    const call = { method: 'POST', url: this.#url, json: request, bucket: this.#budget } as const;
    const { model, choices } = await http.json(call, Completion);
    const [choice] = choices;
    return { model, text: choice?.finish_reason === 'stop' ? (choice.message.content ?? '') : '' };
  }

  async #hasKey(): Promise<boolean> {
    try {
      await this.#secrets.get(KEY);
      return true;
    } catch (error) {
      if (error instanceof SecretMissing && this.#isAzure) return false;
      throw error;
    }
  }
}
