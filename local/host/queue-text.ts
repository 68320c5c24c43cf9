/** How texts travel in queue messages (`extensions.queues.messageEncoding`). */
export type QueueEncoding = 'base64' | 'none';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function encodeQueueText(text: string | Uint8Array, encoding: QueueEncoding): string {
  const bytes = Buffer.from(text);
  return encoding === 'base64' ? bytes.toString('base64') : bytes.toString('utf8');
}

/** The text of a message; undefined when it is not in the encoding. */
export function decodeQueueText(body: string, encoding: QueueEncoding): string | undefined {
  if (encoding === 'none') return body;
  return BASE64.test(body) ? Buffer.from(body, 'base64').toString('utf8') : undefined;
}
