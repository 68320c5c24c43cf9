// What the app must be able to do in storage, each as an attempt that leaves nothing behind.

export type StoragePlace = 'container' | 'queue' | 'table';

export type Access = 'read' | 'write' | 'delete';

export type AccessProbe = {
  readonly place: StoragePlace;
  readonly name: string;
  /** The role that allows all of it, as Azure calls it. */
  readonly role: string;
  readonly attempts: readonly { readonly access: Access; readonly attempt: () => Promise<Answered> }[];
};

/** An answer of storage that says that it would have been allowed. */
export type Answered = {
  /** By the clock of storage. */
  readonly at: Date | undefined;
};
