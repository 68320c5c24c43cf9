import { z } from 'zod';
import type { BindingData } from './binding-expressions.ts';

/**
 * Metadata of a message with the message's own properties laid over it, ignoring case and keeping the first
 * spelling: a property called `id` replaces the id of the message (Utility.ApplyBindingData of the host).
 */
export function withLiftedProperties(metadata: BindingData, text: string): BindingData {
  const properties = propertiesOf(text);
  const result: BindingData = { ...metadata };
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || Array.isArray(value)) continue;
    const key = Object.keys(result).find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
    result[key] = typeof value === 'object' ? { json: JSON.stringify(value) } : { string: dotNetText(value) };
  }
  return result;
}

function propertiesOf(text: string): Record<string, unknown> {
  if (!text.trimStart().startsWith('{')) return {};
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data ?? {};
  } catch {
    return {};
  }
}

// Dates are not rewritten into .NET's own format as the real host does: nothing should depend on that.
function dotNetText(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}
