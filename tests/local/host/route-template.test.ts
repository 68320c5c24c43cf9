import { describe, expect, it } from '@jest/globals';
import { parseRouteTemplate } from '../../../local/host/route-template.ts';

describe('a route', () => {
  it.each([
    ['api/runs', 'api/runs', {}],
    ['api/runs', 'API/Runs/', {}],
    ['api/runs', 'api/runs/x', undefined],
    ['runs/{id}', 'runs/a%20b', { id: 'a b' }],
    ['runs/{id}', 'runs/%zz', { id: '%zz' }],
    ['runs/{id}', 'runs', undefined],
    ['runs/{id?}', 'runs', {}],
    ['runs/{id=latest}', 'runs', { id: 'latest' }],
    ['runs/{id=latest}', 'runs/7', { id: '7' }],
    ['files/{*rest}', 'files/a/b', { rest: 'a/b' }],
    ['files/{**rest}', 'files', {}],
    ['{name}.{ext}', 'tape.csv', { name: 'tape', ext: 'csv' }],
    ['v{n:int}/x', 'v12/x', { n: '12' }],
    ['v{n:int}/x', 'vb/x', undefined],
    ['{id:int?}', '12', { id: '12' }],
    ['{id:int:min(5)}', '4', undefined],
  ])('%s on %s gives %j', (template, path, parameters) => {
    expect(parseRouteTemplate(template).match(path)).toEqual(parameters);
  });

  it.each([
    ['int', ['1', '-7', '2147483647'], ['1.5', 'x', '9999999999']],
    ['long', ['9999999999'], ['x']],
    ['bool', ['true', 'FALSE'], ['1']],
    ['alpha', ['abc'], ['a1']],
    ['guid', ['CD2C1638-1638-72D5-1638-DEADBEEF1638'], ['cd2c']],
    ['decimal', ['49.99', '-1'], ['x']],
    ['double', ['1.2e3'], ['x']],
    ['float', ['1.2'], ['x']],
    ['datetime', ['2026-11-20'], ['someday']],
    ['length(3)', ['abc'], ['ab', 'abcd']],
    ['length(2,3)', ['ab', 'abc'], ['a', 'abcd']],
    ['minlength(2)', ['ab'], ['a']],
    ['maxlength(2)', ['ab'], ['abc']],
    ['min(5)', ['5'], ['4', 'x']],
    ['max(5)', ['5'], ['6', 'x']],
    ['range(5,7)', ['5', '7'], ['4', '8', 'x']],
    ['required', ['x'], []],
    ['regex(^run_[0-9]+$)', ['run_12'], ['run_x']],
  ])('keeps the constraint %s', (constraint, good, bad) => {
    const route = parseRouteTemplate(`{value:${constraint}}`);

    expect(good.map((value) => route.match(value))).toEqual(good.map((value) => ({ value })));
    expect(bad.map((value) => route.match(value))).toEqual(bad.map(() => undefined));
  });

  it('refuses a constraint that does not exist when it is needed', () => {
    expect(() => parseRouteTemplate('{id:prime}').match('7')).toThrow(
      'route constraint "prime" does not exist',
    );
  });

  it('ranks literals before parameters and catch-alls last', () => {
    const templates = ['{*all}', '{*all:alpha}', '{id}', '{id:int}', 'v{n}', 'latest'];

    const ranked = templates.toSorted((a, b) =>
      parseRouteTemplate(a).rank < parseRouteTemplate(b).rank ? -1 : 1,
    );

    expect(ranked).toEqual(templates.toReversed());
  });
});
