import { areInACall } from '../support/person';
import { expect, test } from '../support/test';

for (const who of ['caller', 'called one'] as const) {
  test(`the ${who} hangs up, and both are back in the room`, async ({ alice, bob }) => {
    await areInACall(alice, bob);
    const [here, there] = who === 'caller' ? [alice, bob] : [bob, alice];
    await expect(there.screen.timeInCall).toHaveText(/0:0[2-9]/);
    await here.hangsUp();
    for (const person of [here, there]) await expect(person.screen.stage).toContainText(/You talked for (one second|[1-9] seconds)/);
    await there.readsThatItEnded(new RegExp(`${here.nickname} hung up`));
    await here.readsThatItEnded(/You ended the call/);
    await here.sees(there);
    await there.sees(here);
  });
}

test('calling again from the last screen', { tag: '@once' }, async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await alice.hangsUp();
  await alice.screen.callAgain.click();
  await bob.isRungBy(alice);
});
