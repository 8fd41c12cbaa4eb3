// Others than ourselves: coturn's client at our relay, and our pages at coturn.

import { Coturn, NEEDS_COTURN, drive, hasCoturn } from '../support/coturn';
import { pathOf } from '../support/path';
import { areInACall, areTalking, seeEachOther } from '../support/person';
import { RELAY } from '../support/server';
import { SocketPeer } from '../support/socket-peer';
import { expect, test as base } from '../support/test';

const SECRET = 'known-to-both-of-them';

const test = base.extend<{ transport: 'udp' | 'tcp'; coturn: Coturn | undefined }>({
  transport: ['udp', { option: true }],
  coturn: async ({}, use, testInfo) => {
    // The list of tests that CI prints has no reasons.
    if (!hasCoturn()) console.warn(`Skipped, because it ${NEEDS_COTURN}: ${testInfo.title}`);
    testInfo.skip(!hasCoturn(), NEEDS_COTURN);
    const coturn = await Coturn.start(SECRET);
    await use(coturn);
    await coturn.close();
  },
});

interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

test.describe('coturn’s client', () => {
  test.use({ flags: RELAY });

  for (const [words, flags] of Object.entries({
    'by channels over UDP': ['-c'],
    'by indications over UDP': ['-c', '-s'],
    'by channels over TCP': ['-c', '-t'],
    'by indications over TCP': ['-c', '-t', '-s'],
    'with more requests than it needs': ['-c', '-G'],
  })) {
    test(`loses nothing at our relay, ${words}`, async ({ server, coturn: _ }) => {
      const ada = await SocketPeer.enters(server, 'Ada');
      const servers = (await ada.hears('welcome')).ice_servers as IceServer[];
      const relay = servers.find(({ username }) => username);
      const port = Number(relay?.urls[0]?.match(/:(\d+)\?/)?.[1]);
      const report = await drive(port, relay?.username ?? '', relay?.credential ?? '', ['-m', '4', '-n', '50', '-l', '1000', ...flags]);
      expect(report).toEqual({ sent: 200, received: 200 });
      ada.vanishes();
    });
  }
});

for (const transport of ['udp', 'tcp'] as const) {
  test.describe(`with coturn instead of our relay, over ${transport.toUpperCase()}`, () => {
    test.use({
      transport,
      flags: async ({ coturn, transport }, use) => {
        const url = `turn:127.0.0.1:${coturn?.port}?transport=${transport}`;
        await use(['--relay', 'off', '--relay-only', 'on', '--ice-server', `${url},secret=${SECRET}`]);
      },
    });

    test('two people see each other through it', async ({ alice, bob }) => {
      await areInACall(alice, bob);
      await seeEachOther(alice, bob);
      await areTalking(alice, bob);
      for (const person of [alice, bob]) {
        await expect.poll(() => pathOf(person)).toEqual({ here: 'relay', there: 'relay', by: transport });
      }
    });
  });
}
