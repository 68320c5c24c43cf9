import { escapeRegExp } from './path-pattern.ts';

/** A route such as `runs/{id:int}/{part?}` or `files/{*rest}`, matched as ASP.NET does it. */
export type RouteTemplate = {
  /** Parameters of a path that matches (without the leading slash), else undefined. */
  match(path: string): Record<string, string> | undefined;
  /** Of two routes that match, the one whose rank sorts first is taken: literals before parameters. */
  rank: string;
};

type Parameter = {
  name: string;
  constraints: readonly string[];
  isOptional: boolean;
  isCatchAll: boolean;
  initial?: string;
};

const PARAMETER = /\{(\*{0,2}[A-Za-z_]\w*(?::(?:[^{}]|\{[^{}]*\})+?)?(?:=[^{}?]*)?\??)\}/;

export function parseRouteTemplate(template: string): RouteTemplate {
  const segments = template.split('/').filter((segment) => segment !== '');
  const parameters: Parameter[] = [];
  let source = '';
  let rank = '';
  for (const segment of segments) {
    const parts = segment.split(PARAMETER);
    const own = parts.filter((_part, index) => index % 2 === 1).map(parseParameter);
    parameters.push(...own);
    rank += rankOf(parts, own);
    const [only] = own;
    const isWhole = own.length === 1 && parts[0] === '' && parts[2] === '';
    if (only?.isCatchAll === true) source += '(?:/(.*))?';
    else if (only !== undefined && isWhole && (only.isOptional || only.initial !== undefined)) {
      source += '(?:/([^/]+))?';
    } else {
      source += `/${parts.map((part, index) => (index % 2 === 1 ? '([^/]+?)' : escapeRegExp(part))).join('')}`;
    }
  }
  const regex = new RegExp(`^${source}/?$`, 'i');
  return {
    rank,
    match(path) {
      const found = regex.exec(`/${path}`);
      if (found === null) return undefined;
      const values: Record<string, string> = {};
      for (const [index, parameter] of parameters.entries()) {
        const raw = found[index + 1];
        const value = raw === undefined || raw === '' ? parameter.initial : decoded(raw);
        if (value === undefined) continue;
        if (!parameter.constraints.every((constraint) => satisfies(constraint, value))) return undefined;
        values[parameter.name] = value;
      }
      return values;
    },
  };
}

function parseParameter(text: string): Parameter {
  const isCatchAll = text.startsWith('*');
  const isOptional = text.endsWith('?');
  const bare = text.replace(/^\*+/, '').replace(/\?$/, '');
  const [head = '', ...initial] = bare.split('=');
  const [name = '', ...constraints] = head.split(/:(?![^(]*\))/);
  return {
    name,
    constraints,
    isOptional,
    isCatchAll,
    ...(initial.length > 0 ? { initial: initial.join('=') } : {}),
  };
}

/** One letter for each segment: literal, mixed, constrained parameter, parameter, catch-all. */
function rankOf(parts: readonly string[], own: readonly Parameter[]): string {
  const [first] = own;
  if (first === undefined) return 'a';
  if (first.isCatchAll) return first.constraints.length > 0 ? 'e' : 'f';
  if (parts.some((part, index) => index % 2 === 0 && part !== '')) return 'b';
  return first.constraints.length > 0 ? 'c' : 'd';
}

const PATTERNS: Record<string, RegExp> = {
  int: /^[+-]?\d{1,10}$/,
  long: /^[+-]?\d{1,19}$/,
  bool: /^(true|false)$/i,
  alpha: /^[a-z]*$/i,
  guid: /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i,
  decimal: /^[+-]?\d*\.?\d+$/,
  double: /^[+-]?\d*\.?\d+(e[+-]?\d+)?$/i,
  float: /^[+-]?\d*\.?\d+(e[+-]?\d+)?$/i,
  required: /./,
};
const INT_LIMIT = 2_147_483_647;

function satisfies(constraint: string, value: string): boolean {
  const call = /^(\w+)(?:\((.*)\))?$/s.exec(constraint);
  const name = call?.[1]?.toLowerCase() ?? '';
  const argument = call?.[2] ?? '';
  const [low = 0, high = low] = argument.split(',').map(Number);
  switch (name) {
    case 'int':
      return PATTERNS['int']?.test(value) === true && Math.abs(Number(value)) <= INT_LIMIT;
    case 'datetime':
      return !Number.isNaN(Date.parse(value));
    case 'length':
      return value.length >= low && value.length <= high;
    case 'minlength':
      return value.length >= low;
    case 'maxlength':
      return value.length <= low;
    case 'min':
      return isInteger(value) && Number(value) >= low;
    case 'max':
      return isInteger(value) && Number(value) <= low;
    case 'range':
      return isInteger(value) && Number(value) >= low && Number(value) <= high;
    case 'regex':
      return new RegExp(
        argument.replaceAll('{{', '{').replaceAll('}}', '}').replaceAll('\\\\', '\\'),
        'i',
      ).test(value);
    default: {
      const pattern = PATTERNS[name];
      if (pattern === undefined) throw new Error(`route constraint "${constraint}" does not exist`);
      return pattern.test(value);
    }
  }
}

function isInteger(value: string): boolean {
  return /^[+-]?\d+$/.test(value);
}

function decoded(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
