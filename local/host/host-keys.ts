import { randomBytes } from 'node:crypto';

/** The keys of a host: the master key opens everything, the others what they are named for. */
export type HostKeys = {
  /** Opens everything, `/admin` included. */
  master: string;
  /** Opens HTTP functions with `authLevel: 'function'`. */
  function: string;
  /** Opens the webhooks of extensions (Event Grid). */
  system: string;
};

export function makeHostKeys(): HostKeys {
  const key = (): string => randomBytes(30).toString('base64url');
  return { master: key(), function: key(), system: key() };
}
