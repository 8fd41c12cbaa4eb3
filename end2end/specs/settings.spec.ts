// What a person sets for this device, in one place, and finds again.

import { areInACall, areInTheLobby, type Person } from '../support/person';
import { expect, test } from '../support/test';

async function opensSettings({ screen }: Person): Promise<void> {
  await screen.openSettings.click();
  await expect(screen.settings).toBeVisible();
}

function ground({ page }: Person): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
}

test('colours are chosen, and are there again before anything else', async ({ alice }) => {
  await alice.page.emulateMedia({ colorScheme: 'light' });
  await alice.enters();
  const light = await ground(alice);
  await opensSettings(alice);
  await alice.screen.colours.selectOption('Dark');
  await expect.poll(() => ground(alice)).not.toBe(light);
  const dark = await ground(alice);

  // Without what makes the phone run.
  await alice.page.route(/\.wasm$/, (route) => route.abort());
  alice.foresees(/ERR_FAILED/, /wasm/i, /Failed to fetch/);
  await alice.reloads();
  expect(await ground(alice)).toBe(dark);
});

test('what is set is set after a reload, too', async ({ alice }) => {
  await alice.enters();
  await opensSettings(alice);
  await alice.screen.setting('Ring aloud').uncheck();
  await alice.screen.setting('Save data').check();
  await alice.reloads();
  await alice.isInTheRoom();
  await opensSettings(alice);
  await expect(alice.screen.setting('Ring aloud')).not.toBeChecked();
  await expect(alice.screen.setting('Save data')).toBeChecked();
});

test('a store that is broken is replaced', async ({ alice }) => {
  await alice.opens();
  for (const broken of ['{"nick', '[]', '7', '{"preferences":{"theme":{}},"nickname":"Ada"}']) {
    await alice.page.evaluate((text) => localStorage.setItem('tincan', text), broken);
    await alice.reloads();
    await expect(alice.screen.nickname).toBeVisible();
  }
  await expect(alice.screen.nickname, 'what is whole is kept').toHaveValue('Ada');
});

test('whoever saves data sends a small picture, also in the middle of a call', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.seesTheCameraOf(bob);
  await bob.asksFor(1);
  await expect.poll(() => alice.remoteWidth(), { timeout: 30_000 }).toBeGreaterThan(320);
  await bob.screen.moreControls.click();
  await opensSettings(bob);
  await bob.screen.setting('Save data').check();
  await bob.asksFor(2, 250_000);
  await expect.poll(() => alice.remoteWidth(), { timeout: 30_000 }).toBeLessThanOrEqual(320);
  await bob.screen.setting('Save data').uncheck();
  // How soon it is larger is the browser's: after so few bits it does not know how many the path takes.
  await bob.asksFor(1);
});

test('whoever saved data before a reload saves it after', async ({ alice, bob }) => {
  await bob.enters();
  await opensSettings(bob);
  await bob.screen.setting('Save data').check();
  await bob.reloads();
  await bob.isInTheRoom();
  await alice.enters();
  await alice.calls(bob);
  await bob.accepts();
  await alice.seesTheCameraOf(bob);
  await bob.asksFor(2, 250_000);
  await expect.poll(() => alice.remoteWidth()).toBeLessThanOrEqual(320);
});

test('a call that comes in goes before the settings', async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await opensSettings(alice);
  await bob.calls(alice);
  await expect(alice.screen.settings).toBeHidden();
  await alice.isRungBy(bob);
  await alice.declines();
  await bob.readsThatItEnded(/declined/);
});

test('without a relay nobody can hide, and the settings say so', async ({ alice }) => {
  await alice.enters();
  await opensSettings(alice);
  await expect(alice.screen.settings).toContainText('this server would need a relay');
  await expect(alice.screen.setting('Hide my address')).toHaveCount(0);
});

test.describe('with a relay', () => {
  // Nobody listens there: what matters is what does not go out.
  test.use({ flags: ['--ice-server', 'turn:127.0.0.1:9?transport=tcp,somebody,secret'] });

  test('whoever hides their address tells it to nobody', async ({ alice, bob }) => {
    await areInTheLobby(alice, bob);
    await opensSettings(alice);
    await alice.screen.setting('Hide my address').check();
    await alice.page.keyboard.press('Escape');
    await alice.calls(bob);
    await bob.isRungBy(alice);
    await expect.poll(async () => JSON.stringify(await alice.wire())).toContain('end_of_candidates');
    expect(JSON.stringify(await alice.wire())).not.toMatch(/typ host|typ srflx/);
    await alice.cancels();
  });
});
