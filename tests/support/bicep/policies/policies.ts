import { ACCESS_POLICIES } from './access.ts';
import { APP_POLICIES } from './app.ts';
import { DATA_POLICIES } from './data.ts';
import { ORDER_POLICIES } from './order.ts';
import type { Policy } from './policy.ts';
import { ROLE_POLICIES } from './roles.ts';
import { WATCHING_POLICIES } from './watching.ts';

/** Every rule that the templates keep to. */
export const POLICIES: readonly Policy[] = [
  ...ACCESS_POLICIES,
  ...ROLE_POLICIES,
  ...DATA_POLICIES,
  ...APP_POLICIES,
  ...WATCHING_POLICIES,
  ...ORDER_POLICIES,
];
