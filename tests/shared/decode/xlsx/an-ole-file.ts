/** The old container with these names in its directory: header, allocation table, then four names to a sector. */
export function anOleFile(...names: string[]): Buffer {
  const sectors = Math.ceil(names.length / 4);
  const bytes = Buffer.alloc(512 * (2 + sectors));
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(bytes);
  bytes.writeUInt16LE(9, 30);
  bytes.writeUInt32LE(1, 48);
  // The allocation table is sector 0; the directory is a chain from sector 1 on.
  for (let sector = 1; sector <= sectors; sector += 1) {
    bytes.writeUInt32LE(sector === sectors ? 0xffff_fffe : sector + 1, 512 + sector * 4);
  }
  for (const [index, name] of names.entries()) {
    const at = 1024 + index * 128;
    bytes.write(name, at, 'utf16le');
    bytes.writeUInt16LE(name.length * 2 + 2, at + 64);
  }
  return bytes;
}
