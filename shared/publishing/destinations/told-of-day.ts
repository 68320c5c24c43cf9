import type { LocalDate } from '../../domain/local-date.ts';
import type { NewestNumbers } from '../../pipeline/newest-mart.ts';
import type { DeliverySubject } from '../../ports/deliveries.ts';
import type { Content } from './destination.ts';

// How things stand on a day, by the newest numbers: what most destinations tell.

export type NumbersDeps = { readonly newest: () => Promise<NewestNumbers | undefined> };

/** What a destination tells on that day; undefined as long as there are no numbers. */
export async function toldOfDay(
  subject: DeliverySubject,
  { newest }: NumbersDeps,
  tell: (numbers: NewestNumbers, day: LocalDate) => Promise<Content | undefined> | Content,
): Promise<Content | undefined> {
  if (subject.kind !== 'day') return undefined;
  const numbers = await newest();
  return numbers && (await tell(numbers, subject.day));
}
