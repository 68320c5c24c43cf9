// Every tag of a page with the names of its attributes, read the way a browser's tokenizer does: a quoted value
// may hold anything but its quote. Two pages with the same list have the same elements, whatever their text says.
const TAG = /<(\/?[a-z!][^\s/>]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/gi;
const ATTRIBUTE = /([^\s"'=/]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?/g;

export function tagsOf(page: string): string[] {
  return [...page.matchAll(TAG)].map(([, name = '', attributes = '']) => {
    const names = [...attributes.matchAll(ATTRIBUTE)].map(([, attribute = '']) => attribute);
    return [name.toLowerCase(), ...names].join(' ');
  });
}
