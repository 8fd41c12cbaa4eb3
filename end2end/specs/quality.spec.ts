// How well a call goes: said in bars, shown in plots, and sent no larger than it is seen.

import { OUTAGE, areInACall, type Person } from '../support/person';
import { expect, test } from '../support/test';

test.use({ whole: true });

const fact = ({ page }: Person, name: string) =>
  page.locator('.connection__facts > div').filter({ hasText: name }).locator('dd');

test('bars say how it goes, and what was measured is behind them, with the server gone', { tag: '@once' }, async ({ alice, bob, server }) => {
  await alice.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await areInACall(alice, bob);
  await alice.seesTheCameraOf(bob);
  for (const person of [alice, bob]) person.foresees(...OUTAGE);
  await server.ends('SIGKILL');
  await expect(alice.screen.bars).toHaveAccessibleName(/very good|good/);
  await alice.screen.bars.click();
  await expect(alice.screen.connection).toBeVisible();
  await expect(fact(alice, 'Path')).toHaveText(/^Direct, UDP, IPv[46]$/);
  for (const [name, viewer] of [['Their picture', alice], ['Your picture', bob]] as const) {
    await expect(fact(alice, name)).toHaveText(/^\d+ × \d+, \w+$/);
    const said = async () => (await fact(alice, name).textContent())?.split(',')[0];
    await expect.poll(async () => (await said()) === (await sizeSeen(viewer)), { message: name }).toBe(true);
  }
  await expect(fact(alice, 'Sound')).toHaveText(/opus/i);

  const figures = alice.page.locator('.plot');
  await expect(figures).toHaveText([/Received\d/, /Sent\d/, /Lost\d/, /Round trip\d/, /Jitter\d/, /Pictures[1-9]/]);
  const points = () => figures.first().locator('path').getAttribute('d');
  const before = (await points())?.length ?? 0;
  await expect.poll(async () => (await points())?.length).toBeGreaterThan(before);

  await alice.screen.copyReport.click();
  const report = await alice.page.evaluate(() => navigator.clipboard.readText());
  expect(report).toMatch(/Quality: [34] of 4\nPath: Direct, UDP, IPv[46]\nCandidates: \w+/);
  expect(report.split('\n').length).toBeGreaterThan(10);
  expect(report, 'no names, no addresses').not.toMatch(/Alice|Bob|\d+\.\d+\.\d+\.\d+|\.local|[0-9a-f]+::/);
});

test('no larger picture is sent than the other side shows', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.seesTheCameraOf(bob);
  await expect(alice.screen.bars).toBeVisible();
  await bob.asksFor(1);
  await expect.poll(() => alice.remoteWidth()).toBeGreaterThan(214);
  await alice.screen.selfPicture.click();
  await bob.asksFor(3);
  await expect.poll(() => alice.remoteWidth(), { timeout: 20_000 }).toBeLessThanOrEqual(214);
  await alice.screen.others.click();
  await bob.asksFor(1);
  await expect.poll(() => alice.remoteWidth(), { timeout: 20_000 }).toBeGreaterThan(214);
});

test('whoever is not heard of has no bars', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await expect(alice.screen.bars).toHaveAttribute('data-bars', /[34]/);
  await bob.closesTheTab();
  await expect(alice.screen.bars).toHaveAttribute('data-bars', '0');
});

function sizeSeen({ screen }: Person): Promise<string> {
  return screen.remoteVideo.evaluate((video) => {
    const { videoWidth, videoHeight } = video as HTMLVideoElement;
    return `${videoWidth} × ${videoHeight}`;
  });
}
