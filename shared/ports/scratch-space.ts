/** A private folder on the local disk, gone with everything in it when disposed. */
export interface ScratchFolder extends AsyncDisposable {
  readonly dir: string;
}

export interface ScratchSpace {
  open(): Promise<ScratchFolder>;
}
