import axe from 'axe-core';

import { GALLERY, settles } from '../support/gallery';
import { areTalking, type Person } from '../support/person';
import { expect, test } from '../support/test';

/** Of axe's rules those that another colour scheme has another answer to. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

for (const { name, flags = [], reach } of GALLERY) {
  test.describe(() => {
    test.use({ flags });
    test(`axe finds nothing on ${name}, and 320 pixels are enough for it`, async ({ alice, bob, server }) => {
      const { page } = await reach({ alice, bob, server });
      await page.evaluate(axe.source);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        // From one colour to the other the contrast may be anything.
        await settles(page);
        const rules = colorScheme === 'light' ? {} : { runOnly: OF_COLOURS };
        const findings = await page.evaluate(async (rules) => {
          const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(rules);
          return violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ target }) => target.join(' ')) }));
        }, rules);
        expect(findings, colorScheme).toEqual([]);
      }
      await page.setViewportSize({ width: 320, height: 640 });
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    });
  });
}

test('a whole call with the keyboard alone', async ({ alice, bob }) => {
  for (const person of [alice, bob]) {
    await person.opens();
    await tabsTo(person, 'Nickname');
    await person.page.keyboard.type(person.nickname);
    await person.page.keyboard.press('Enter');
    await person.isInTheRoom();
  }
  await alice.sees(bob);
  await tabsTo(alice, 'Call Bob with video');
  await alice.page.keyboard.press('Enter');
  await bob.isRungBy(alice);
  await tabsTo(bob, 'Accept with video');
  await bob.page.keyboard.press('Enter');
  await areTalking(alice, bob);
  await tabsTo(alice, 'Microphone');
  await alice.page.keyboard.press('Space');
  await expect(bob.screen.badge('Alice is muted')).toBeVisible();
  await tabsTo(bob, 'Hang up');
  await bob.page.keyboard.press('Enter');
  await alice.isIn('ended');
  await tabsTo(alice, 'Back to the room');
  await alice.page.keyboard.press('Enter');
  await alice.isInTheRoom();
});

test('escape does not decline a call by accident', async ({ alice, bob }) => {
  await alice.enters();
  await bob.enters();
  await alice.calls(bob);
  await bob.isRungBy(alice);
  await bob.page.keyboard.press('Escape');
  await bob.page.keyboard.press('Escape');
  await bob.isRungBy(alice);
  await bob.accepts();
  await areTalking(alice, bob);
});

/** Presses Tab until the element of that name has the focus. */
async function tabsTo({ page }: Person, name: string): Promise<void> {
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      const label = element?.getAttribute('aria-label') ?? (element as HTMLInputElement | null)?.labels?.[0]?.innerText;
      return (label ?? element?.innerText ?? '').trim();
    });
  for (let presses = 0; presses < 60; presses++) {
    if ((await focused()) === name) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never came to “${name}”.`);
}
