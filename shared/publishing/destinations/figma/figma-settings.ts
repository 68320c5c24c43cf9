import { z } from 'zod';
import { type Given, text, trimmed, uri } from '../../../setting-kinds.ts';
import type { FigmaSettings } from './figma-destination.ts';

export const FIGMA_ENVIRONMENT = {
  FIGMA_BASE_URL: uri('Figma, where it is not the usual one'),
  FIGMA_TOKEN: text('Personal access token of Figma; outside dev it comes from the vault'),
  FIGMA_FILE_KEY: z
    .string()
    .regex(/^[A-Za-z0-9]{1,128}$/, 'it must be the letters and digits behind /design/ in its address')
    .optional()
    .describe('Figma file that shows the KPIs'),
  FIGMA_DASHBOARD_FRAME_ID: z
    .string()
    .regex(/^\d+[:-]\d+$/, 'it must look like 12:345')
    .optional()
    .describe('Frame of that file that the comment is put on'),
};
type FigmaGiven = Given<typeof FIGMA_ENVIRONMENT>;

/** Undefined without a file. */
export function figmaSettings(given: FigmaGiven): FigmaSettings | undefined {
  if (given.FIGMA_FILE_KEY === undefined) return undefined;
  return {
    baseUrl: trimmed(given.FIGMA_BASE_URL) ?? 'https://api.figma.com',
    fileKey: given.FIGMA_FILE_KEY,
    // Addresses have it with a hyphen.
    frameId: given.FIGMA_DASHBOARD_FRAME_ID?.replace('-', ':'),
  };
}

/** What is missing where Figma is in use. */
export function problemsOfFigma({ FIGMA_FILE_KEY }: FigmaGiven): string[] {
  if (FIGMA_FILE_KEY !== undefined) return [];
  return ['FIGMA_FILE_KEY is not set: DESTINATIONS has KPIs written to that file.'];
}
