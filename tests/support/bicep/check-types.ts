import { possibleValues } from './possible-values.ts';
import { RESOURCE_TYPES } from './resource-types.ts';
import type { Shape } from './shapes.ts';
import { at, type BicepFile, bodyOf, type Expression, type Property } from './syntax.ts';
import { type Finding, resourcesIn, type Templates } from './templates.ts';
import { type BicepType, typeOf } from './type-of.ts';

// Resources say what their types know, in the right words, and nothing is missing. What only a deployment would tell
// is left alone; what comes by a parameter is followed to where it is given.

/** What Bicep adds to every resource. */
const OF_THE_LANGUAGE = new Set(['parent', 'scope', 'dependsOn']);

export function typeFindings(templates: Templates): Finding[] {
  return resourcesIn(templates).flatMap(({ file, resource }) => {
    const shape = RESOURCE_TYPES[`${resource.type}@${resource.version}`];
    if (shape === undefined)
      return [
        `${file.path}:${resource.line} ${resource.type}@${resource.version} is not among the known types`,
      ];
    const body = bodyOf(resource.value);
    const own =
      body.kind === 'object'
        ? { ...body, properties: body.properties.filter(({ key }) => !OF_THE_LANGUAGE.has(key ?? '')) }
        : body;
    return [...new TypeCheck(file, templates).findings(own, shape, ''), ...parentFindings(file, resource)];
  });
}

function parentFindings(file: BicepFile, resource: BicepFile['resources'][number]): Finding[] {
  const parent = at(resource.value, 'parent');
  const depth = resource.type.split('/').length;
  const here = `${file.path}:${resource.line}`;
  if (parent === undefined)
    return depth > 2 ? [`${here} ${resource.name} is part of another resource and says not of which`] : [];
  const name = parent.kind === 'name' ? parent.name : undefined;
  const type = file.resources.find((one) => one.name === name)?.type;
  return type === resource.type.split('/').slice(0, -1).join('/')
    ? []
    : [`${here} ${resource.name} cannot be part of ${type ?? 'that'}`];
}

class TypeCheck {
  readonly #file: BicepFile;
  readonly #templates: Templates;
  constructor(file: BicepFile, templates: Templates) {
    this.#file = file;
    this.#templates = templates;
  }

  findings(expression: Expression, shape: Shape, path: string): Finding[] {
    if (shape === 'any') return [];
    const { kind, line } = expression;
    if (kind === 'choice')
      return [expression.yes, expression.no].flatMap((one) => this.findings(one, shape, path));
    if (kind === 'object') return this.#object(expression.properties, shape, path, line);
    if (kind === 'array' || kind === 'loop') return this.#list(expression, shape, path);
    if (kind === 'call' && ['concat', 'union'].includes(expression.name))
      return expression.args.flatMap((arg) => this.findings(arg, shape, path));
    if (kind === 'name') {
      const { name } = expression;
      const variable = this.#file.variables.find((one) => one.name === name);
      // A variable is looked into as if its value stood here.
      if (variable !== undefined) return this.findings(variable.value, shape, path);
    }
    const values = possibleValues(expression, this.#file, this.#templates);
    if (values !== undefined) return values.flatMap((value) => this.#value(value, shape, path, expression));
    return typeOf(expression, this.#file, this.#templates).flatMap((type) =>
      type === typeOfShape(shape) ? [] : [this.#say(line, path, `is ${nameOf(shape)}, not ${type}`)],
    );
  }

  #value(value: unknown, shape: Shape, path: string, { line }: Expression): Finding[] {
    // Absent: as if it were not said.
    if (value === null) return [];
    if (typeof shape === 'object' && shape.kind === 'one-of')
      return typeof value === 'string' && shape.values.includes(value)
        ? []
        : [this.#say(line, path, `is ${nameOf(shape)}, not ${JSON.stringify(value)}`)];
    const type = typeOfShape(shape);
    const fits =
      (type === 'int' && typeof value === 'number') ||
      (type === 'bool' && typeof value === 'boolean') ||
      (type === 'array' && Array.isArray(value)) ||
      (type === 'object' && typeof value === 'object' && !Array.isArray(value)) ||
      (type === 'string' && typeof value === 'string');
    return fits ? [] : [this.#say(line, path, `is ${nameOf(shape)}, not ${JSON.stringify(value)}`)];
  }

  #list(expression: Expression, shape: Shape, path: string): Finding[] {
    if (typeof shape !== 'object' || shape.kind !== 'list')
      return [this.#say(expression.line, path, `is ${nameOf(shape)}, not array`)];
    const items = expression.kind === 'array' ? expression.items : [bodyOf(expression)];
    return items.flatMap((item) => this.findings(item, shape.of, `${path}[]`));
  }

  #object(properties: readonly Property[], shape: Shape, path: string, line: number): Finding[] {
    if (typeof shape === 'string' || shape.kind === 'list' || shape.kind === 'one-of')
      return [this.#say(line, path, `is ${nameOf(shape)}, not object`)];
    if (shape.kind === 'map')
      return properties.flatMap(({ key, value }) => this.findings(value, shape.of, `${path}.${key ?? '*'}`));
    if (shape.kind === 'object') return this.#fields(properties, shape.fields, path, line);
    const by = properties.find(({ key }) => key === shape.by)?.value;
    const variant = by?.kind === 'literal' ? String(by.value) : '';
    const fields = Object.hasOwn(shape.variants, variant) ? shape.variants[variant] : undefined;
    if (fields === undefined)
      return [
        this.#say(
          line,
          `${path}.${shape.by}`,
          `is one of ${Object.keys(shape.variants).join(', ')}, not ${variant}`,
        ),
      ];
    return this.#fields(properties, { [`${shape.by}!`]: 'string', ...fields }, path, line);
  }

  #fields(
    properties: readonly Property[],
    fields: Readonly<Record<string, Shape>>,
    path: string,
    line: number,
  ): Finding[] {
    const found: Finding[] = [];
    for (const { key, value, line } of properties) {
      const shape = key === undefined ? undefined : (fields[key] ?? fields[`${key}!`]);
      if (shape === undefined) found.push(this.#say(line, `${path}.${key ?? '*'}`, 'is not known'));
      else found.push(...this.findings(value, shape, `${path}.${key}`));
    }
    for (const name of Object.keys(fields)) {
      const key = name.endsWith('!') ? name.slice(0, -1) : undefined;
      if (key !== undefined && !properties.some((property) => property.key === key))
        found.push(this.#say(line, `${path}.${key}`, 'is missing'));
    }
    return found;
  }

  #say(line: number, path: string, what: string): Finding {
    return `${this.#file.path}:${line} ${path.replace(/^\./, '')} ${what}`;
  }
}

function typeOfShape(shape: Shape): BicepType {
  if (typeof shape === 'string') return shape === 'any' ? 'object' : shape;
  if (shape.kind === 'one-of') return 'string';
  return shape.kind === 'list' ? 'array' : 'object';
}

function nameOf(shape: Shape): string {
  if (typeof shape === 'object' && shape.kind === 'one-of') return `one of ${shape.values.join(', ')}`;
  return typeOfShape(shape);
}
