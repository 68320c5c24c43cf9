import { z } from 'zod';

// What settings are made of. Each is a text of the environment that may be missing, and says what it means.

export const text = (meaning: string): z.ZodOptional<z.ZodString> =>
  z.string().min(1).optional().describe(meaning);

export const uri = (meaning: string): z.ZodOptional<z.ZodURL> =>
  z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(meaning);

/** What is left of such settings once they are read: those that are there and usable. */
export type Given<Shape extends z.ZodRawShape> = Partial<z.output<z.ZodObject<Shape>>>;

/** A path is put behind it. */
export function trimmed(url: string | undefined): string | undefined {
  return url?.replace(/\/+$/, '');
}
