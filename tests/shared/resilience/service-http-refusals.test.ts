import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { instead, StubServer } from '../../support/stub-server.ts';
import { aSource, failed, NEW, OLD, THINGS, Things } from './a-service.ts';

let server: StubServer;
beforeAll(async () => {
  server = await StubServer.open(() => ({ body: THINGS }));
});
afterAll(() => server.close());
beforeEach(() => server.reset());

describe('a credential', () => {
  const onlyTo = (secret: string) => {
    server.fault = (answer, { headers }) =>
      headers.authorization === `Bearer ${secret}` ? answer : { status: 401 };
  };

  it('that was renewed since it was cached is taken from the vault', async () => {
    const { asked, http, circuits, get } = aSource(server);
    onlyTo(NEW);

    expect(await get()).toEqual(THINGS);
    expect(asked).toEqual([false, true]);
    expect(http.cost).toMatchObject({ requests: 2, retries: 0 });
    expect(circuits.state).toBeUndefined();
  });

  it.each([401, 403])('that is refused with %i is tried once anew and no more', async (status) => {
    const { asked, circuits, get } = aSource(server);
    server.fault = instead({ status, body: `{"message":"key ${OLD} of ana@example.com"}` });

    expect(await failed(get())).toMatchObject({
      name: 'CredentialsRefused',
      secret: 'hubspot-api-key',
      message: `Acme refused the credential with status ${status}`,
    });
    expect(asked).toEqual([false, true]);
    expect(circuits.state).toBeUndefined();
  });

  it('may be refused in the own way of the source', async () => {
    const { get } = aSource(server, { deps: { meaningOf: () => 'credentials' } });
    server.fault = instead({ status: 400 });

    expect(await failed(get())).toMatchObject({ name: 'CredentialsRefused' });
  });

  it.each([
    'https://login.example.com/?back=/things',
    'https://app.example.com/users/sign_in',
    'https://app.example.com/signin',
    'https://example.auth0.com/authorize',
    '/login?next=%2Fthings',
    '/session/new',
  ])('has run out when it leads to a login page: %s', async (location) => {
    const { get } = aSource(server);
    server.fault = (answer, { path }) => {
      if (path === '/things') return { status: 302, headers: { location } };
      return { ...answer, headers: { 'content-type': 'text/html' }, body: '<!doctype html><form>' };
    };

    expect(await failed(get())).toMatchObject({
      name: 'CredentialsRefused',
      message: 'The session at Acme has expired: it leads to its login page',
    });
  });
});

describe('a source that has changed', () => {
  it.each([
    ['https://www.example.com/new-home', 'to another place'],
    ['https://www.example.com/things?author=ana', 'to another place'],
  ])('leads elsewhere: %s', async (location) => {
    const { http, get } = aSource(server);
    server.fault = instead({ status: 301, headers: { location } });

    expect(await failed(get())).toMatchObject({
      name: 'AnswerChanged',
      message: 'Acme leads from /things to another place',
    });
    expect(http.cost.requests).toBe(1);
  });

  it('is followed to where it has moved within its host', async () => {
    const { get } = aSource(server);
    server.fault = (answer, { path }) =>
      path === '/things' ? { status: 301, headers: { location: '/v2/things' } } : answer;

    expect(await get()).toEqual(THINGS);
  });

  it.each([
    [
      'that says so',
      { headers: { 'content-type': 'text/html; charset=utf-8' }, body: 'Down for maintenance' },
    ],
    [
      'that says it is JSON',
      { headers: { 'content-type': 'application/json' }, body: '\uFEFF\n <!DOCTYPE html><p>' },
    ],
  ])('answers with a page %s', async (_what, page) => {
    const { http, circuits, get } = aSource(server);
    server.fault = instead(page);

    expect(await failed(get())).toMatchObject({
      name: 'AnswerChanged',
      message: 'Acme answered with a page instead of data',
    });
    expect(http.cost.requests).toBe(1);
    expect(circuits.state).toBeUndefined();
  });

  it('has its fields named, and none of their values', async () => {
    const { get } = aSource(server);
    server.fault = instead({
      body: { things: [{ id: 7, email: 'ana@example.com' }, { id: '8' }], next: 'ana' },
    });

    const error = await failed(get());

    expect(error).toMatchObject({
      name: 'AnswerChanged',
      message:
        'Acme answers in another shape than before: things.0.id (invalid_type), things.1.email (invalid_type), next (invalid_type)',
    });
    expect(inspect(error, { depth: 10 })).not.toContain('ana');
  });

  it.each(['[]', 'null', '7', '"ana@example.com"'])('gives %s in place of a document', async (body) => {
    const { get } = aSource(server);
    server.fault = instead({ body });

    expect(await failed(get())).toMatchObject({
      message: 'Acme answers in another shape than before: the answer (invalid_type)',
    });
  });

  it.each(['{"things":[{"email":"ana@example.com', 'ana@example.com;1', ''])(
    'gives what is no JSON, which is not shown: %p',
    async (body) => {
      const { get } = aSource(server);
      server.fault = instead({ body });

      const error = await failed(get());

      expect(error).toMatchObject({
        name: 'AnswerChanged',
        message: 'Acme answered with something that is not JSON',
      });
      expect(inspect(error, { depth: 10 })).not.toContain('ana');
    },
  );

  it('gives more than it may', async () => {
    const { http, circuits, call } = aSource(server);
    server.fault = instead({ body: 'x'.repeat(101) });

    const error = await failed(http.call({ ...call, mostBytes: 100 }, ({ body }) => buffer(body)));

    expect(error).toMatchObject({ name: 'AnswerTooLarge' });
    expect(http.cost.requests).toBe(1);
    expect(circuits.state).toBeUndefined();
  });
});

describe('a request that is refused', () => {
  it('is told by its codes, never by sentences that quote values', async () => {
    const { http, circuits, get } = aSource(server);
    const body = {
      status: 'error',
      message: 'Property "ana@example.com" does not exist',
      category: 'VALIDATION_ERROR',
      errors: [{ message: 'ana@example.com', code: 'PROPERTY_DOESNT_EXIST', in: 'ana' }],
    };
    server.fault = instead({ status: 400, body });

    const error = await failed(get());

    expect(error).toMatchObject({
      name: 'RequestRefused',
      status: 400,
      message: 'Acme refused the request with status 400: VALIDATION_ERROR PROPERTY_DOESNT_EXIST',
    });
    expect(inspect(error, { depth: 10 })).not.toContain('ana');
    expect(http.cost).toMatchObject({ requests: 1, retries: 0 });
    expect(circuits.state).toBeUndefined();
  });

  it.each([
    ['nothing', { body: '' }],
    ['a long page', { body: `<html>${'x'.repeat(100_000)}` }],
    ['half of a sentence', { body: '{"code":"A"', cutAt: 0 }],
  ])('may say %s', async (_what, answer) => {
    const { get } = aSource(server);
    server.fault = instead({ status: 404, ...answer });

    expect(await failed(get())).toMatchObject({ message: 'Acme refused the request with status 404' });
  });

  it('because it would leave the places that are allowed was never sent', async () => {
    const { http, circuits, call } = aSource(server);

    const error = await failed(http.json({ ...call, url: 'https://evil.example/' }, Things));

    expect(error).toMatchObject({ name: 'EgressRefused' });
    expect(http.cost.retries).toBe(0);
    expect(circuits.state).toBeUndefined();
  });
});

it('has no secret in any error', async () => {
  const { get } = aSource(server, { rule: { retries: 0 } });
  for (const status of [301, 400, 401, 429, 500]) {
    server.fault = instead({
      status,
      body: `{"code":"A","token":"${OLD}"}`,
      headers: { location: '/things' },
    });

    const error = await failed(get());

    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/canary/);
  }
});
