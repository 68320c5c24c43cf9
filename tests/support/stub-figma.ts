import { z } from 'zod';
import { type StubAnswer, type StubRequest, StubServer } from './stub-server.ts';

// Figma's interface to one file as far as the product asks it: its variables, which only some plans and tokens reach, and
// its comments, which only their author may take away.

export const FIGMA_TOKEN = 'figd_secret-of-the-stub';
export const FILE_KEY = 'AbC123dEf456';
export const OURSELVES = 'the-token';

type Variable = {
  readonly id: string;
  readonly name: string;
  readonly variableCollectionId: string;
  readonly resolvedType: string;
  readonly valuesByMode: Record<string, unknown>;
  /** Gone, while some text still refers to it. */
  readonly deletedButReferenced?: boolean;
};
type Collection = {
  readonly id: string;
  readonly name: string;
  readonly modes: { modeId: string; name: string }[];
};
type Comment = {
  readonly id: string;
  readonly message: string;
  readonly by: string;
  readonly parentId: string;
  readonly place: unknown;
};

const Change = z.object({
  variableCollections: z.array(
    z.object({ action: z.literal('CREATE'), id: z.string(), name: z.string(), initialModeId: z.string() }),
  ),
  variableModes: z.array(
    z.object({
      action: z.literal('UPDATE'),
      id: z.string(),
      name: z.string(),
      variableCollectionId: z.string(),
    }),
  ),
  variables: z.array(
    z.object({
      action: z.literal('CREATE'),
      id: z.string(),
      name: z.string(),
      variableCollectionId: z.string(),
      resolvedType: z.enum(['BOOLEAN', 'FLOAT', 'STRING', 'COLOR']),
    }),
  ),
  variableModeValues: z.array(z.object({ variableId: z.string(), modeId: z.string(), value: z.unknown() })),
});
type Change = z.infer<typeof Change>;

export class StubFigma {
  readonly server: StubServer;
  variables: Variable[] = [];
  collections: Collection[] = [];
  comments: Comment[] = [];
  /** What it says instead of letting variables be read or written. */
  variablesRefused: { readonly reading?: string; readonly writing?: string } = {};
  /** Says that there is no such comment, and keeps it. */
  keepsComments = false;
  #count = 0;

  private constructor(server: StubServer) {
    this.server = server;
  }

  static async open(): Promise<StubFigma> {
    const server = await StubServer.open((request) => stub.#answer(request));
    const stub = new StubFigma(server);
    return stub;
  }

  reset(): void {
    this.server.reset();
    this.variables = [];
    this.collections = [];
    this.comments = [];
    this.variablesRefused = {};
    this.keepsComments = false;
  }

  putComment(message: string, by: string, parentId = ''): string {
    const id = this.#id('comment');
    this.comments.push({ id, message, by, parentId, place: undefined });
    return id;
  }

  /** Each variable by its name, in one mode of its collection. */
  values(mode = 0): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      this.variables.map(({ name, variableCollectionId, valuesByMode }) => {
        const collection = this.collections.find(({ id }) => id === variableCollectionId);
        return [name, valuesByMode[collection?.modes[mode]?.modeId ?? '']];
      }),
    );
  }

  #answer({ method, path, headers, json }: StubRequest): StubAnswer {
    if (headers['x-figma-token'] !== FIGMA_TOKEN)
      return { status: 403, body: { status: 403, err: 'Invalid token' } };
    const [, key, rest = ''] = /^\/v1\/files\/(\w+)\/(.+)$/.exec(path) ?? [];
    if (key !== FILE_KEY) return { status: 404, body: { status: 404, err: 'Not found' } };
    const { reading, writing } = this.variablesRefused;
    switch (`${method} ${rest.replace(/^comments\/.+/, 'comments/id')}`) {
      case 'GET variables/local':
        return reading === undefined ? this.#local() : refusal(403, reading);
      case 'POST variables':
        return writing === undefined ? this.#change(Change.parse(json)) : refusal(403, writing);
      case 'GET comments':
        return { body: { comments: this.comments.map(shown) } };
      case 'POST comments':
        return this.#comment(z.looseObject({ message: z.string().min(1) }).parse(json));
      case 'DELETE comments/id':
        return this.#remove(decodeURIComponent(rest.replace('comments/', '')));
      default:
        return refusal(404, 'Not found');
    }
  }

  #local(): StubAnswer {
    const byId = <T extends { id: string }>(all: readonly T[]) =>
      Object.fromEntries(all.map((one) => [one.id, { ...one, remote: false }]));
    const meta = { variables: byId(this.variables), variableCollections: byId(this.collections) };
    return { body: { status: 200, error: false, meta } };
  }

  /** All of it or nothing. */
  #change(change: Change): StubAnswer {
    const collections = this.collections.map((collection) => ({
      ...collection,
      modes: [...collection.modes],
    }));
    const variables = this.variables.map((variable) => ({
      ...variable,
      valuesByMode: { ...variable.valuesByMode },
    }));
    const real: Record<string, string> = {};
    const idOf = (id: string): string => real[id] ?? id;
    for (const { id, name, initialModeId } of change.variableCollections) {
      real[id] = this.#id('VariableCollectionId');
      real[initialModeId] = this.#id('mode');
      collections.push({ id: idOf(id), name, modes: [{ modeId: idOf(initialModeId), name: 'Mode 1' }] });
    }
    for (const { id, name, variableCollectionId } of change.variableModes) {
      const mode = collections
        .find((one) => one.id === idOf(variableCollectionId))
        ?.modes.find(({ modeId }) => modeId === idOf(id));
      if (mode === undefined) return refusal(400, `Mode ${id} not found`);
      mode.name = name;
    }
    for (const { id, name, variableCollectionId, resolvedType } of change.variables) {
      const collection = idOf(variableCollectionId);
      if (!collections.some((one) => one.id === collection))
        return refusal(400, `Collection ${variableCollectionId} not found`);
      if (/[.{}]/.test(name)) return refusal(400, `Invalid variable name ${name}`);
      if (
        variables.some(
          (one) =>
            one.name === name && one.variableCollectionId === collection && one.deletedButReferenced !== true,
        )
      )
        return refusal(400, `Duplicate variable name ${name}`);
      real[id] = this.#id('VariableID');
      variables.push({
        id: idOf(id),
        name,
        variableCollectionId: collection,
        resolvedType,
        valuesByMode: {},
      });
    }
    for (const { variableId, modeId, value } of change.variableModeValues) {
      const variable = variables.find(({ id }) => id === idOf(variableId));
      if (variable === undefined || variable.deletedButReferenced === true)
        return refusal(400, `Variable ${variableId} not found`);
      if (variable.resolvedType === 'STRING' && typeof value !== 'string')
        return refusal(400, 'Mismatched value type');
      variable.valuesByMode[idOf(modeId)] = value;
    }
    this.collections = collections;
    this.variables = variables;
    return { body: { status: 200, error: false, meta: { tempIdToRealId: real } } };
  }

  #comment({ message, client_meta: place }: { message: string; client_meta?: unknown }): StubAnswer {
    const id = this.putComment(message, OURSELVES);
    this.comments = this.comments.map((comment) => (comment.id === id ? { ...comment, place } : comment));
    return { body: { id, message } };
  }

  #remove(id: string): StubAnswer {
    const comment = this.comments.find((one) => one.id === id);
    if (comment === undefined || this.keepsComments) return refusal(404, 'Comment not found');
    if (comment.by !== OURSELVES) return refusal(403, 'You do not have permission to delete this comment');
    this.comments = this.comments.filter((one) => one.id !== id);
    return { body: { status: 200, error: false, i18n: null } };
  }

  #id(kind: string): string {
    this.#count += 1;
    return `${kind}:${this.#count}`;
  }
}

function shown({ id, message, by, parentId }: Comment): object {
  return { id, message, parent_id: parentId, user: { id: by, handle: by }, resolved_at: null };
}

function refusal(status: number, message: string): StubAnswer {
  return { status, body: { status, error: true, message } };
}
