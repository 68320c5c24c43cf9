import { RunId } from '../domain/ids.ts';
import type { AccessEntry, AccessRecord } from './access-record.ts';

export type Person = {
  readonly person: string;
  readonly key?: string;
  readonly acts: number;
  readonly looks: number;
  readonly refused: number;
  readonly withoutPurpose: number;
  readonly withoutTicket: number;
  readonly withoutOutcome: number;
  readonly about: readonly About[];
};
type About = { readonly about: string; readonly acts: number; readonly looks: number };

type Asked = Extract<AccessEntry, { kind: 'asked' | 'read' }>;
type Request = {
  readonly entry: Asked;
  readonly person: string;
  /** What came of it, once that is known. */
  status: number | undefined;
  found: Readonly<Record<string, string>> | undefined;
};

/** The requests of a span of time, by who asked and what about. */
export class PersonsAccess {
  readonly #datasets: ReadonlyMap<string, string>;
  readonly #requests: Request[] = [];
  readonly #open = new Map<number, Request>();

  /** `datasets`: of each run that there is. */
  constructor(datasets: ReadonlyMap<string, string>) {
    this.#datasets = datasets;
  }

  get records(): number {
    return this.#requests.length;
  }

  /** What came of an act may be told after the end. */
  add({ number, at, entry }: AccessRecord, until: string): void {
    if (entry.kind === 'answered') {
      const request = this.#open.get(entry.asked);
      if (request === undefined) return;
      request.status = entry.status;
      request.found = entry.found;
      return;
    }
    if (at >= until) return;
    const { status, found } = entry.kind === 'read' ? entry : {};
    const request: Request = { entry, person: personOf(entry), status, found };
    if (entry.kind === 'asked') this.#open.set(number, request);
    this.#requests.push(request);
  }

  people(): readonly Person[] {
    return [...Map.groupBy(this.#requests, ({ person, entry }) => `${entry.who.key} ${person}`).values()].map(
      (own) => {
        const acts = own.filter(({ entry }) => entry.kind === 'asked');
        const [first] = own;
        const key = first?.entry.who.key;
        return {
          person: first?.person ?? '',
          ...(key !== undefined && { key }),
          acts: acts.length,
          looks: own.length - acts.length,
          refused: own.filter(({ status = 0 }) => status >= 400).length,
          withoutPurpose: acts.filter(({ entry: { why } }) => !(why.reason || why.ticket)).length,
          withoutTicket: acts.filter(({ entry: { why } }) => !why.ticket).length,
          withoutOutcome: acts.filter(({ status }) => status === undefined).length,
          about: this.#aboutOf(own),
        };
      },
    );
  }

  about(): readonly (About & { readonly people: readonly string[] })[] {
    const by = Map.groupBy(this.#requests, (request) => this.#subjectOf(request));
    return this.#aboutOf(this.#requests).map((one) => ({
      ...one,
      people: [...new Set(by.get(one.about)?.map(({ person }) => person))].toSorted(),
    }));
  }

  #aboutOf(requests: readonly Request[]): About[] {
    return [...Map.groupBy(requests, (request) => this.#subjectOf(request))]
      .map(([about, own]) => {
        const acts = own.filter(({ entry }) => entry.kind === 'asked').length;
        return { about, acts, looks: own.length - acts };
      })
      .toSorted((a, b) => b.acts + b.looks - a.acts - a.looks || a.about.localeCompare(b.about));
  }

  /** A dataset, a KPI, a table or a view; for what is none of these the route. */
  #subjectOf({ entry, found }: Request): string {
    const { route, values } = entry.what;
    const named: Readonly<Record<string, string>> = { ...values, ...found };
    if (route === 'kpi' && found !== undefined) return `KPI ${named['id']}`;
    if (route === 'table-export' && found !== undefined) return `table ${named['name']}`;
    if (route === 'dashboard') return `view ${named['view'] ?? 'executive'}`;
    const runId = RunId.safeParse(named['runId'] ?? named['run']);
    if (runId.success) return this.#datasets.get(runId.data) ?? runId.data;
    return named['dataset']?.includes('/') ? named['dataset'] : route;
  }
}

/** A principal is proof where App Service asks for it, a name is what its bearer says. */
function personOf({ who: { principal, by, key } }: Asked): string {
  return principal ?? by ?? holderOf(key);
}

/** Of a request that names nobody. */
export function holderOf(key: string | undefined): string {
  return key === undefined ? 'nobody who is named' : `holder of key ${key}`;
}
