import { unreachable } from '../domain/unreachable.ts';
import { addExact, type ExactDecimal, exactDecimal, multiplyExact, subtractExact } from './exact-decimal.ts';

// The arithmetic of a metric: names of measures, whole numbers, + - * and parentheses. There is no division:
// a metric divides once, its numerator by its denominator, so nothing is rounded on the way.

export type MetricExpression =
  | { readonly kind: 'measure'; readonly name: string }
  | { readonly kind: 'integer'; readonly value: string }
  | {
      readonly kind: 'operation';
      readonly operator: '+' | '-' | '*';
      readonly left: MetricExpression;
      readonly right: MetricExpression;
    };

/** The text is not an expression. The message says what stands where. */
export class ExpressionInvalid extends Error {
  override readonly name = 'ExpressionInvalid';
}

export function parseMetricExpression(text: string): MetricExpression {
  const tokens = new TokenReader(text);
  const expression = readSum(tokens);
  const rest = tokens.peek();
  if (rest !== undefined) throw new ExpressionInvalid(`unexpected ${JSON.stringify(rest)} in "${text}"`);
  return expression;
}

/** Names of the measures in the expression, each once, in order of appearance. */
export function measuresIn(expression: MetricExpression): readonly string[] {
  switch (expression.kind) {
    case 'measure':
      return [expression.name];
    case 'integer':
      return [];
    case 'operation':
      return [...new Set([...measuresIn(expression.left), ...measuresIn(expression.right)])];
    default:
      return unreachable(expression);
  }
}

export function evaluateMetric(
  expression: MetricExpression,
  measures: Readonly<Record<string, ExactDecimal>>,
): ExactDecimal {
  switch (expression.kind) {
    case 'measure': {
      const value = measures[expression.name];
      if (!value) throw new ExpressionInvalid(`no measure is called ${expression.name}`);
      return value;
    }
    case 'integer':
      return exactDecimal(expression.value);
    case 'operation': {
      const left = evaluateMetric(expression.left, measures);
      const right = evaluateMetric(expression.right, measures);
      return OPERATIONS[expression.operator](left, right);
    }
    default:
      return unreachable(expression);
  }
}

const OPERATIONS = { '+': addExact, '-': subtractExact, '*': multiplyExact };

class TokenReader {
  readonly text: string;
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = text.match(/[a-z_][a-z0-9_]*|\d+|\S/g) ?? [];
  }

  peek(): string | undefined {
    return this.#tokens[this.#position];
  }

  take(): string | undefined {
    const token = this.peek();
    this.#position += 1;
    return token;
  }
}

function readSum(tokens: TokenReader): MetricExpression {
  let left = readProduct(tokens);
  for (let next = tokens.peek(); next === '+' || next === '-'; next = tokens.peek()) {
    tokens.take();
    left = { kind: 'operation', operator: next, left, right: readProduct(tokens) };
  }
  return left;
}

function readProduct(tokens: TokenReader): MetricExpression {
  let left = readOperand(tokens);
  while (tokens.peek() === '*') {
    tokens.take();
    left = { kind: 'operation', operator: '*', left, right: readOperand(tokens) };
  }
  return left;
}

function readOperand(tokens: TokenReader): MetricExpression {
  const token = tokens.take();
  if (token === '(') {
    const inner = readSum(tokens);
    if (tokens.take() !== ')') throw new ExpressionInvalid(`a parenthesis is not closed in "${tokens.text}"`);
    return inner;
  }
  if (token !== undefined && /^[a-z_]/.test(token)) return { kind: 'measure', name: token };
  if (token !== undefined && /^\d/.test(token)) return { kind: 'integer', value: token };
  const found = token === undefined ? 'the end' : JSON.stringify(token);
  throw new ExpressionInvalid(
    `expected a measure, a whole number or "(" but found ${found} in "${tokens.text}"`,
  );
}
