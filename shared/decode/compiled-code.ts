// Code that has been compiled to WebAssembly, from AssemblyScript in a folder `assembly` beside whoever uses it
// (`npm run build:wasm`). All threads share what the machine makes of it, so it is fast from the first row of a file on;
// code in JavaScript is slow until each thread has compiled it for itself.

/** Memory that compiled code and this side both see. To let it grow makes all views of it useless. */
export type CompiledMemory = {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
};

/** A number that compiled code leaves to be looked at. */
export type CompiledNumber = { readonly value: number };

/** The least that memory grows by. */
export const PAGE_BYTES = 65_536;

/** What the types of Node leave out. */
type Machine = {
  readonly Memory: new (size: { readonly initial: number }) => CompiledMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: CompiledMemory } },
  ) => { readonly exports: unknown };
};

const machine = (globalThis as unknown as { readonly WebAssembly: Machine }).WebAssembly;

/** Memory of at least so many bytes, all of them zero. */
export function compiledMemory(bytes: number): CompiledMemory {
  return new machine.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
}

/** A module in Base64, compiled when it is first used. */
export class CompiledCode<Exports> {
  readonly #base64: string;
  #module: object | undefined;

  constructor(base64: string) {
    this.#base64 = base64;
  }

  /** The code, at work in a memory. */
  over(memory: CompiledMemory): Exports {
    this.#module ??= new machine.Module(Buffer.from(this.#base64, 'base64'));
    return new machine.Instance(this.#module, { env: { memory } }).exports as Exports;
  }
}
