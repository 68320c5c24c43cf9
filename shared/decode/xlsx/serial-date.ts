// Excel counts days. In the system of 1900 day 1 is 1900-01-01, and day 60 is 1900-02-29, which never was: Lotus
// 1-2-3 took 1900 for a leap year and Excel kept it. In the system of 1904 day 0 is 1904-01-01. No time zone is
// involved anywhere.

export type DateSystem = 1900 | 1904;

const DAY_MS = 86_400_000;
/** 9999-12-31, the last day that Excel knows. */
const LAST_DAY = { 1900: 2_958_465, 1904: 2_957_003 } as const;

/**
 * Writes a stored number as `2023-01-31`, as `2023-01-31 14:30:00` when it has a time, and as `14:30:00` when it is
 * a time without a day. A number that is no date comes back as it was stored, for the reader of the cell to refuse.
 */
export function serialDateWriter(system: DateSystem): (stored: string) => string {
  // The same few days recur in every column.
  const known = new Map<number, string>();
  const dayOf = (day: number): string => {
    const seen = known.get(day);
    if (seen !== undefined) return seen;
    const written = writeDay(day, system);
    if (known.size < KNOWN_DAYS) known.set(day, written);
    return written;
  };
  return (stored) => {
    const serial = Number(stored);
    if (stored.trim() === '' || !(serial >= 0) || serial >= LAST_DAY[system] + 1) return stored;
    if (Number.isInteger(serial)) return dayOf(serial);
    const [day, time] = splitTime(serial);
    if (time === 0) return dayOf(day);
    return day === 0 && system === 1900 ? writeTime(time) : `${dayOf(day)} ${writeTime(time)}`;
  };
}

const KNOWN_DAYS = 50_000;

/** Days and milliseconds. The fraction of a day has an error far below a millisecond, so that rounding is exact. */
function splitTime(serial: number): [day: number, time: number] {
  const day = Math.floor(serial);
  const time = Math.round((serial - day) * DAY_MS);
  return time === DAY_MS ? [day + 1, 0] : [day, time];
}

function writeDay(day: number, system: DateSystem): string {
  if (system === 1904) return isoDay(Date.UTC(1904, 0, 1), day);
  // Days that never were, as Excel shows them. The reader of the cell finds that they are not in the calendar.
  if (day === 0) return '1900-01-00';
  if (day === 60) return '1900-02-29';
  return isoDay(Date.UTC(1899, 11, day < 60 ? 31 : 30), day);
}

function isoDay(epoch: number, day: number): string {
  return new Date(epoch + day * DAY_MS).toISOString().slice(0, 10);
}

/** With milliseconds only when there are some. */
function writeTime(time: number): string {
  const text = new Date(time).toISOString();
  return text.endsWith('.000Z') ? text.slice(11, 19) : text.slice(11, 23);
}
