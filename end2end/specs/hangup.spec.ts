import { areInACall, areInTheLobby, type Person } from '../support/person';
import { expect, test } from '../support/test';

for (const who of ['caller', 'called one'] as const) {
  test(`the ${who} hangs up, and both are back in the room`, async ({ alice, bob }) => {
    await areInACall(alice, bob);
    const [here, there] = who === 'caller' ? [alice, bob] : [bob, alice];
    await here.hangsUp();
    await expect(there.screen.stage).toContainText(/You talked for/);
    await there.readsThatItEnded(new RegExp(`${here.nickname} hung up`));
    await here.readsThatItEnded(/You ended the call/);
    await here.sees(there);
    await there.sees(here);
  });
}

test('calling again from the last screen', async ({ alice, bob }) => {
  await areInTheLobby(alice, bob);
  await call(alice, bob);
  await alice.hangsUp();
  await alice.screen.callAgain.click();
  await bob.isRungBy(alice);
});

test('a hundred calls leave nothing behind', async ({ alice, bob }) => {
  test.setTimeout(400_000);
  await areInTheLobby(alice, bob);
  // What the first calls open once and keep is no leak.
  for (let i = 0; i < 3; i++) await callAndHangUp(alice, bob, i);
  const before = { alice: await alice.counts(), bob: await bob.counts() };
  for (let i = 0; i < 100; i++) await callAndHangUp(alice, bob, i);
  await expect.poll(async () => ({ alice: await alice.counts(), bob: await bob.counts() })).toEqual(before);
  expect(before.alice).toMatchObject({ peerConnections: 0, liveTracks: 0, sockets: 1 });
});

async function call(caller: Person, callee: Person): Promise<void> {
  await caller.calls(callee);
  await callee.accepts();
  await caller.isIn('connected');
  await callee.isIn('connected');
}

/** Both ways in turn, and ended by either side in turn. */
async function callAndHangUp(alice: Person, bob: Person, turn: number): Promise<void> {
  const [caller, callee] = turn % 2 === 0 ? [alice, bob] : [bob, alice];
  const [first, second] = turn % 4 < 2 ? [caller, callee] : [callee, caller];
  await call(caller, callee);
  await first.hangsUp();
  for (const person of [first, second]) await person.screen.backToRoom.click();
  for (const person of [first, second]) await person.isInTheRoom();
}
