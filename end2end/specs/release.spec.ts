// The program as it is released: one file, which all the other tests start in an empty folder too.

import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { request } from 'node:http';

import { PROGRAM, type Server } from '../support/server';
import { expect, test } from '../support/test';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** As it comes over the wire: nothing is inflated, cached or followed. */
function get(server: Server, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(new URL(path, server.origin), { headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() });
      });
      answer.on('error', reject);
    }).on('error', reject).end();
  });
}

test('it is one file of less than 25 MB that needs no library', () => {
  test.skip(process.platform !== 'linux', 'elsewhere the system’s own library is always linked dynamically');
  expect(statSync(PROGRAM).size).toBeLessThan(25e6);
  const headers = execFileSync('readelf', ['--program-headers', '--wide', PROGRAM], { encoding: 'utf8' });
  expect(headers).toContain('LOAD');
  expect(headers).not.toContain('INTERP');
});

test('all that the page names is within, and kept for good where its address names the build', async ({ server }) => {
  const page = (await get(server, '/')).body;
  const paths = page.split(/["']/).filter((part) => part.startsWith('/') && /\/pkg\/|\.(svg|png)$/.test(part));
  expect(paths.length).toBeGreaterThanOrEqual(4);
  for (const path of paths) {
    const answer = await get(server, path);
    expect(answer.status, path).toBe(200);
    const isOfABuild = /^\/\w+\/pkg\//.test(path);
    expect(answer.headers['cache-control'], path).toBe(isOfABuild ? 'public, max-age=31536000, immutable' : 'no-cache');
  }
});

for (const [path, kind] of [
  ['/pkg/tincan.css', 'text/css'],
  ['/pkg/tincan.wasm', 'application/wasm'],
  ['/favicon.svg', 'image/svg+xml'],
  ['/sw.js', 'text/javascript'],
] as const) {
  test(`${path} comes compressed, and once`, async ({ server }) => {
    const answer = await get(server, path, { 'accept-encoding': 'gzip, br' });
    expect(answer.headers).toMatchObject({ 'content-type': kind, 'content-encoding': 'br' });
    expect((await get(server, path)).headers['content-encoding']).toBeUndefined();
    const again = await get(server, path, { 'accept-encoding': 'br', 'if-none-match': String(answer.headers.etag) });
    expect(again).toMatchObject({ status: 304, body: '' });
  });
}

test('what is not within is not found', async ({ server }) => {
  for (const path of ['/nowhere', '/pkg/nothing.js', '/pkg/tincan.js.br', '/0123456789abcdef/pkg/tincan.js', '/..%2fCargo.toml']) {
    expect((await get(server, path)).status, path).toBe(404);
  }
});
