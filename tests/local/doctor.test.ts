import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { doctorLines } from '../../local/doctor-lines.ts';
import { doctorOptions, HELP } from '../../local/doctor-options.ts';
import { diagnosisOf } from '../../shared/diagnosis/finding.ts';
import { runScript } from '../support/run-script.ts';
import { StubServer } from '../support/stub-server.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'abaco-doctor-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const WELL = diagnosisOf('0b313ab32a16', [
  { area: 'storage', name: 'container raw', state: 'ok', detail: 'read, write, delete' },
  { area: 'secrets', name: 'secret x', state: 'warning', detail: '400 days old', next: 'Renew it' },
]);
const ILL = diagnosisOf('0b313ab32a16', [
  { area: 'sources', name: 'source meta', state: 'off', detail: 'not pulled' },
  { area: 'storage', name: 'table runs', state: 'wrong', detail: 'it is not there' },
]);

describe('the table', () => {
  it('has a mark for each line, what to do beneath it, and a verdict', () => {
    expect(doctorLines(WELL)).toEqual([
      'Revision 0b313ab32a16',
      '',
      'Storage',
      '  ✓ container raw  read, write, delete',
      '',
      'Secrets',
      '  ! secret x       400 days old',
      '                   → Renew it',
      '',
      '2 things were looked at: nothing is wrong, 1 deserves a look.',
    ]);
    expect(doctorLines(ILL).at(-1)).toBe('2 things were looked at: 1 is wrong.');
    expect(doctorLines(ILL)).toContain('  – source meta  not pulled');
  });
});

describe('the call', () => {
  it('takes an app by its address and key, without which it is refused', () => {
    expect(doctorOptions(['--url', 'https://a.example/', '--key', 'k'], {})).toMatchObject({
      app: { url: 'https://a.example', key: 'k' },
    });
    expect(doctorOptions(['--url', 'https://a.example'], { FUNCTION_KEY: 'k' })).toMatchObject({
      app: { key: 'k' },
    });
    expect(() => doctorOptions(['--url', 'https://a.example'], {})).toThrow('--key KEY, or FUNCTION_KEY');
    expect(() => doctorOptions(['--url', 'here', '--key', 'k'], {})).toThrow('is no address');
    expect(() => doctorOptions(['--nurse'], {})).toThrow('--nurse');
    expect(doctorOptions(['--help'], {})).toBe('help');
    expect(HELP).toContain('Exit code: 0 nothing is wrong, 1 something is, 2 the call was wrong.');
  });
});

describe('npm run doctor', () => {
  it('names all settings of a file that are not usable', async () => {
    const file = join(dir, 'settings.json');
    await writeFile(file, JSON.stringify({ Values: { PIPELINE_ENV: 'production' } }));

    const { code, stdout } = await runScript('local/doctor.ts', ['--settings', file, '--json'], {
      folder: dir,
    });

    expect(code).toBe(1);
    const { isWell, findings }: { isWell: boolean; findings: { name: string }[] } = JSON.parse(stdout);
    expect(isWell).toBe(false);
    expect(findings.map(({ name }) => name)).toEqual(['DataStorage__blobServiceUri', 'KEY_VAULT_URI']);
  });

  it('asks an app that runs, with its key', async () => {
    const app = await StubServer.open(({ headers }) =>
      headers['x-functions-key'] === 'k' ? { body: WELL } : { status: 401 },
    );
    const ask = (key: string) =>
      runScript('local/doctor.ts', ['--url', app.url, '--key', key], { folder: dir });

    const [asked, refused] = await Promise.all([ask('k'), ask('another')]);
    await app.close();

    expect(asked).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing is wrong') });
    expect(refused).toMatchObject({ code: 1, stderr: `${app.url} does not take this key\n` });
    expect(app.requests.map(({ path }) => path)).toEqual(['/api/doctor', '/api/doctor']);
  });
});
