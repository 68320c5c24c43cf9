import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { TypedData } from './core-contract.ts';
import type { Settings } from './settings.ts';

/** Values that `{expressions}` of output bindings read: the trigger's metadata. */
export type BindingData = Record<string, TypedData>;

/** An output names a value that the trigger does not give. */
export class ExpressionUnresolved extends Error {
  constructor(expression: string, template: string) {
    super(`No value for named parameter '${expression}' in "${template}".`);
    this.name = 'ExpressionUnresolved';
  }
}

/** Fills `{name}`, `{a.b}`, `{rand-guid}`, `{DateTime}` and `%SETTING%` in a property of a binding. */
export function fillTemplate(
  template: string,
  data: BindingData,
  settings: Settings,
  now = new Date(),
): string {
  return settings
    .resolve(template)
    .replace(/\{([^{}]+)\}/g, (_match, expression: string) =>
      valueOf(expression.trim(), data, now, template),
    );
}

export function hasExpression(value: unknown): boolean {
  return typeof value === 'string' && /\{[^{}]+\}/.test(value);
}

function valueOf(expression: string, data: BindingData, now: Date, template: string): string {
  const [name = '', ...formatParts] = expression.split(':');
  const format = formatParts.join(':');
  // The trigger's own values win over the built-in ones.
  const own = lookUp(name, data);
  if (own !== undefined) return own;
  if (name.toLowerCase() === 'rand-guid') return randomGuid(format);
  if (name.toLowerCase() === 'datetime') return formatUtc(now, format || 'yyyy-MM-ddTHH-mm-ssZ');
  throw new ExpressionUnresolved(expression, template);
}

function lookUp(path: string, data: BindingData): string | undefined {
  const [head = '', ...rest] = path.split('.');
  const entry = Object.entries(data).find(([key]) => key.toLowerCase() === head.toLowerCase())?.[1];
  if (entry === undefined) return undefined;
  if (rest.length === 0) return textOf(entry);
  let value = parsedJson(entry.json ?? entry.string);
  for (const part of rest) {
    const object = z.record(z.string(), z.unknown()).safeParse(value).data;
    if (object === undefined) return undefined;
    value = Object.entries(object).find(([key]) => key.toLowerCase() === part.toLowerCase())?.[1];
  }
  return value === undefined ? undefined : plainText(value);
}

function textOf(data: TypedData): string {
  if (data.string !== undefined) return data.string;
  if (data.json !== undefined) return plainText(parsedJson(data.json));
  return data.bytes === undefined ? '' : Buffer.from(data.bytes).toString('utf8');
}

function plainText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function parsedJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return undefined;
  }
}

function randomGuid(format: string): string {
  const guid = randomUUID();
  switch (format.toUpperCase()) {
    case 'N':
      return guid.replaceAll('-', '');
    case 'B':
      return `{${guid}}`;
    case 'P':
      return `(${guid})`;
    default:
      return guid;
  }
}

/** The part of .NET's date patterns that paths use. */
function formatUtc(now: Date, format: string): string {
  const iso = now.toISOString();
  const parts: Record<string, string> = {
    yyyy: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
  };
  return format.replace(/yyyy|MM|dd|HH|mm|ss/g, (part) => parts[part] ?? part);
}
