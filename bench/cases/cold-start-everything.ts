import type { Measure } from '../case-process.ts';
import { started } from './cold-start.ts';

/** From the start of a process until it has handled a message and loaded all that any message might need. */
export const measure: Measure = (_orders, timed) => started(['everything'], timed);
