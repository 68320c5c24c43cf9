import type { LocalDate } from '../../domain/local-date.ts';
import type { DeliverySubject, DestinationName } from '../../ports/deliveries.ts';

/** What is sent, as it is sent: kept, so that a message can be traced back to its numbers. */
export type Content = {
  readonly body: string;
  readonly contentType: 'application/json' | 'application/x-ndjson';
};

/** A document as JSON that people can read. */
export function jsonContent(document: unknown): Content {
  return { body: JSON.stringify(document, null, 2), contentType: 'application/json' };
}

/** A place that results go to. Each has its own retry and its own state: none holds another up. */
export interface Destination {
  readonly name: DestinationName;
  /** Whether each run is told, how things stand on a day, what is wrong, or what the duties of a day have found. */
  readonly tells: DeliverySubject['kind'] | 'duties';
  /** The day that it is to have told of by today, where that is not today itself; undefined for none. */
  readonly tellsFor?: (today: LocalDate) => LocalDate | undefined;
  /** Hears of nothing by itself: only of what that other destination could not take. */
  readonly standsInFor?: DestinationName;
  /** The content for this subject; undefined when there is nothing to tell. It makes nothing happen anywhere. */
  render(subject: DeliverySubject): Promise<Content | undefined>;
  /**
   * Sends it. Throws RequestRefused when the destination will not have it, and what the client throws when it may be
   * tried again.
   */
  send(content: Content, subject: DeliverySubject): Promise<void>;
}
