export default async function stopEmulator(): Promise<void> {
  await globalThis.storageEmulator?.stop();
}
