import { describe, expect, it } from '@jest/globals';
import { withLiftedProperties } from '../../../local/host/lifted-properties.ts';

describe('the properties of a message', () => {
  it('replace metadata of the same name and keep the first spelling', () => {
    const metadata = { Id: { string: 'message-id' }, DequeueCount: { json: '1' } };

    const lifted = withLiftedProperties(metadata, JSON.stringify({ id: 'mine', dequeuecount: 9 }));

    expect(lifted).toEqual({ Id: { string: 'mine' }, DequeueCount: { string: '9' } });
  });

  it('become text, except objects, and without lists and nulls', () => {
    const text = JSON.stringify({ flag: true, off: false, list: [1], none: null, nested: { a: 1 }, n: 1.5 });

    expect(withLiftedProperties({}, text)).toEqual({
      flag: { string: 'True' },
      off: { string: 'False' },
      nested: { json: '{"a":1}' },
      n: { string: '1.5' },
    });
  });

  it.each(['plain text', '[1, 2]', '{broken', '7'])('are none in %s', (text) => {
    expect(withLiftedProperties({ Id: { string: 'x' } }, text)).toEqual({ Id: { string: 'x' } });
  });
});
