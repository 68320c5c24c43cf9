import type { Zone } from '../topology.ts';

/** What the store itself does against loss, as far as it tells those who only read and write files. */
export type ZoneProtection = {
  /** For how many days a deleted file can be had back; none where deletion is final. */
  readonly restorableDays: number | 'none' | 'not to be seen';
  /** Whether the newest file has versions. It is seen at a file alone, so that it is unknown of an empty zone. */
  readonly keepsVersions: boolean | undefined;
  /** Whether the newest file is encrypted where it lies; unknown of an empty zone. */
  readonly isEncrypted: boolean | undefined;
  /** Nobody can write over a file, nor delete it. */
  readonly isImmutable: boolean;
};

export interface LakeProtection {
  /** `newest` is the path of the newest file, where there is one. Throws what asking for it throws. */
  of(zone: Zone, newest: string | undefined): Promise<ZoneProtection>;
}
