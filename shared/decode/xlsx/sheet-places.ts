// Where in a sheet its rows, cells and values stand. What stands anywhere else is passed over whole.

export type Place =
  | 'outside'
  | 'worksheet'
  | 'sheetData'
  | 'row'
  | 'c'
  | 'v'
  | 'f'
  | 'is'
  | 'run'
  | 'text'
  | 'runText';

/** The place that one is back in when an element closes. */
export const AROUND: Readonly<Record<Place, Place>> = {
  outside: 'outside',
  worksheet: 'outside',
  sheetData: 'worksheet',
  row: 'sheetData',
  c: 'row',
  v: 'c',
  f: 'c',
  is: 'c',
  run: 'is',
  text: 'is',
  runText: 'run',
};

/** Where an element of this name leads to, or undefined when nothing in it is read. */
export function placeOf(around: Place, name: string): Place | undefined {
  switch (around) {
    case 'row':
      return name === 'c' ? 'c' : undefined;
    case 'c':
      return name === 'v' || name === 'f' || name === 'is' ? name : undefined;
    case 'sheetData':
      return name === 'row' ? 'row' : undefined;
    case 'is':
      return name === 't' ? 'text' : name === 'r' ? 'run' : undefined;
    case 'run':
      return name === 't' ? 'runText' : undefined;
    case 'outside':
      return name === 'worksheet' ? 'worksheet' : undefined;
    case 'worksheet':
      return name === 'sheetData' ? 'sheetData' : undefined;
    case 'v':
    case 'f':
    case 'text':
    case 'runText':
      return undefined;
  }
}
