import { describe, expect, it } from '@jest/globals';
import { hostIdOf } from '../../../local/host/host-id.ts';
import { makeHostKeys } from '../../../local/host/host-keys.ts';
import { settingsFrom } from '../../../local/host/settings.ts';

describe('the id of a host', () => {
  it('is the same after a restart and another for another app', () => {
    const settings = settingsFrom({}, 'storage');

    expect(hostIdOf('/apps/My App', settings)).toMatch(/^myapp[0-9a-f]{8}$/);
    expect(hostIdOf('/apps/one', settings)).toBe(hostIdOf('/apps/one/', settings));
    expect(hostIdOf('/apps/one', settings)).not.toBe(hostIdOf('/other/one', settings));
  });

  it('is what the setting says', () => {
    expect(hostIdOf('/apps/one', settingsFrom({ AzureFunctionsWebHost__hostid: 'mine' }, 'storage'))).toBe(
      'mine',
    );
  });
});

describe('host keys', () => {
  it('are different from each other and from those of another host', () => {
    const keys = [makeHostKeys(), makeHostKeys()].flatMap((made) => [
      made.master,
      made.function,
      made.system,
    ]);

    expect(new Set(keys).size).toBe(6);
  });
});
