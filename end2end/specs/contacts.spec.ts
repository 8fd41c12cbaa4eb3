import { SocketPeer } from '../support/socket-peer';
import { expect, test } from '../support/test';

test('somebody who joins is seen', async ({ server, alice }) => {
  await alice.enters();
  const peer = await SocketPeer.enters(server, 'Bob');
  await alice.seesSomebody('Bob');
  peer.leaves();
});

test.describe('without a grace that would end', () => {
  test.use({ flags: ['--timeout', 'leaving_grace=60000'] });

  test('somebody who leaves the room goes at once', async ({ alice, bob }) => {
    await alice.enters();
    await bob.enters();
    await alice.sees(bob);
    await bob.leaves();
    await alice.seesNo(bob);
  });
});

test.describe('with a short grace', () => {
  test.use({ flags: ['--timeout', 'leaving_grace=300', '--timeout', 'grace=1500'] });

  test('somebody who closes the tab goes', async ({ alice, bob }) => {
    await alice.enters();
    await bob.enters();
    await alice.sees(bob);
    await bob.closesTheTab();
    await alice.seesNo(bob);
  });

  test('somebody who vanishes stays for the grace, then goes', async ({ server, alice }) => {
    await alice.enters();
    const peer = await SocketPeer.enters(server, 'Bob');
    await alice.seesSomebody('Bob');
    peer.vanishes();
    await expect(alice.screen.contacts).toHaveCount(1);
    await expect(alice.screen.contacts).toHaveCount(0);
  });
});

test('what others are doing is seen', async ({ alice, bob, carol }) => {
  for (const person of [alice, bob, carol]) await person.enters();
  await alice.sees(bob, 'available');
  await carol.calls(bob);
  await alice.sees(bob, 'ringing');
  await alice.sees(carol, 'ringing');
  await bob.accepts();
  await alice.sees(bob, 'in_call');
  await alice.sees(carol, 'in_call');
  // Whoever hangs up before that is in the room at once.
  await bob.isIn('connected');
  await bob.hangsUp();
  await alice.sees(bob, 'available');
  await bob.screen.backToRoom.click();
  await bob.screen.availability.selectOption('Away');
  await alice.sees(bob, 'away');
  await bob.screen.availability.selectOption('Do not disturb');
  await alice.sees(bob, 'do_not_disturb');
  await bob.screen.availability.selectOption('Available');
  await alice.sees(bob, 'available');
});
