import { type BlobServiceClient, RestError } from '@azure/storage-blob';
import type { LakeProtection, ZoneProtection } from '../../ports/lake-protection.ts';
import type { Zone } from '../../topology.ts';

/**
 * Soft delete by the properties of the service, versions and encryption by the newest file, immutability by its container: the switches
 * themselves belong to the management of the account, which the app has no part in.
 */
export class BlobProtection implements LakeProtection {
  readonly #service: BlobServiceClient;

  constructor(service: BlobServiceClient) {
    this.#service = service;
  }

  async of(zone: Zone, newest: string | undefined): Promise<ZoneProtection> {
    const container = this.#service.getContainerClient(zone);
    const [restorableDays, ofContainer, ofNewest] = await Promise.all([
      this.#restorableDays(),
      container.getProperties(),
      newest === undefined ? undefined : container.getBlobClient(newest).getProperties(),
    ]);
    return {
      restorableDays,
      keepsVersions: ofNewest === undefined ? undefined : ofNewest.versionId !== undefined,
      isEncrypted: ofNewest?.isServerEncrypted,
      isImmutable:
        ofContainer.hasImmutabilityPolicy === true ||
        ofContainer.isImmutableStorageWithVersioningEnabled === true,
    };
  }

  /** An app that may enter containers alone may not ask the whole service. */
  async #restorableDays(): Promise<ZoneProtection['restorableDays']> {
    try {
      const { deleteRetentionPolicy } = await this.#service.getProperties();
      return deleteRetentionPolicy?.enabled === true ? (deleteRetentionPolicy.days ?? 0) : 'none';
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 403) return 'not to be seen';
      throw error;
    }
  }
}
