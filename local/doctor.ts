import { buildApp } from '../shared/app.ts';
import { ConfigInvalid } from '../shared/config.ts';
import { diagnose, diagnosisOfSettings } from '../shared/diagnosis/diagnose.ts';
import { Diagnosis } from '../shared/diagnosis/finding.ts';
import { doctorLines } from './doctor-lines.ts';
import { type DoctorOptions, doctorOptions, HELP } from './doctor-options.ts';
import { exitWhenWritten } from './exit-when-written.ts';
import { localSettings } from './local-settings.ts';
import { UsageError } from './pipeline-options.ts';

// `npm run doctor`: with the settings of this machine, or those of an app that runs.

const EXIT = { well: 0, wrong: 1, wrongCall: 2 } as const;
/** Every question has ten seconds, and all are asked at once; the app may have to start first. */
const PATIENCE_MS = 120_000;

async function main(): Promise<number> {
  const options = doctorOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    console.log(HELP);
    return EXIT.well;
  }
  const diagnosis = options.app === undefined ? await ownDiagnosis(options) : await diagnosisAt(options.app);
  if (options.json) console.log(JSON.stringify(diagnosis));
  else for (const line of doctorLines(diagnosis)) console.log(line);
  return diagnosis.isWell ? EXIT.well : EXIT.wrong;
}

async function ownDiagnosis({ settings }: DoctorOptions): Promise<Diagnosis> {
  const env = { ...(await localSettings(settings)), ...process.env };
  try {
    return await diagnose((await buildApp(env)).diagnosis);
  } catch (error) {
    if (error instanceof ConfigInvalid) return diagnosisOfSettings(error.problems, env['REVISION']);
    throw error;
  }
}

async function diagnosisAt({ url, key }: NonNullable<DoctorOptions['app']>): Promise<Diagnosis> {
  const answer = await fetch(`${url}/api/doctor`, {
    headers: { 'x-functions-key': key },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === 401) throw new Error(`${url} does not take this key`);
  if (!answer.ok)
    throw new Error(`${url}/api/doctor answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  return Diagnosis.parse(await answer.json());
}

main().then(exitWhenWritten, (error: unknown) => {
  const isUsage = error instanceof UsageError;
  console.error(error instanceof Error ? error.message : String(error));
  if (isUsage) console.error('See --help.');
  return exitWhenWritten(isUsage ? EXIT.wrongCall : EXIT.wrong);
});
