/** Memory for one chunk, seen by every thread. */
export type ChunkRoom = Uint8Array<SharedArrayBuffer>;

/**
 * Rooms for chunks, each of them used again and again: memory that is new costs more than what is copied into it. A room
 * has as many bytes as the largest chunk, but the machine gives it no more of them than have been written to. The one
 * that came back last is taken first, so that large chunks, of which there are few at a time, do not fill all rooms.
 */
export class ChunkRooms {
  readonly #bytes: number;
  readonly #free: ChunkRoom[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  take(): ChunkRoom {
    return this.#free.pop() ?? new Uint8Array(new SharedArrayBuffer(this.#bytes));
  }

  giveBack(room: ChunkRoom): void {
    this.#free.push(room);
  }
}
