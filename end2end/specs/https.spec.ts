// The program's own https, with a certificate that it has made itself.

import { areInACall, areTalking, seeEachOther } from '../support/person';
import { expect, test } from '../support/test';

test.use({
  flags: ['--tls', 'self-signed'],
  // As somebody who has not told the device to trust it, and goes on all the same.
  trusting: true,
});

test('two people call each other by it, over HTTP/2 where it can be', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  await areTalking(alice, bob);
  for (const { page } of [alice, bob]) {
    expect(new URL(page.url()).protocol).toBe('https:');
    const protocols = await page.evaluate(() => performance.getEntriesByType('navigation')
      .map((entry) => (entry as PerformanceNavigationTiming).nextHopProtocol));
    expect(protocols).toEqual(['h2']);
  }
});

test.describe('in Firefox', () => {
  test.use({ kind: 'firefox' });

  test('two people call each other by it', async ({ alice, bob }) => {
    await areInACall(alice, bob);
    await seeEachOther(alice, bob);
  });
});

test('whoever forgets the s is sent on', async ({ alice, server }) => {
  await alice.page.goto(server.origin.replace('https:', 'http:'));
  expect(alice.page.url()).toBe(`${server.origin}/`);
  await expect(alice.screen.nickname).toBeVisible();
  expect(await alice.page.evaluate(() => isSecureContext)).toBe(true);
});

test('its authority is there for a device that is to trust it', async ({ alice, server }) => {
  const answer = await alice.page.request.get(`${server.origin}/tincan-ca.crt`);
  expect(answer.status()).toBe(200);
  expect(answer.headers()['content-type']).toBe('application/x-x509-ca-cert');
  expect(server.log.join('\n')).toMatch(/([0-9A-F]{2}:){31}[0-9A-F]{2}/);
});
