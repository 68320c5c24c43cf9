import type { Contract } from '../contracts/contract.ts';
import { type ValueDetector, valueDetector } from '../privacy/personal-data.ts';
import { addCounts, type ValueCounts } from '../privacy/value-counts.ts';
import { type ColumnBatch, textAt } from './column-batch.ts';
import type { SuspectColumn } from './snapshot-part.ts';

/**
 * Looks for personal data where nobody declared any: in columns that the contract does not know, and in free text that
 * it says names nobody. Each distinct text of a declared column is looked at once in a part.
 */
export class SuspectWatch {
  readonly #freeText: readonly { readonly name: string; readonly index: number }[];
  readonly #declared = new Map<string, ValueDetector>();
  readonly #unexpected = new Map<string, ValueDetector>();

  constructor({ columns }: Pick<Contract, 'columns'>) {
    this.#freeText = columns.flatMap(({ name, type, pii, allowedValues }, index) =>
      type === 'text' && pii === 'none' && allowedValues === undefined ? [{ name, index }] : [],
    );
  }

  see(column: string, text: string): void {
    detectorOf(this.#unexpected, column).see(text);
  }

  /** Before it is masked. */
  seeBatch(batch: ColumnBatch): void {
    for (const { name, index } of this.#freeText) {
      const vector = batch.columns[index];
      if (vector?.type !== 'text') continue;
      const detector = detectorOf(this.#declared, name);
      for (let code = 0; code < vector.dictionary.ends.length; code += 1) {
        detector.see(textAt(vector.dictionary, code));
      }
    }
  }

  take(): SuspectColumn[] {
    const taken = [...counted(this.#declared, true), ...counted(this.#unexpected, false)];
    this.#declared.clear();
    this.#unexpected.clear();
    return taken;
  }
}

/** What several parts of a file saw. */
export function addSuspects(sums: Map<string, SuspectColumn>, suspects: readonly SuspectColumn[]): void {
  for (const suspect of suspects) {
    const key = `${suspect.isDeclared} ${suspect.column}`;
    const counts: ValueCounts | undefined = sums.get(key)?.counts;
    sums.set(key, counts === undefined ? suspect : { ...suspect, counts: addCounts(counts, suspect.counts) });
  }
}

function detectorOf(detectors: Map<string, ValueDetector>, column: string): ValueDetector {
  const known = detectors.get(column);
  if (known !== undefined) return known;
  const made = valueDetector();
  detectors.set(column, made);
  return made;
}

function counted(detectors: ReadonlyMap<string, ValueDetector>, isDeclared: boolean): SuspectColumn[] {
  return [...detectors].map(([column, detector]) => ({ column, isDeclared, counts: detector.counts() }));
}
