import { z } from 'zod';
import { type StubAnswer, type StubRequest, StubServer } from './stub-server.ts';

// A language model as OpenAI offers one, which says of each KPI in front how it stands. It forgets what it was asked:
// asked the same again it answers again, and is paid again.

export const MODEL_KEY = 'sk-secret-of-the-stub';
export const MODEL = 'gpt-of-the-stub';

const Asked = z.looseObject({
  model: z.literal(MODEL),
  messages: z.tuple([
    z.looseObject({ role: z.literal('system') }),
    z.looseObject({ role: z.literal('user'), content: z.string() }),
  ]),
});
const Facts = z.looseObject({
  as_of: z.string(),
  kpis: z.array(z.looseObject({ id: z.string(), value: z.string(), unit: z.string() })).min(1),
});

export class StubModel {
  readonly server: StubServer;
  /** Every question that it answered, as it came. */
  readonly answered: string[] = [];

  private constructor(server: StubServer) {
    this.server = server;
  }

  static async open(): Promise<StubModel> {
    const server = await StubServer.open((request) => stub.#answer(request));
    const stub = new StubModel(server);
    return stub;
  }

  reset(): void {
    this.server.reset();
    this.answered.length = 0;
  }

  #answer({ method, path, headers, json, body }: StubRequest): StubAnswer {
    if (method !== 'POST' || path !== '/v1/chat/completions') return { status: 404, body: { error: {} } };
    if (headers.authorization !== `Bearer ${MODEL_KEY}`)
      return { status: 401, body: { error: { code: 'invalid_api_key', type: 'invalid_request_error' } } };
    const [, { content }] = Asked.parse(json).messages;
    const [first] = Facts.parse(JSON.parse(content)).kpis;
    this.answered.push(body);
    const sentences =
      first === undefined ? [] : [{ kpis: [first.id], text: `${first.id} is ${first.value}.` }];
    const message = { role: 'assistant', content: JSON.stringify({ sentences }) };
    const choices = [{ index: 0, finish_reason: 'stop', message }];
    return { body: { id: 'c', object: 'chat.completion', model: MODEL, choices } };
  }
}
