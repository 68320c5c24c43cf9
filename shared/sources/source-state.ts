import type { DatasetId } from '../domain/ids.ts';
import type { SourceName } from '../ports/source-client.ts';
import type { Pull, SourceState, SourceStates } from '../ports/source-states.ts';

const MOST_PULLS = 20;

/** Reads, changes and saves until no other writer came between. */
export async function amendSourceState(
  states: SourceStates,
  { source, dataset }: { readonly source: SourceName; readonly dataset: DatasetId },
  change: (state: SourceState) => SourceState,
): Promise<SourceState> {
  for (;;) {
    const found = await states.get(source, dataset);
    const changed = change(found?.value ?? { source, dataset, pulls: [] });
    if ((await states.save(changed, found?.version)) === 'saved') return changed;
  }
}

export function withPull(state: SourceState, pull: Pull): SourceState {
  return { ...state, pulls: [pull, ...state.pulls].slice(0, MOST_PULLS) };
}
