// What a person notices of a call without looking at the page, and what lets them hear it.

import { OUTAGE, areInACall, areInTheLobby, areTalking, type Person } from '../support/person';
import { refuseToPlay } from '../support/probe';
import { expect, test } from '../support/test';

declare global {
  interface Window {
    /** Everything that this page's audio contexts play goes through here too. */
    ears: AnalyserNode[];
    /** What the system was asked to show; whether it still does. */
    notifications: { title: string; body: string; open: boolean }[];
  }
}

test('one hears it ring, the other that it rings there, until it is answered', async ({ alice, bob }) => {
  for (const person of [alice, bob]) await person.page.addInitScript(installEars);
  await areInTheLobby(alice, bob);
  expect(await loudness(alice)).toBe(0);
  await alice.calls(bob, 'voice');
  await expect.poll(() => loudness(bob), { message: 'the ring' }).toBeGreaterThan(0.05);
  await expect.poll(() => loudness(alice), { message: 'the tone of the caller' }).toBeGreaterThan(0.02);
  await bob.accepts('voice');
  await areTalking(alice, bob);
  for (const person of [alice, bob]) {
    await expect.poll(() => loudness(person), { message: `${person.nickname} rings on` }).toBe(0);
  }
});

test('the title says who calls, and the usual one, by turns', async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob, 'voice');
  await expect(bob.page).toHaveTitle(/Alice is calling/);
  await expect(bob.page).not.toHaveTitle(/Alice is calling/);
  await expect(bob.page).toHaveTitle(/Alice is calling/);
});

test('who allows it is told by the system while looking elsewhere, and that the call was missed', async ({ alice, bob }) => {
  await bob.page.addInitScript(installNotifications);
  await areInTheLobby(alice, bob);
  const shown = () => bob.page.evaluate(() => window.notifications.map(({ title, open }) => `${title}${open ? '' : ' (closed)'}`));
  const ringsForAMoment = async () => {
    await alice.calls(bob, 'voice');
    await bob.isRungBy(alice);
    const meanwhile = await shown();
    await alice.cancels();
    await alice.isInTheRoom();
    // Before anything else: or that call would be told of, too.
    await expect(bob.screen.incoming).toHaveCount(0);
    return meanwhile;
  };
  await setHidden(bob, true);
  expect(await ringsForAMoment(), 'before it is allowed').toEqual([]);
  await setHidden(bob, false);
  await bob.screen.allowNotifications.click();
  await expect(bob.screen.allowNotifications).toHaveCount(0);
  expect(await ringsForAMoment(), 'while the page is seen').toEqual([]);
  await setHidden(bob, true);
  await alice.calls(bob, 'voice');
  await expect.poll(shown).toEqual(['Alice is calling']);
  await alice.cancels();
  await expect.poll(shown).toEqual(['Alice is calling (closed)', 'You missed a call from Alice']);
});

test('a browser that refuses to play is answered with a button', async ({ alice, bob }) => {
  await bob.page.addInitScript(refuseToPlay);
  await areInTheLobby(alice, bob);
  await alice.calls(bob, 'voice');
  await bob.accepts('voice');
  await expect(bob.screen.tapToHear).toHaveText('Tap to hear Alice');
  expect(await bob.page.evaluate(() => window.probe.playsSound())).toBe(false);
  await bob.page.evaluate(() => (window.refusesToPlay = false));
  await bob.screen.tapToHear.click();
  await expect(bob.screen.tapToHear).toHaveCount(0);
  await areTalking(alice, bob);
});

test.describe('who would try again only in an hour', () => {
  const hour = String(3_600_000);
  test.use({ flags: ['backoff_first', 'backoff_most'].flatMap((name) => ['--timeout', `${name}=${hour}`]) });

  for (const [what, happens] of [
    ['the network is back', (bob: Person) => bob.page.evaluate(() => window.dispatchEvent(new Event('online')))],
    ['the page is looked at', (bob: Person) => setHidden(bob, false)],
  ] as const) {
    test(`is back as soon as ${what}`, async ({ somebody, line, alice }) => {
      const bob = await somebody('bob', { origin: line.origin });
      bob.foresees(...OUTAGE);
      await areInACall(alice, bob);
      await setHidden(bob, true);
      line.cuts();
      await expect(bob.screen.badge('The server is away')).toBeVisible();
      line.mends();
      await happens(bob);
      await expect(bob.screen.badge('The server is away')).toHaveCount(0);
      await areTalking(alice, bob);
    });
  }
});

/** How loud it was at most in the last moment, 0 to 1. */
function loudness({ page }: Person): Promise<number> {
  return page.evaluate(() => {
    const peaks = window.ears.map((ear) => {
      if (ear.context.state !== 'running') return 0;
      const samples = new Float32Array(ear.fftSize);
      ear.getFloatTimeDomainData(samples);
      return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
    });
    return Math.max(0, ...peaks);
  });
}

/** As if another window covered this one, or no longer. */
async function setHidden({ page }: Person, hidden: boolean): Promise<void> {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (hidden ? 'hidden' : 'visible') });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

/** Given to the browser as text. */
function installEars(): void {
  window.ears = [];
  const connect = AudioNode.prototype.connect as (this: AudioNode, to: AudioNode) => AudioNode;
  AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
    if (to instanceof AudioDestinationNode) {
      const ear = new AnalyserNode(this.context, { fftSize: 32768 });
      connect.call(this, ear);
      window.ears.push(ear);
    }
    return connect.call(this, to);
  } as AudioNode['connect'];
}

/** Given to the browser as text. */
function installNotifications(): void {
  window.notifications = [];
  class Shown extends EventTarget {
    static permission = 'default';
    static requestPermission = () => Promise.resolve((Shown.permission = 'granted'));
    private readonly entry;
    constructor(title: string, { body = '' }: NotificationOptions = {}) {
      super();
      this.entry = { title, body, open: true };
      window.notifications.push(this.entry);
    }
    close() {
      this.entry.open = false;
    }
  }
  Object.assign(window, { Notification: Shown });
}
