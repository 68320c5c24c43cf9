import type { StubAnswer } from './stub-server.ts';

export const plain = (id: string): string => id.replaceAll('-', '').toLowerCase();

/** As Notion gives back what it was given: with all that goes without saying, and times in its own spelling. */
export function asShown<T extends Record<string, unknown>>(given: T): T {
  return JSON.parse(JSON.stringify(given), (key, value) => {
    if (key === 'start' && String(value).includes('T')) return String(value).replace('Z', '.000+00:00');
    if (typeof value !== 'object' || value === null || value.type !== 'text') return value;
    const { content, link = null } = value.text;
    const annotations = {
      bold: false,
      italic: false,
      strikethrough: false,
      underline: false,
      code: false,
      color: 'default',
      ...value.annotations,
    };
    return {
      type: 'text',
      text: { content, link },
      annotations,
      plain_text: content,
      href: link?.url ?? null,
    };
  });
}

export function invalid(message: string): StubAnswer {
  return refusal(400, 'validation_error', message);
}

export function refusal(status: number, code: string, message: string): StubAnswer {
  return { status, body: { object: 'error', status, code, message, request_id: 'stub' } };
}

/** A block that the integration may not read. */
export const HIDDEN = 'hidden';

export type Properties = Record<string, Record<string, unknown>>;
export type StubNode = {
  readonly id: string;
  /** Of a block; pages are `child_page` where their parent lists them. */
  readonly type: string;
  payload: Record<string, unknown>;
  properties: Properties;
  readonly children: string[];
  readonly createdBy: string;
  readonly createdTime: string;
  readonly parent: string;
  isTrashed: boolean;
};

/** A block as Notion shows it. */
export function blockAnswer({
  id,
  type,
  payload,
  children,
  createdBy,
  createdTime,
  isTrashed,
}: StubNode): object {
  if (type === HIDDEN) return { object: 'block', id };
  const by = { object: 'user', id: createdBy };
  return {
    object: 'block',
    id,
    type,
    created_by: by,
    created_time: createdTime,
    has_children: children.length > 0,
    archived: isTrashed,
    in_trash: isTrashed,
    [type]: payload,
  };
}

/** A page, or a row of a database. */
export function pageAnswer({ id, properties, createdBy, createdTime, isTrashed }: StubNode): object {
  const by = { object: 'user', id: createdBy };
  return {
    object: 'page',
    id,
    properties,
    created_by: by,
    created_time: createdTime,
    archived: isTrashed,
    in_trash: isTrashed,
  };
}
