import { ALERT_ROUTES, RESPONSES } from './alert-routes.ts';

/** Everybody whom an alert may call, now or when nobody answers. */
export const CALLED_NAMES: readonly string[] = [
  ...new Set([
    ...Object.values(ALERT_ROUTES).flatMap(({ mention }) => (mention === undefined ? [] : [mention])),
    ...Object.values(RESPONSES).flatMap(({ escalateTo }) => escalateTo),
  ]),
];
