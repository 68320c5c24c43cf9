import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Compile, kqlCompiler } from '../support/kql/kusto-language.ts';
import { runQuery, type World } from '../support/kql/run-query.ts';
import type { Row } from '../support/kql/values.ts';

// The interpreter that the tests of alerts stand on, held against what KQL's reference says.

const NOW = new Date('2026-03-01T12:00:00Z');
const at = (time: string): Date => new Date(`2026-03-01T${time}Z`);
const AppRequests: Row[] = [
  { TimeGenerated: at('11:00:00'), Name: 'a', ResultCode: '200', DurationMs: 10 },
  { TimeGenerated: at('11:30:00'), Name: 'b', ResultCode: '500', DurationMs: 30 },
  { TimeGenerated: at('11:59:00'), Name: 'a', ResultCode: '404', DurationMs: 20 },
];
const AppTraces: Row[] = [
  {
    TimeGenerated: at('10:00:00'),
    SeverityLevel: 1,
    Message: '{"n":3,"at":{"x":"y"},"list":[1],"none":null}',
  },
  { TimeGenerated: at('10:00:00'), SeverityLevel: 3, Message: 'no JSON' },
];
const world: World = { tables: { AppRequests, AppTraces }, functions: {}, now: NOW };

let compile: Compile;
beforeAll(async () => {
  compile = await kqlCompiler();
});

const run = (query: string): readonly Row[] => runQuery(query, world, compile);
/** The one value of `print`-like queries. */
const value = (expression: string): unknown =>
  run(`datatable(one: long) [1] | project v = ${expression}`)[0]?.['v'];

describe('an expression', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['7 / 2', 3],
    ['7 / 2.0', 3.5],
    ['-one', -1],
    ['1.0 / 0', Number.POSITIVE_INFINITY],
    ['1 / 0', null],
    ['"a" == "A"', false],
    ['"a" =~ "A"', true],
    ['"a" != "b"', true],
    ['"Abc" startswith "aB"', true],
    ['"Abc" contains "BC"', true],
    ['one in (1, 2)', true],
    ['one in (dynamic([2, 3]))', false],
    ['one !in (2, 3)', true],
    ['1 >= 1 and 1 <= 1 and not(1 < 1) and not(1 > 1)', true],
    ['1 == 2 or true', true],
    ['ago(15m) < now() and ago(1h) == now() - 60m', true],
    ['bin(datetime_diff("minute", now(), ago(2h)), 50)', 100],
    ['datetime_diff("hour", now(), ago(89m))', 2],
    ['todouble("1.5") + todouble("")', null],
    ['tolong("12.9")', 12],
    ['isnull(tolong("x"))', true],
    ['isnotnull(one) and isempty("") and isnotempty("a")', true],
    ['tostring(parse_json(\'{"a":{"b":2}}\').a)', '{"b":2}'],
    ['tostring(parse_json(\'{"a":1}\').gone)', ''],
    ['iff(one == 1, "yes", "no")', 'yes'],
    ['case(one == 2, "two", one == 1, "one", "other")', 'one'],
    ['case(one == 2, "two", one == 3, "three", "other")', 'other'],
    ['strcat("a", one, "b")', 'a1b'],
    ['round(2.345, 1)', 2.3],
    ['\'it is "quoted"\'', 'it is "quoted"'],
    ['todouble(parse_json("{").a) > 0', false],
  ])('%s is %j', (expression, expected) => {
    expect(value(expression)).toEqual(expected);
  });
});

describe('an operator', () => {
  it.each<[string, Row[]]>([
    ['AppRequests | where DurationMs > 10 | project Name', [{ Name: 'b' }, { Name: 'a' }]],
    ['AppRequests | take 1 | extend d = DurationMs * 2, e = 1 | project d, e', [{ d: 20, e: 1 }]],
    [
      'AppRequests | sort by DurationMs desc | project DurationMs | take 2',
      [{ DurationMs: 30 }, { DurationMs: 20 }],
    ],
    [
      'AppRequests | sort by Name asc, DurationMs asc | project DurationMs',
      [{ DurationMs: 10 }, { DurationMs: 20 }, { DurationMs: 30 }],
    ],
    [
      'AppRequests | summarize n = count(), bad = countif(ResultCode == "500") by Name',
      [
        { Name: 'a', n: 2, bad: 0 },
        { Name: 'b', n: 1, bad: 1 },
      ],
    ],
    [
      'AppRequests | summarize a = avg(DurationMs), b = sum(DurationMs), c = max(DurationMs), d = min(DurationMs), e = dcount(Name)',
      [{ a: 20, b: 60, c: 30, d: 10, e: 2 }],
    ],
    [
      'AppRequests | summarize p = percentile(DurationMs, 50), q = percentile(DurationMs, 95)',
      [{ p: 20, q: 30 }],
    ],
    ['AppRequests | summarize share = round(100.0 * countif(Name == "a") / count(), 1)', [{ share: 66.7 }]],
    [
      'AppRequests | summarize arg_max(TimeGenerated, ResultCode) by Name | project Name, ResultCode',
      [
        { Name: 'a', ResultCode: '404' },
        { Name: 'b', ResultCode: '500' },
      ],
    ],
    [
      'AppRequests | summarize n = count() by hour = bin(TimeGenerated, 1h)',
      [{ hour: at('11:00:00'), n: 3 }],
    ],
    ['AppExceptions | summarize n = count(), newest = max(TimeGenerated)', [{ n: 0, newest: null }]],
    ['AppExceptions | summarize n = count() by ExceptionType', []],
    [
      'union (AppRequests | project TimeGenerated), (AppTraces | project TimeGenerated) | summarize n = count()',
      [{ n: 5 }],
    ],
    ['let few = AppRequests | where Name == "b"; few | project Name', [{ Name: 'b' }]],
    ['let limit = 15.0; AppRequests | where DurationMs < limit | project DurationMs', [{ DurationMs: 10 }]],
    [
      'let oldest = toscalar(AppRequests | summarize min(TimeGenerated)); AppTraces | where TimeGenerated < oldest | summarize n = count()',
      [{ n: 2 }],
    ],
    [
      'AppTraces | extend d = parse_json(Message) | project n = tolong(d.n), x = tostring(d.at.x)',
      [
        { n: 3, x: 'y' },
        { n: null, x: '' },
      ],
    ],
    [
      'datatable(k: string, v: real) ["a", 1.0, "c", 3.0] | join kind=leftouter (AppRequests | where Name == "a" | summarize n = count() by k = Name) on k | project k, v, n',
      [
        { k: 'a', v: 1, n: 2 },
        { k: 'c', v: 3, n: null },
      ],
    ],
    [
      'datatable(k: string) ["a", "c"] | join kind=inner (AppRequests | summarize n = count() by k = Name) on k | project k, n',
      [{ k: 'a', n: 2 }],
    ],
    [
      'AppRequests | summarize n = count() by Name | render piechart',
      [
        { Name: 'a', n: 2 },
        { Name: 'b', n: 1 },
      ],
    ],
  ])('%s', (query, expected) => {
    expect(run(query)).toEqual(expected);
  });
});

describe('what is not known', () => {
  it.each([
    ['AppRequests | mv-expand Properties', /MvExpandOperator/],
    ['AppRequests | project x = cos(DurationMs)', /function cos/],
    ['AppRequests | join AppTraces on OperationId', /JoinOperator/],
    ['AppRequests | where Nonsense > 1', /Nonsense/],
  ])('is refused: %s', (query, why) => {
    expect(() => run(query)).toThrow(why);
  });
});
