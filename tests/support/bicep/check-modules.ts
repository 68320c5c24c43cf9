import {
  at,
  type BicepFile,
  bodyOf,
  type Expression,
  expressionsOf,
  type Module,
  partsOf,
  within,
} from './syntax.ts';
import type { Finding, Templates } from './templates.ts';
import { typeOf } from './type-of.ts';

// Modules get the parameters that they declare, of the right types, and give the outputs that they are asked for.

export function moduleFindings(templates: Templates): Finding[] {
  return [...templates.files.values()].flatMap((file) => [
    ...file.modules.flatMap((module) => callFindings(module, file, templates)),
    ...outputFindings(file, templates),
  ]);
}

function callFindings(module: Module, file: BicepFile, templates: Templates): Finding[] {
  const here = `${file.path}:${module.line} module ${module.name}`;
  const called = templates.files.get(module.path);
  if (called === undefined) return [`${here}: there is no file ${module.path}`];
  const found: Finding[] = [];
  const body = bodyOf(module.value);
  const scope = at(body, 'scope');
  if (file.scope !== called.scope && scope === undefined)
    found.push(`${here}: is deployed to a ${called.scope} and says to none`);
  const params = at(body, 'params');
  const given = params?.kind === 'object' ? params.properties : [];
  for (const { key, value, line } of given) {
    const parameter = called.parameters.find(({ name }) => name === key);
    if (parameter === undefined) {
      found.push(`${file.path}:${line} ${module.path} has no parameter ${key}`);
      continue;
    }
    for (const type of typeOf(value, file, templates))
      if (type !== parameter.type)
        found.push(`${file.path}:${line} ${key} is ${parameter.type} in ${module.path}, and gets ${type}`);
    if (isSecret(value, file) && !isSecure(parameter))
      found.push(`${file.path}:${line} ${key} gets a secret and is not secure in ${module.path}`);
  }
  for (const { name, initial } of called.parameters)
    if (initial === undefined && !given.some(({ key }) => key === name))
      found.push(`${here}: ${name} is not given`);
  return found;
}

function outputFindings(file: BicepFile, templates: Templates): Finding[] {
  const found: Finding[] = [];
  for (const { expression } of expressionsOf(file)) {
    for (const part of within(expression)) {
      if (part.kind !== 'member' || part.of.kind !== 'member' || part.of.property !== 'outputs') continue;
      const of = part.of.of;
      const module = of.kind === 'name' ? file.modules.find(({ name }) => name === of.name) : undefined;
      if (module === undefined) continue;
      const outputs = templates.files.get(module.path)?.outputs ?? [];
      if (!outputs.some(({ name }) => name === part.property))
        found.push(`${file.path}:${part.line} ${module.path} has no output ${part.property}`);
    }
  }
  for (const output of file.outputs) {
    for (const type of typeOf(output.value, file, templates))
      if (type !== output.type)
        found.push(`${file.path}:${output.line} output ${output.name} is ${output.type} and has ${type}`);
  }
  return found;
}

export function isSecure({ decorators }: { decorators: readonly { name: string }[] }): boolean {
  return decorators.some(({ name }) => name === 'secure');
}

/** Whether a secure parameter is part of the value as it is; to ask whether it is empty gives nothing away. */
export function isSecret(expression: Expression, file: BicepFile): boolean {
  if (expression.kind === 'call' && expression.name === 'empty') return false;
  if (expression.kind === 'name') {
    const { name } = expression;
    const variable = file.variables.find((one) => one.name === name);
    if (variable !== undefined) return isSecret(variable.value, file);
    return file.parameters.some((parameter) => parameter.name === name && isSecure(parameter));
  }
  if (expression.kind === 'call' && expression.name.startsWith('list')) return true;
  const inside = expression.kind === 'choice' ? [expression.yes, expression.no] : partsOf(expression);
  return inside.some((part) => isSecret(part, file));
}
