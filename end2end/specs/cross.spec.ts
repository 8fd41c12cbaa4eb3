// From each browser to the other.

import { areInACall, areInTheLobby, areTalking } from '../support/person';
import { expect, test } from '../support/test';

const PAIRS = [
  { alice: 'chromium', bob: 'firefox' },
  { alice: 'firefox', bob: 'chromium' },
] as const;

for (const browsers of PAIRS) {
  test.describe(`${browsers.alice} calls ${browsers.bob}`, () => {
    test.use({ browsers, whole: true });

    test('and both see and hear each other, and hang up', async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await alice.seesTheCameraOf(bob);
      await bob.seesTheCameraOf(alice);
      await alice.hangsUp();
      await bob.readsThatItEnded(/Alice hung up/);
    });

    test('and cameras go off and on', async ({ alice, bob }) => {
      await areInTheLobby(alice, bob);
      await alice.calls(bob, 'voice');
      await bob.accepts('voice');
      await areTalking(alice, bob);
      for (const [here, there] of [[alice, bob], [bob, alice]] as const) {
        await here.screen.camera.click();
        await there.seesTheCameraOf(here);
        await here.screen.camera.click();
        await there.seesNoCameraOf(here);
      }
    });

    test('and a reload brings the call back', async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await bob.reloads();
      await bob.isIn('connected');
      await alice.seesTheCameraOf(bob);
    });

    test('and they call each other at once', async ({ somebody, line, alice }) => {
      const bob = await somebody('bob', { origin: line.origin });
      await areInTheLobby(alice, bob);
      line.holds();
      await alice.calls(bob);
      await alice.isIn('ringing');
      await bob.calls(alice);
      await bob.isIn('calling');
      line.letsGo();
      await areTalking(alice, bob);
      expect(await alice.page.evaluate(() => window.probe.connections().length)).toBe(1);
    });
  });
}
