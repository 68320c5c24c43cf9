import { describe, expect, it } from '@jest/globals';
import { parsePathPattern } from '../../../local/host/path-pattern.ts';

describe('a blob path', () => {
  it.each([
    ['c/{dir}/{name}.{ext}', 'a/b.c.txt', { dir: 'a', name: 'b.c', ext: 'txt' }],
    ['c/{name}', 'x/y/z', { name: 'x/y/z' }],
    ['c/{dir}/{name}', 'a/b/c', { dir: 'a/b', name: 'c' }],
    ['c', 'x/y', { name: 'x/y' }],
    ['c/fixed.txt', 'fixed.txt', {}],
    ['c/fixed.txt', 'fixedXtxt', undefined],
    ['c/Data/{name}', 'data/x', undefined],
    ['c/in/{name}.csv', 'in/x.json', undefined],
  ])('%s on %s gives %j', (path, blob, values) => {
    expect(parsePathPattern(path).match(blob)).toEqual(values);
  });

  it('knows how every matching name begins', () => {
    expect(parsePathPattern('c/in/{name}.csv')).toMatchObject({ container: 'c', prefix: 'in/' });
  });

  it('needs a container with a plain name', () => {
    expect(() => parsePathPattern('{container}/{name}')).toThrow('the container must be a plain name');
  });
});
