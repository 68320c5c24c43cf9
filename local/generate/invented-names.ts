import type { Random } from './random.ts';

// Names of nobody. Each one says that it is invented, so that no reader can take a sample for a customer, and
// has the traits that break naive readers: commas, accents, quotes, a space at the end.

const GIVEN = ['María', 'José', 'Ángela', 'Raúl', 'Inés', 'Óscar', 'Begoña', 'Iván'];
const FAMILY = ['Ejemplo', 'Muñoz de Prueba', 'Ficticia Peña', 'Inventado Núñez', 'Supuesta Gómez'];
const TRADES = ['Comercializadora', 'Distribuidora', 'Construcciones', 'Agrícola', 'Logística', 'Confección'];

/** The name of the customer at a position. Every 67th shares its name with the one before. */
export function clientName(position: number): string {
  const person = position > 0 && position % 67 === 0 ? position - 1 : position;
  const untrimmed = person % 8 === 3 ? ' ' : '';
  if (person % 5 < 2) return `${pickAt(GIVEN, person)} ${pickAt(FAMILY, person)} ${person}${untrimmed}`;
  return `${pickAt(TRADES, person)} Inventada ${person}, S.A. de C.V.${untrimmed}`;
}

/** One of a few payers of that customer; the case of the name is not always the same. */
export function payerName(position: number, random: Random): string {
  const payer = position * 4 + random.int(0, 3);
  const name =
    payer % 9 === 0
      ? `Almacenes "El Ejemplo" ${payer}, S.A.`
      : `Pagaduría Ficticia de ${pickAt(TRADES, payer)} ${payer}`;
  return random.chance(0.01) ? name.toUpperCase() : name;
}

function pickAt(words: readonly string[], position: number): string {
  return words[position % words.length] ?? '';
}
