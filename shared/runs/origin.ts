import { z } from 'zod';
import { showHiddenCharacters } from '../domain/hidden-characters.ts';
import { withoutPersonalValues } from '../privacy/without-personal-values.ts';

// Who brought a file, and what for, as the metadata of its blob say. Nobody vouches for it but those who may write to
// landing; who that was in truth, the log of the storage account has.

export type Origin = z.infer<typeof Origin>;
export const Origin = z.object({
  principal: z.string().optional(),
  purpose: z.string().optional(),
  ticket: z.string().optional(),
});

const MOST_CHARACTERS = 200;

/** Undefined where the metadata say nothing of it. */
export function originOf(metadata: Readonly<Record<string, string>>): Origin | undefined {
  const said = (name: string): string | undefined => {
    const [, text] = Object.entries(metadata).find(([key]) => key.toLowerCase() === name) ?? [];
    const shown = text && showHiddenCharacters(fromMetadata(text).trim().slice(0, MOST_CHARACTERS));
    return shown || undefined;
  };
  const [principal, purpose, ticket] = [said('principal'), said('purpose'), said('ticket')];
  if (principal === undefined && purpose === undefined && ticket === undefined) return undefined;
  return {
    ...(principal !== undefined && { principal }),
    ...(purpose !== undefined && { purpose: withoutPersonalValues(purpose) }),
    ...(ticket !== undefined && { ticket: withoutPersonalValues(ticket) }),
  };
}

/** What `originOf` reads again. */
export function originMetadata(origin: Origin | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(origin ?? {}).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, asMetadata(text.slice(0, MOST_CHARACTERS))]],
    ),
  );
}

/** Metadata travel as headers, which take ASCII alone: anything else as in an address. */
export function asMetadata(text: string): string {
  return /^[ -$&-~]*$/.test(text) ? text : encodeURIComponent(text.toWellFormed());
}

function fromMetadata(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
