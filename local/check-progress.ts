import type { FileReader } from '../shared/ports/file-reader.ts';

/** Below this the verdict is there before anybody reads a line. */
const LARGE_BYTES = 32 * 1024 ** 2;

/** The same reader, which tells how many rows of a large file it has read so far. */
export function withProgress(reader: FileReader, tell: (rows: number) => void): FileReader {
  return {
    readHeaders: (file) => reader.readHeaders(file),
    read(file, contract, sink, setAside) {
      if (file.source.size < LARGE_BYTES) return reader.read(file, contract, sink, setAside);
      let rows = 0;
      return reader.read(
        file,
        contract,
        {
          async take(part) {
            await sink.take(part);
            rows += part.records;
            tell(rows);
          },
        },
        setAside,
      );
    },
  };
}
