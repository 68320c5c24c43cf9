// What a Bicep file says, as plain data: the subset of the language that the templates of this product are written in.

type At = { readonly line: number };

export type Expression = At &
  (
    | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
    | { readonly kind: 'text'; readonly parts: readonly Expression[] }
    | { readonly kind: 'object'; readonly properties: readonly Property[] }
    | { readonly kind: 'array'; readonly items: readonly Expression[] }
    | {
        readonly kind: 'loop';
        readonly variables: readonly string[];
        readonly over: Expression;
        readonly body: Expression;
      }
    | { readonly kind: 'condition'; readonly test: Expression; readonly body: Expression }
    | {
        readonly kind: 'choice';
        readonly test: Expression;
        readonly yes: Expression;
        readonly no: Expression;
      }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'member'; readonly of: Expression; readonly property: string }
    | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
    | {
        readonly kind: 'call';
        readonly name: string;
        readonly of: Expression | undefined;
        readonly args: readonly Expression[];
      }
    | { readonly kind: 'operation'; readonly operands: readonly Expression[] }
  );

/** A key that is made of other values is unknown. */
export type Property = At & { readonly key: string | undefined; readonly value: Expression };

export type Decorator = { readonly name: string; readonly args: readonly Expression[] };

export type Declaration = At & { readonly name: string; readonly decorators: readonly Decorator[] };

export type Parameter = Declaration & {
  readonly type: string;
  readonly initial: Expression | undefined;
};
export type Variable = Declaration & { readonly value: Expression };
export type Output = Declaration & { readonly type: string; readonly value: Expression };
export type Resource = Declaration & {
  /** `Microsoft.Web/sites` */
  readonly type: string;
  readonly version: string;
  readonly isExisting: boolean;
  readonly value: Expression;
};
export type Module = Declaration & {
  /** From the root of the templates. */
  readonly path: string;
  readonly value: Expression;
};

export type BicepFile = {
  /** From the root of the templates: `modules/stage.bicep`. */
  readonly path: string;
  /** What the file is deployed to; `resourceGroup` where it does not say. */
  readonly scope: string;
  readonly parameters: readonly Parameter[];
  readonly variables: readonly Variable[];
  readonly resources: readonly Resource[];
  readonly modules: readonly Module[];
  readonly outputs: readonly Output[];
};

/** Every expression within one, itself first. */
export function* within(expression: Expression): Iterable<Expression> {
  yield expression;
  for (const part of partsOf(expression)) yield* within(part);
}

export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'text':
      return expression.parts;
    case 'object':
      return expression.properties.map(({ value }) => value);
    case 'array':
      return expression.items;
    case 'loop':
      return [expression.over, expression.body];
    case 'condition':
      return [expression.test, expression.body];
    case 'choice':
      return [expression.test, expression.yes, expression.no];
    case 'member':
      return [expression.of];
    case 'index':
      return [expression.of, expression.index];
    case 'call':
      return [...(expression.of === undefined ? [] : [expression.of]), ...expression.args];
    case 'operation':
      return expression.operands;
  }
}

/** What is declared, without the loop and the condition around it. */
export function bodyOf(expression: Expression): Expression {
  return expression.kind === 'loop' || expression.kind === 'condition' ? bodyOf(expression.body) : expression;
}

/** The expression at a path of properties such as `properties.networkAcls.bypass`; undefined where it is not said. */
export function at(expression: Expression, path: string): Expression | undefined {
  const [key, ...rest] = path.split('.');
  const body = bodyOf(expression);
  if (body.kind !== 'object') return undefined;
  const found = body.properties.find((property) => property.key === key)?.value;
  return found === undefined || rest.length === 0 ? found : at(found, rest.join('.'));
}

/** Everything that a file says, with the name of what says it. */
export function* expressionsOf(file: BicepFile): Iterable<{ of: Declaration; expression: Expression }> {
  const { parameters, variables, resources, modules, outputs } = file;
  for (const of of parameters) if (of.initial !== undefined) yield { of, expression: of.initial };
  for (const of of [...variables, ...resources, ...modules, ...outputs]) yield { of, expression: of.value };
}
