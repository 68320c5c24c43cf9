import { CONTRACTS } from '../contracts/registry.ts';
import type { DatasetId } from '../domain/ids.ts';

// Names in landing are data from outside. They say which dataset a file belongs to and are shown to people;
// they never become part of another path.

export type LandingPath =
  | {
      readonly kind: 'usable';
      /** The dataset that the folders name, if it is one that we know. */
      readonly dataset: DatasetId | undefined;
      /** Lower-case extension, `bin` when there is none worth keeping. */
      readonly extension: string;
    }
  | { readonly kind: 'unsafe'; readonly why: string };

const MAX_CHARS = 1_024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

export function parseLandingPath(path: string): LandingPath {
  const why = unsafeBecause(path);
  if (why !== undefined) return { kind: 'unsafe', why };
  const [source, name] = path.split('/');
  const dataset = CONTRACTS.find((contract) => contract.dataset === `${source}/${name}`)?.dataset;
  const extension = /\.([a-z0-9]{1,8})$/.exec(path.toLowerCase())?.[1] ?? 'bin';
  return { kind: 'usable', dataset, extension };
}

function unsafeBecause(path: string): string | undefined {
  if (path.length === 0 || path.length > MAX_CHARS) return `it must have 1 to ${MAX_CHARS} characters`;
  if (path.includes('\\')) return 'it has a backslash';
  if (CONTROL.test(path)) return 'it has a control character';
  if (DIRECTION.test(path)) return 'it has a character that changes the direction of writing';
  const decoded = decodedOnce(path);
  const isUnsafe = (text: string): boolean =>
    text.includes('\\') || CONTROL.test(text) || DIRECTION.test(text);
  if (decoded === undefined || isUnsafe(decoded)) return 'it has an unsafe escape';
  const segments = decoded.split('/').map((segment) => segment.trim());
  if (segments.some((segment) => segment === '..' || segment === '.')) return 'it has a `.` or `..` segment';
  if (segments.includes('')) return 'it has an empty segment';
  return undefined;
}

/** What the name means to a program that decodes it once; a lone `%` means itself. */
function decodedOnce(path: string): string | undefined {
  try {
    return decodeURIComponent(path.replaceAll(/%(?![0-9a-fA-F]{2})/g, '%25'));
  } catch {
    return undefined;
  }
}
