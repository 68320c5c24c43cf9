import { unreachable } from '../domain/unreachable.ts';
import {
  addExact,
  compareExact,
  type ExactDecimal,
  exactDecimal,
  multiplyExact,
  powerExact,
  subtractExact,
} from './exact-decimal.ts';

// The arithmetic of a metric: names of measures, decimal numbers, + - *, whole powers, min(a, b), max(a, b) and
// parentheses. There is no division: a metric divides once, its numerator by its denominator, so nothing is rounded
// on the way.

export type MetricExpression =
  | { readonly kind: 'measure'; readonly name: string }
  | { readonly kind: 'number'; readonly value: string }
  | { readonly kind: 'power'; readonly base: MetricExpression; readonly exponent: number }
  | {
      readonly kind: 'operation';
      readonly operator: keyof typeof OPERATIONS;
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
    case 'number':
      return [];
    case 'power':
      return measuresIn(expression.base);
    case 'operation':
      return [...new Set([...measuresIn(expression.left), ...measuresIn(expression.right)])];
    default:
      return unreachable(expression);
  }
}

/** Is it a plain sum of measures, so that its parts add up to the whole? */
export function isAdditive(expression: MetricExpression): boolean {
  if (expression.kind === 'measure') return true;
  if (expression.kind !== 'operation') return false;
  const { operator, left, right } = expression;
  if (operator === '*') {
    return [left, right].some(({ kind }) => kind === 'number') && [left, right].some(isAdditive);
  }
  return (operator === '+' || operator === '-') && isAdditive(left) && isAdditive(right);
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
    case 'number':
      return exactDecimal(expression.value);
    case 'power':
      return powerExact(evaluateMetric(expression.base, measures), expression.exponent);
    case 'operation': {
      const left = evaluateMetric(expression.left, measures);
      const right = evaluateMetric(expression.right, measures);
      return OPERATIONS[expression.operator](left, right);
    }
    default:
      return unreachable(expression);
  }
}

const OPERATIONS = {
  '+': addExact,
  '-': subtractExact,
  '*': multiplyExact,
  min: (a: ExactDecimal, b: ExactDecimal) => (compareExact(a, b) <= 0 ? a : b),
  max: (a: ExactDecimal, b: ExactDecimal) => (compareExact(a, b) >= 0 ? a : b),
};

class TokenReader {
  readonly text: string;
  readonly #tokens: readonly string[];
  #position = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = text.match(/[a-z_][a-z0-9_]*|\d+(?:\.\d+)?|\S/g) ?? [];
  }

  peek(): string | undefined {
    return this.#tokens[this.#position];
  }

  take(): string | undefined {
    const token = this.peek();
    this.#position += 1;
    return token;
  }

  expect(wanted: string, otherwise: string): void {
    if (this.take() !== wanted) throw new ExpressionInvalid(`${otherwise} in "${this.text}"`);
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
  let left = readPower(tokens);
  while (tokens.peek() === '*') {
    tokens.take();
    left = { kind: 'operation', operator: '*', left, right: readPower(tokens) };
  }
  return left;
}

function readPower(tokens: TokenReader): MetricExpression {
  const base = readOperand(tokens);
  if (tokens.peek() !== '^') return base;
  tokens.take();
  const exponent = tokens.take();
  if (exponent === undefined || !/^[1-9]\d?$/.test(exponent)) {
    throw new ExpressionInvalid(`a power must be a whole number from 1 to 99 in "${tokens.text}"`);
  }
  return { kind: 'power', base, exponent: Number(exponent) };
}

function readOperand(tokens: TokenReader): MetricExpression {
  const token = tokens.take();
  if (token === '(') {
    const inner = readSum(tokens);
    tokens.expect(')', 'a parenthesis is not closed');
    return inner;
  }
  if ((token === 'min' || token === 'max') && tokens.peek() === '(') return readPair(token, tokens);
  if (token !== undefined && /^[a-z_]/.test(token)) return { kind: 'measure', name: token };
  if (token !== undefined && /^\d/.test(token)) return { kind: 'number', value: token };
  const found = token === undefined ? 'the end' : JSON.stringify(token);
  throw new ExpressionInvalid(`expected a measure, a number or "(" but found ${found} in "${tokens.text}"`);
}

function readPair(operator: 'min' | 'max', tokens: TokenReader): MetricExpression {
  tokens.take();
  const left = readSum(tokens);
  tokens.expect(',', `${operator} needs two parts with a comma between them`);
  const right = readSum(tokens);
  tokens.expect(')', 'a parenthesis is not closed');
  return { kind: 'operation', operator, left, right };
}
