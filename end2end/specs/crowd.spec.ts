// A large room. Its list comes compressed, and each browser inflates it by its own means.

import { SocketPeer } from '../support/socket-peer';
import { expect, test } from '../support/test';

test.describe('five hundred people', () => {
  const CROWD = 500;
  const flags = ['--max-connections-per-address', '1000', '--connection-burst', '1000', '--max-peers-per-room', '1000'];
  // The crowd says nothing.
  test.use({ flags: [...flags, '--timeout', 'silence=60000'] });

  test('are listed, found by name, and called', async ({ server, alice }) => {
    const names = Array.from({ length: CROWD }, (_, i) => `Person ${String(i).padStart(3, '0')}`);
    const crowd = [];
    for (const name of names) crowd.push(await SocketPeer.enters(server, name));

    await alice.enters();
    await expect(alice.screen.contacts).toHaveCount(CROWD);
    expect((await alice.wire()).filter(({ compressed }) => compressed)).not.toEqual([]);

    await alice.screen.search.fill('person 377');
    await expect(alice.screen.contacts).toHaveCount(1);
    await alice.screen.call('Person 377', 'voice').click();
    await crowd[377]?.hears('invited');
    for (const peer of crowd) peer.vanishes();
  });
});
