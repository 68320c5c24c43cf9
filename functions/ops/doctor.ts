import { theApp } from '../../shared/app.ts';
import { ConfigInvalid } from '../../shared/config.ts';
import { diagnose, diagnosisOfSettings } from '../../shared/diagnosis/diagnose.ts';
import { Diagnosis } from '../../shared/diagnosis/finding.ts';
import { jsonAnswer, NO_QUERY, type Route } from './route.ts';

export const doctorRoute: Route = {
  name: 'doctor',
  method: 'GET',
  path: 'doctor',
  authLevel: 'function',
  summary:
    'What is wrong with settings, connections, roles of the app, secrets, sources and destinations, and what to do; nothing is changed',
  query: NO_QUERY,
  responses: { 200: { description: 'Everything that was looked at', schema: Diagnosis } },
  handle: async () => {
    try {
      return jsonAnswer(await diagnose((await theApp()).diagnosis));
    } catch (error) {
      if (!(error instanceof ConfigInvalid)) throw error;
      return jsonAnswer(diagnosisOfSettings(error.problems, process.env['REVISION']));
    }
  },
};
