// From the click to the ring to the end, however it ends.

import { OUTAGE, areInACall, areInTheLobby, areTalking } from '../support/person';
import { expect, test } from '../support/test';

test('a call is accepted with video', async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await alice.isIn('ringing');
  await bob.isRungBy(alice);
  await bob.accepts('video');
  await areTalking(alice, bob);
  await alice.seesTheCameraOf(bob);
  await bob.seesTheCameraOf(alice);
});

test('a call is accepted with voice', async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await bob.accepts('voice');
  await areTalking(alice, bob);
  await bob.seesTheCameraOf(alice);
  await alice.seesNoCameraOf(bob);
});

test('a voice call opens no camera', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob, 'voice');
  await bob.accepts('voice');
  await areTalking(alice, bob);
  await alice.seesNoCameraOf(bob);
  await bob.seesNoCameraOf(alice);
});

test('while it rings the caller reads so, and the called one’s tab says who calls', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await expect(alice.screen.status).toHaveText('Ringing…');
  await expect(bob.page).toHaveTitle(/Alice is calling/);
  await alice.cancels();
  await expect(bob.page).not.toHaveTitle(/is calling/);
});

test('a call is declined', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await bob.declines();
  await alice.readsThatItEnded(/Bob declined/);
  await bob.isRungByNobody();
  await bob.isInTheRoom();
});

test('a call that is cancelled stops ringing and is missed', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await bob.isRungBy(alice);
  await alice.cancels();
  await bob.isRungByNobody();
  await expect(bob.screen.missed).toContainText('Alice');
});

test('somebody in a call cannot be called', { tag: '@once' }, async ({ alice, bob, carol }) => {
  await areInTheLobby(alice, bob, carol);
  await alice.calls(bob, 'voice');
  await carol.sees(bob, 'ringing');
  await expect(carol.screen.call('Bob', 'voice')).toBeDisabled();
  await bob.accepts('voice');
  await areTalking(alice, bob);
  await carol.sees(bob, 'in_call');
  await expect(carol.screen.call('Bob', 'voice')).toBeDisabled();
});

test('somebody who is in a call a moment before is busy', { tag: '@once' }, async ({ somebody, line, alice, carol }) => {
  const bob = await somebody('bob', { origin: line.origin });
  await areInTheLobby(alice, bob, carol);
  line.holds();
  await alice.calls(carol, 'voice');
  await carol.accepts('voice');
  await areTalking(alice, carol);
  await bob.calls(carol, 'voice');
  line.letsGo();
  await bob.readsThatItEnded(/Carol is in another call/);
  await carol.isRungByNobody();
});

test('somebody who has left a moment before is not there', { tag: '@once' }, async ({ somebody, line, alice }) => {
  const bob = await somebody('bob', { origin: line.origin });
  await areInTheLobby(alice, bob);
  line.holds();
  await alice.leaves();
  await bob.calls(alice);
  line.letsGo();
  await bob.readsThatItEnded(/Alice (has left|is gone)/);
});

test.describe('when nobody answers', () => {
  test.use({ flags: ['--timeout', 'ring=1500'] });

  test('both have missed it, and either can call back', { tag: '@once' }, async ({ alice, bob }) => {
    await areInTheLobby(alice, bob);
    await alice.calls(bob);
    await bob.isRungBy(alice);
    await alice.readsThatItEnded(/Nobody answered/);
    await bob.isRungByNobody();
    await expect(alice.screen.missed).toContainText('Bob');
    await expect(bob.screen.missed).toContainText('Alice');
    await alice.screen.callBack('Bob').click();
    await bob.isRungBy(alice);
    await alice.cancels();
    await bob.isRungByNobody();
    await bob.screen.callBack('Alice').click();
    await alice.isRungBy(bob);
    await alice.accepts();
    await areTalking(alice, bob);
  });
});

test('both call each other at once and are connected', async ({ somebody, line, alice }) => {
  const bob = await somebody('bob', { origin: line.origin });
  await areInTheLobby(alice, bob);
  line.holds();
  await alice.calls(bob);
  await alice.isIn('ringing');
  await bob.calls(alice);
  await bob.isIn('calling');
  line.letsGo();
  await areTalking(alice, bob);
  await alice.seesTheCameraOf(bob);
  await bob.seesTheCameraOf(alice);
});

test('two calls one after the other', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.hangsUp();
  await bob.readsThatItEnded(/Alice hung up/);
  await alice.screen.backToRoom.click();
  await bob.calls(alice);
  await alice.accepts();
  await areTalking(alice, bob);
});

test.describe('with a short grace', () => {
  test.use({ flags: ['--timeout', 'leaving_grace=500', '--timeout', 'grace=2000'] });

  test('the called one closes the tab while it rings', { tag: '@once' }, async ({ alice, bob }) => {
    await areInTheLobby(alice, bob);
    await alice.calls(bob);
    await bob.isRungBy(alice);
    await bob.closesTheTab();
    await alice.readsThatItEnded(/Bob is gone/);
  });

  test('the caller closes the tab while it rings', { tag: '@once' }, async ({ alice, bob }) => {
    await areInTheLobby(alice, bob);
    await alice.calls(bob);
    await bob.isRungBy(alice);
    await alice.closesTheTab();
    await bob.isRungByNobody();
    await expect(bob.screen.missed).toContainText('Alice');
  });

  test('one closes the tab during the call', async ({ alice, bob }) => {
    await areInACall(alice, bob);
    await bob.closesTheTab();
    await alice.readsThatItEnded(/Bob is gone/);
    await alice.seesNo(bob);
  });
});

test('the called one reloads while it rings, and it rings again', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await alice.calls(bob);
  await bob.isRungBy(alice);
  await bob.reloads();
  await bob.isRungBy(alice);
  await bob.accepts();
  await areTalking(alice, bob);
  await alice.seesTheCameraOf(bob);
});

for (const who of ['caller', 'called one'] as const) {
  test(`the ${who} reloads during the call and is back in it`, async ({ alice, bob }) => {
    await areInACall(alice, bob);
    const [gone, there] = who === 'caller' ? [alice, bob] : [bob, alice];
    await expect(gone.screen.timeInCall).toHaveText(/0:0[2-9]/);
    const before = await gone.secondsInCall();
    await gone.reloads();
    await gone.isIn('connected');
    expect(await gone.secondsInCall()).toBeGreaterThanOrEqual(before);
    await there.isIn('connected');
    await there.seesTheCameraOf(gone);
    await there.hears(gone);
  });
}

test.describe('somebody whose wire is cut', () => {
  const complaints = [/WebSocket/, /ERR_/, /can.t establish a connection/];

  test('goes on talking, and finds the room again', async ({ somebody, line, alice }) => {
    const bob = await somebody('bob', { origin: line.origin });
    bob.foresees(...complaints);
    await areInACall(alice, bob);
    line.cuts();
    await expect(bob.screen.badge('The server is away')).toBeVisible();
    await alice.hears(bob);
    await bob.seesTheCameraOf(alice);
    line.mends();
    await expect(bob.screen.badge('The server is away')).toHaveCount(0);
    await bob.hangsUp();
    await alice.readsThatItEnded(/Bob hung up/);
  });

  test('hangs up all the same', { tag: '@once' }, async ({ somebody, line, alice }) => {
    const bob = await somebody('bob', { origin: line.origin });
    bob.foresees(...complaints);
    await areInACall(alice, bob);
    line.cuts();
    await expect(bob.screen.badge('The server is away')).toBeVisible();
    await bob.hangsUp();
    await alice.readsThatItEnded(/Bob hung up/);
  });

  test('is rung when it is mended', { tag: '@once' }, async ({ somebody, line, alice }) => {
    const bob = await somebody('bob', { origin: line.origin });
    bob.foresees(...complaints);
    await areInTheLobby(alice, bob);
    await alice.calls(bob);
    await bob.isRungBy(alice);
    line.cuts();
    await expect(bob.screen.connectionTrouble).toBeVisible();
    line.mends();
    await bob.isRungBy(alice);
    await bob.accepts();
    await areTalking(alice, bob);
  });
});

test('the server is killed during a call, and the call goes on', async ({ server, alice, bob }) => {
  for (const person of [alice, bob]) person.foresees(...OUTAGE);
  await areInACall(alice, bob);
  await server.ends('SIGKILL');
  await expect(alice.screen.badge('The server is away')).toBeVisible();
  await alice.seesTheCameraOf(bob);
  await alice.hears(bob);
  await server.comesBack();
  await expect(alice.screen.badge('The server is away')).toHaveCount(0);
  await expect(bob.screen.badge('The server is away')).toHaveCount(0);
  await areTalking(alice, bob);
  await alice.hangsUp();
  await bob.readsThatItEnded(/Alice hung up/);
  await bob.sees(alice);
});

test('somebody who does not want to be disturbed is not rung', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await bob.screen.availability.selectOption('Do not disturb');
  await alice.sees(bob, 'do_not_disturb');
  await expect(alice.screen.call('Bob', 'video')).toBeDisabled();
  await expect(alice.screen.call('Bob', 'voice')).toBeDisabled();
});

test('a blocked person rings nobody, until unblocked', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await bob.screen.more('Alice').click();
  await bob.screen.block('Alice').click();
  // The driver's own looks at the page count as touching it.
  await bob.page.addInitScript(() => {
    const activation = { hasBeenActive: false };
    addEventListener('pointerdown', () => (activation.hasBeenActive = true), { capture: true });
    Object.defineProperty(navigator, 'userActivation', { get: () => activation });
  });
  await bob.reloads();
  await bob.sees(alice);
  // A page that was loaded again may make no sound before it is touched.
  await expect(bob.screen.letItRing).toBeVisible();
  const rang = await bob.page.evaluateHandle(() => {
    const seen = { rang: false };
    const look = new MutationObserver(() => (seen.rang ||= document.querySelector('dialog[open]') !== null));
    look.observe(document, { subtree: true, childList: true, attributes: true });
    return seen;
  });
  await alice.calls(bob);
  await alice.readsThatItEnded(/declined/);
  expect(await rang.jsonValue()).toEqual({ rang: false });
  await expect(bob.screen.missed).toHaveCount(0);
  await bob.screen.more('Alice').click();
  await bob.screen.unblock('Alice').first().click();
  await expect(bob.screen.letItRing).toHaveCount(0);
  await alice.calls(bob);
  await bob.isRungBy(alice);
  expect(await rang.jsonValue(), 'or it was not looked for').toEqual({ rang: true });
});

test.describe('declined twice', () => {
  test.use({ flags: ['--timeout', 'declined_wait=3000'] });

  test('a caller has to wait, and then may ring again', { tag: '@once' }, async ({ alice, bob }) => {
    await areInTheLobby(alice, bob);
    for (let time = 0; time < 2; time++) {
      await alice.calls(bob);
      await bob.declines();
      await alice.readsThatItEnded(/declined/);
    }
    await alice.calls(bob);
    await alice.readsThatItEnded(/declined twice/);
    await bob.isRungByNobody();
    await expect(async () => {
      await alice.calls(bob);
      await expect(alice.screen.stage).toHaveAttribute('data-phase', /ringing|ended/);
      if (await alice.screen.backToRoom.isVisible()) await alice.screen.backToRoom.click();
      await bob.isRungBy(alice);
    }).toPass();
  });
});

test('a duplicated tab takes nothing from the first', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  const copied = alice.context.waitForEvent('page');
  // As a browser duplicates a tab: with a copy of its session storage.
  await alice.page.evaluate(() => void window.open(location.href));
  const copy = await copied;
  await expect(copy.locator('[data-ready="true"], [aria-label="You"]').first()).toBeVisible();
  await alice.isInTheRoom();
  await bob.calls(alice);
  await alice.isRungBy(bob);
  await alice.accepts();
  await areTalking(alice, bob);
});

test('a second tab is a second person', { tag: '@once' }, async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  const second = await alice.opensAnotherTab();
  await second.enters(undefined, 'Alice too');
  await bob.seesSomebody('Alice too');
  await bob.sees(alice);
});
