import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { isPrivateAddress, undiciEgress } from '../../../../shared/adapters/undici/undici-egress.ts';
import { AnswerTooLarge, EgressRefused, type EgressRequest } from '../../../../shared/ports/egress.ts';
import { seal } from '../../../../shared/privacy/sealed.ts';

const HOST = 'api.example.com';
const SECRET = 'canary-secret-7f3a';

const egress = undiciEgress({ hosts: [HOST], allowsLoopback: false });
const aGet = (url: string, overrides: Partial<EgressRequest> = {}): EgressRequest => ({
  method: 'GET',
  url,
  headers: { authorization: seal(SECRET) },
  timeoutMs: 5_000,
  mostBytes: 1_000,
  ...overrides,
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A service on this machine, and a way out that reaches it. */
async function aService(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    seen,
    base: `http://127.0.0.1:${port}`,
    local: undiciEgress({ hosts: [HOST], allowsLoopback: true }),
  };
}

describe('before anything is sent', () => {
  it.each([
    ['no encryption', `http://${HOST}/`],
    ['no encryption, on its port', `http://${HOST}:443/`],
    ['another scheme', `ftp://${HOST}/`],
    ['a socket', `wss://${HOST}/`],
    ['a file', 'file:///etc/passwd'],
    ['a file of a host', `file://${HOST}/etc/passwd`],
    ['data', 'data:text/plain,hello'],
    ['a script', 'javascript:alert(1)'],
    ['no scheme', `//${HOST}/`],
    ['nothing', ''],
    ['a path', '/crm/v3/objects'],
    ['another port', `https://${HOST}:8443/`],
    ['the port of another scheme', `https://${HOST}:80/`],
    ['this machine', 'https://127.0.0.1/'],
    ['this machine, on a port', 'https://127.0.0.1:8080/'],
    ['this machine without encryption', 'http://127.0.0.1/'],
    ['this machine by name', 'https://localhost/'],
    ['this machine by its short form', 'https://127.1/'],
    ['this machine in decimal', 'https://2130706433/'],
    ['this machine in octal', 'https://0177.0.0.1/'],
    ['this machine in hexadecimal', 'https://0x7f.0x0.0x0.0x1/'],
    ['this machine as one hexadecimal number', 'https://0x7f000001/'],
    ['this machine in circled digits', 'https://①②⑦.⓪.⓪.①/'],
    ['this machine with a dot behind', 'https://127.0.0.1./'],
    ['this machine in IPv6', 'https://[::1]/'],
    ['this machine, mapped', 'https://[::ffff:127.0.0.1]/'],
    ['this machine, mapped, in hexadecimal', 'https://[::ffff:7f00:1]/'],
    ['no machine', 'https://0.0.0.0/'],
    ['zero', 'https://0/'],
    ['a private network', 'https://10.0.0.1/'],
    ['another private network', 'https://192.168.1.1/'],
    ['a private network in IPv6', 'https://[fd00::1]/'],
    ['the metadata service', 'http://169.254.169.254/metadata/identity/oauth2/token'],
    ['the metadata service, encrypted', 'https://169.254.169.254/metadata/instance'],
    ['the metadata service in decimal', 'https://2852039166/'],
    ['the metadata service in octal', 'https://0251.0376.0251.0376/'],
    ['the metadata service, mapped', 'https://[::ffff:a9fe:a9fe]/'],
    ['the metadata service by name', 'https://metadata.google.internal/'],
    ['the platform of the cloud', 'https://168.63.129.16/'],
    ['a public address', 'https://8.8.8.8/'],
    ['a name and a password', `https://user:pass@${HOST}/`],
    ['a name', `https://user@${HOST}/`],
    ['a password', `https://:pass@${HOST}/`],
    ['the host as a name', `https://${HOST}@evil.example/`],
    ['the host as a name, with a backslash', `https://evil.example\\@${HOST}/`],
    ['another host', 'https://evil.example/'],
    ['another host in upper case', 'https://EVIL.EXAMPLE/'],
    ['a host that begins like it', `https://${HOST}.evil.example/`],
    ['a host that begins like it, after a tab', `https://${HOST}\t.evil.example/`],
    ['a host that ends like it', `https://evil-${HOST}/`],
    ['a host within it', `https://sub.${HOST}/`],
    ['the domain above it', 'https://example.com/'],
    ['a dot behind', `https://${HOST}./`],
    ['an escaped dot behind', `https://${HOST}%2e/`],
    ['a Cyrillic letter', 'https://аpi.example.com/'],
    ['a Greek letter', 'https://api.examplε.com/'],
    ['its punycode', 'https://xn--pi-7kc.example.com/'],
    ['a space', `https://${HOST} .evil.example/`],
    ['two slashes too few and a backslash', 'https:\\\\evil.example/'],
  ])('refuses %s: %s', async (_what, url) => {
    await expect(egress.send(aGet(url))).rejects.toBeInstanceOf(EgressRefused);
  });

  it.each([
    ['another scheme', 'ftp://127.0.0.1/'],
    ['a file', 'file://127.0.0.1/etc/passwd'],
    ['another machine', 'http://127.0.0.2/'],
    ['IPv6', 'http://[::1]/'],
    ['a name', 'http://localhost/'],
    ['the metadata service', 'http://169.254.169.254/'],
    ['no encryption', `http://${HOST}/`],
  ])('refuses %s where a stand-in on this machine may be reached: %s', async (_what, url) => {
    const local = undiciEgress({ hosts: [HOST], allowsLoopback: true });

    await expect(local.send(aGet(url))).rejects.toBeInstanceOf(EgressRefused);
  });

  it('refuses a name on the list that leads to this machine', async () => {
    const lying = undiciEgress({ hosts: ['localhost'], allowsLoopback: false });

    await expect(lying.send(aGet('https://localhost/'))).rejects.toEqual(
      new EgressRefused('localhost leads to an address that is not public'),
    );
  });

  it.each(['secret\nx-other: 1', 'sécrét—', 'secret\0'])(
    'refuses a header that cannot be sent',
    async (value) => {
      const { base, local, seen } = await aService((_, response) => response.end());
      const request = aGet(base, { headers: { authorization: seal(value) } });

      await expect(local.send(request)).rejects.toBeInstanceOf(EgressRefused);
      expect(seen).toEqual([]);
    },
  );
});

describe('addresses', () => {
  it.each([
    '0.0.0.0',
    '0.255.255.255',
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.168.0.1',
    '192.168.255.255',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::7f00:1',
    '::ffff:127.0.0.1',
    '::FFFF:7F00:1',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::ffff:10.1.2.3',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'nonsense',
    '',
    '127.0.0.1.',
    '2130706433',
  ])('%s is private', (address) => {
    expect(isPrivateAddress(address)).toBe(true);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
    '168.63.129.15',
    '169.253.255.255',
    '169.255.0.1',
    '172.15.255.255',
    '172.32.0.1',
    '192.167.255.255',
    '192.169.0.1',
    '223.255.255.255',
    '::ffff:8.8.8.8',
    '2606:4700::1111',
    '2a00:1450:4001::1',
  ])('%s is public', (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  });
});

describe('an answer', () => {
  it('is brought with its status, its headers in lower case and its body, sealed headers opened', async () => {
    const { base, local, seen } = await aService((request, response) => {
      response.writeHead(201, { 'X-Page': '7', 'Set-Cookie': ['a=1', 'b=2'] });
      request.pipe(response);
    });

    const answer = await local.send(aGet(`${base}/things?q=1`, { method: 'POST', json: { name: 'José' } }));

    expect(answer).toMatchObject({ status: 201, url: `${base}/things?q=1` });
    expect(answer.headers).toMatchObject({ 'x-page': '7', 'set-cookie': 'a=1, b=2' });
    expect((await buffer(answer.body)).toString()).toBe('{"name":"José"}');
    expect(seen[0]?.headers).toMatchObject({ authorization: SECRET, 'content-type': 'application/json' });
  });

  it.each([
    [1_000, 1_000],
    [1_001, 1_000],
  ])('of %i bytes has at most %i', async (bytes, mostBytes) => {
    const { base, local } = await aService((_, response) => response.end('x'.repeat(bytes)));
    const answer = await local.send(aGet(base, { mostBytes }));

    const read = buffer(answer.body);

    if (bytes <= mostBytes) expect(await read).toHaveLength(bytes);
    else await expect(read).rejects.toBeInstanceOf(AnswerTooLarge);
  });

  it('that never ends is given up at its limit', async () => {
    const { base, local } = await aService((_, response) => {
      const pour = (): void => {
        while (response.write('x'.repeat(10_000)));
      };
      response.on('drain', pour);
      pour();
    });
    const answer = await local.send(aGet(base));

    await expect(buffer(answer.body)).rejects.toBeInstanceOf(AnswerTooLarge);
  });

  it('that breaks off is no whole answer', async () => {
    const { base, local } = await aService((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"half":', () => response.destroy());
    });
    const answer = await local.send(aGet(base));

    await expect(buffer(answer.body)).rejects.toThrow();
  });

  it.each(['before its head', 'in its body'])('has a time for all of it: it stops %s', async (where) => {
    const { base, local } = await aService((_, response) => {
      if (where === 'in its body') response.write('{');
    });

    const whole = local.send(aGet(base, { timeoutMs: 50 })).then(async ({ body }) => await buffer(body));

    await expect(whole).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('has a time for all of it: it drips without end', async () => {
    const { base, local } = await aService((_, response) => {
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });

    const whole = local.send(aGet(base, { timeoutMs: 100 })).then(async ({ body }) => await buffer(body));

    await expect(whole).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe('a redirect', () => {
  const leadingTo = (places: Readonly<Record<string, string>>) =>
    aService((request, response) => {
      const location = places[request.url ?? ''];
      if (location === undefined) response.end(`here is ${request.url}`);
      else response.writeHead(302, { location }).end('moved');
    });

  it('is followed within the host, with the same headers', async () => {
    const { base, local, seen } = await leadingTo({ '/a': '/b', '/b': 'c?d=1' });

    const answer = await local.send(aGet(`${base}/a`));

    expect(answer).toMatchObject({ status: 200, url: `${base}/c?d=1` });
    expect((await buffer(answer.body)).toString()).toBe('here is /c?d=1');
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([SECRET, SECRET, SECRET]);
  });

  it.each([
    'https://evil.example/',
    '//evil.example/',
    `https://${HOST}/`,
    'http://169.254.169.254/metadata',
    'http://127.0.0.1:1/',
    'https://127.0.0.1/',
    'file:///etc/passwd',
    'http://[not-an-address',
  ])('to %s is handed back', async (location) => {
    const { base, local, seen } = await leadingTo({ '/a': location });

    const answer = await local.send(aGet(`${base}/a`));

    expect(answer).toMatchObject({ status: 302, url: `${base}/a` });
    expect(answer.headers['location']).toBe(location);
    expect((await buffer(answer.body)).toString()).toBe('moved');
    expect(seen).toHaveLength(1);
  });

  it('to another scheme is handed back, though host and port are the same', async () => {
    const { base, local, seen } = await aService((request, response) =>
      response.writeHead(302, { location: `https://${request.headers.host}/login` }).end(),
    );

    expect(await local.send(aGet(base))).toMatchObject({ status: 302 });
    expect(seen).toHaveLength(1);
  });

  it('with credentials in it is refused', async () => {
    const { base, local, seen } = await aService((request, response) =>
      response.writeHead(302, { location: `http://user:pass@${request.headers.host}/b` }).end(),
    );

    await expect(local.send(aGet(base))).rejects.toBeInstanceOf(EgressRefused);
    expect(seen).toHaveLength(1);
  });

  it('is followed three times and no more', async () => {
    const { base, local, seen } = await leadingTo({ '/a': '/a' });

    expect(await local.send(aGet(`${base}/a`))).toMatchObject({ status: 302 });
    expect(seen).toHaveLength(4);
  });

  it('of a POST is handed back', async () => {
    const { base, local, seen } = await leadingTo({ '/a': '/b' });

    expect(await local.send(aGet(`${base}/a`, { method: 'POST', json: {} }))).toMatchObject({ status: 302 });
    expect(seen).toHaveLength(1);
  });
});

it('has no secret in any error', async () => {
  const silent = await aService(() => undefined);
  const rude = await aService((request) => request.socket.destroy());
  const wrong = await aService((request) => request.socket.end('no HTTP at all\r\n\r\n'));
  const errors: unknown[] = [];
  const noted = async (sent: Promise<unknown>) => errors.push(await sent.catch((error: unknown) => error));

  await noted(silent.local.send(aGet(silent.base, { timeoutMs: 30 })));
  await noted(rude.local.send(aGet(rude.base)));
  await noted(wrong.local.send(aGet(wrong.base)));
  await noted(rude.local.send(aGet('http://127.0.0.1:1/')));
  await noted(rude.local.send(aGet(rude.base, { headers: { authorization: seal(`${SECRET}\n`) } })));
  await noted(egress.send(aGet(`https://user:${SECRET}@${HOST}/`)));
  await noted(egress.send(aGet(`http://${HOST}/?token=${SECRET}`)));

  expect(errors).toHaveLength(7);
  for (const error of errors) {
    expect(error).toMatchObject({ message: expect.any(String) });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
  }
});
