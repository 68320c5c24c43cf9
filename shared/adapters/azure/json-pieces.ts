import { z } from 'zod';

// A property of a table's entity holds 32 K characters, so longer JSON is kept in several: `entry0`, `entry1` …

const PIECE_CHARS = 30_000;
/** An entity may have 1 MiB in all; one that nears it would be refused in Azure but not by the emulator. */
const MAX_PIECES = 12;

export function inPieces(name: string, json: string): Record<string, string> {
  const count = Math.ceil(json.length / PIECE_CHARS);
  if (count > MAX_PIECES)
    throw new RangeError(`${name} of ${json.length} characters is too large for a table`);
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `${name}${index}`,
      json.slice(index * PIECE_CHARS, (index + 1) * PIECE_CHARS),
    ]),
  );
}

export function fromPieces(name: string, entity: object): unknown {
  const properties = new Map<string, unknown>(Object.entries(entity));
  let json = '';
  for (let index = 0; properties.has(`${name}${index}`); index += 1) {
    json += z.string().parse(properties.get(`${name}${index}`));
  }
  return JSON.parse(json);
}
