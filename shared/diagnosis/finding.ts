import { z } from 'zod';

/** One thing that was looked at, in words for whoever has to mend it. */
export type Finding = z.infer<typeof Finding>;
export const Finding = z.object({
  area: z.enum(['settings', 'connections', 'storage', 'secrets', 'sources', 'destinations', 'machine']),
  /** `container raw`, `secret hubspot-api-key`. */
  name: z.string(),
  /** `off`: not in use, which is fine where it is meant. `warning`: it works, and somebody should look. */
  state: z.enum(['ok', 'warning', 'wrong', 'off']),
  detail: z.string(),
  /** What to do about it. */
  next: z.string().optional(),
});

export type Diagnosis = z.infer<typeof Diagnosis>;
export const Diagnosis = z.object({
  /** Nothing is wrong. */
  isWell: z.boolean(),
  revision: z.string(),
  findings: z.array(Finding).readonly(),
});

export function diagnosisOf(revision: string, findings: readonly Finding[]): Diagnosis {
  return { isWell: findings.every(({ state }) => state !== 'wrong'), revision, findings };
}
