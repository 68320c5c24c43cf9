import { CentSum } from './cent-sum.ts';
import { owed, type Standing } from './standing.ts';

// Where balances go from one reporting date to the next (domain.md 4.5). The weight of a loan is what it owed at the
// earlier date; a loan that is new at the later date is in no row, and one that has left is closed.

export const ROLL_STATES = ['0-6', '7-29', '30-59', '60-89', '90-180', 'written_off', 'closed'] as const;
export type RollState = (typeof ROLL_STATES)[number];

/** Undefined stands for no row. Who owes nothing is closed, whatever the row is there for. */
export function rollState(standing: Standing | undefined): RollState {
  if (standing === undefined) return 'closed';
  if (standing.isWrittenOff) return 'written_off';
  if (standing.outstanding <= 0) return 'closed';
  if (standing.dpd < 7) return '0-6';
  if (standing.dpd < 30) return '7-29';
  if (standing.dpd < 60) return '30-59';
  return standing.dpd < 90 ? '60-89' : '90-180';
}

/** A part of a whole, in cents. */
export type Share = { readonly part: bigint; readonly whole: bigint };

export class RollMatrix {
  readonly #cells = new Map<string, CentSum>();

  add(earlier: Standing, later: Standing | undefined): void {
    const key = cellKey(rollState(earlier), rollState(later));
    const cell = this.#cells.get(key) ?? new CentSum();
    this.#cells.set(key, cell);
    cell.add(owed(earlier));
  }

  cell(from: RollState, to: RollState): bigint {
    return this.#cells.get(cellKey(from, to))?.total ?? 0n;
  }

  row(from: RollState): bigint {
    return ROLL_STATES.reduce((sum, to) => sum + this.cell(from, to), 0n);
  }

  /** domain.md 3.2: of what was late by 30 to 59 days, what is later by 60 days or more, or written off. */
  get rolled30(): Share {
    const part = (['60-89', '90-180', 'written_off'] as const).map((to) => this.cell('30-59', to));
    return { part: sum(part), whole: this.row('30-59') };
  }

  /** domain.md 3.2: of what was late by 30 days or more and not written off, what is late by less or closed. */
  get cured(): Share {
    const late = ['30-59', '60-89', '90-180'] as const;
    const part = late.flatMap((from) =>
      (['0-6', '7-29', 'closed'] as const).map((to) => this.cell(from, to)),
    );
    return { part: sum(part), whole: sum(late.map((from) => this.row(from))) };
  }
}

function cellKey(from: RollState, to: RollState): string {
  return `${from} > ${to}`;
}

function sum(cents: readonly bigint[]): bigint {
  return cents.reduce((total, part) => total + part, 0n);
}
