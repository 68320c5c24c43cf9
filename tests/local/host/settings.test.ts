import { describe, expect, it } from '@jest/globals';
import { settingsFrom } from '../../../local/host/settings.ts';

describe('settings', () => {
  it('finds a connection under its name, and first with the prefix of the real host', () => {
    const settings = settingsFrom({ Data: 'plain', AzureWebJobsData: 'prefixed', Other: 'other' }, 'host');

    expect(settings.connection('Data')).toBe('prefixed');
    expect(settings.connection('Other')).toBe('other');
    expect(settings.connection(undefined)).toBe('host');
    expect(settings.connection('Storage')).toBe('host');
  });

  it('says what is missing, and that an identity is of no use here', () => {
    const settings = settingsFrom({ Data__blobServiceUri: 'https://x' }, 'host');

    expect(() => settings.connection('Nowhere')).toThrow('neither Nowhere nor AzureWebJobsNowhere is set');
    expect(() => settings.connection('Data')).toThrow('this host needs a connection string in Data');
  });

  it.each([
    ['true', true],
    ['True', true],
    ['1', true],
    ['0', false],
    [undefined, false],
  ])('takes %s as disabled: %s', (value, isDisabled) => {
    const env = value === undefined ? {} : { 'AzureWebJobs.nightly.Disabled': value };

    expect(settingsFrom(env, 'host').isDisabled('nightly')).toBe(isDisabled);
  });
});
