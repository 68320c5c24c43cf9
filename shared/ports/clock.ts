/** The only source of the current time; tests hand in a fixed one. */
export interface Clock {
  now(): Date;
}
