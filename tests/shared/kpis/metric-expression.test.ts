import { describe, expect, it } from '@jest/globals';
import {
  addExact,
  exactDecimal,
  exactDecimalText,
  multiplyExact,
  subtractExact,
} from '../../../shared/kpis/exact-decimal.ts';
import {
  ExpressionInvalid,
  evaluateMetric,
  isAdditive,
  measuresIn,
  parseMetricExpression,
} from '../../../shared/kpis/metric-expression.ts';

describe('a metric expression', () => {
  const measures = { a: exactDecimal('2.50'), b: exactDecimal('4'), c: exactDecimal('-0.1') };

  it.each([
    ['a', '2.50'],
    ['7', '7'],
    ['a + b', '6.50'],
    ['a - b', '-1.50'],
    ['a + b * 2', '10.50'],
    ['(a + b) * 2', '13.00'],
    ['a - b - 1', '-2.50'],
    ['a * c', '-0.250'],
    ['a*(b-(1+c))', '7.750'],
    ['0.2 * b', '0.8'],
    ['b ^ 3', '64'],
    ['2 * c ^ 2', '0.02'],
    ['min(a, b)', '2.50'],
    ['max(a + 2, b)', '4.50'],
    ['max(0, min(c, 1))', '0'],
    ['b ^ 12 - (b - 1) ^ 12', '16245775'],
  ])('%s', (text, value) => {
    expect(exactDecimalText(evaluateMetric(parseMetricExpression(text), measures))).toBe(value);
  });

  it('names its measures once', () => {
    expect(measuresIn(parseMetricExpression('a * a + 2 * (b - a)'))).toEqual(['a', 'b']);
  });

  it('names the measures of every form', () => {
    expect(measuresIn(parseMetricExpression('min(a, b) ^ 2 + max(c, 0)'))).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['a', true],
    ['a + b - c', true],
    ['2 * a - b * 0.5', true],
    ['a * b', false],
    ['a + 1', false],
    ['min(a, b)', false],
    ['a ^ 2', false],
  ])('%s is a plain sum of measures: %s', (text, expected) => {
    expect(isAdditive(parseMetricExpression(text))).toBe(expected);
  });

  it('refuses a measure that it was not given', () => {
    expect(() => evaluateMetric(parseMetricExpression('z'), measures)).toThrow(ExpressionInvalid);
  });
});

describe('an exact decimal', () => {
  it('keeps its scale', () => {
    expect(exactDecimalText(addExact(exactDecimal('0.10'), exactDecimal('0.2')))).toBe('0.30');
    expect(exactDecimalText(subtractExact(exactDecimal('1'), exactDecimal('1.000')))).toBe('0.000');
    expect(exactDecimalText(multiplyExact(exactDecimal('-1.5'), exactDecimal('0.5')))).toBe('-0.75');
  });

  it.each(['', '1e3', 'NaN', '1.', 'null'])('refuses %j', (text) => {
    expect(() => exactDecimal(text)).toThrow(RangeError);
  });
});
