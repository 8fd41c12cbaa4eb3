// People in different places: the server stands in the world, and everybody lives behind a router of their own.

import { areInACall, areInTheLobby, areTalking, saidPath, seeEachOther } from '../support/person';
import type { Name } from '../support/camera';
import type { Translation } from '../support/network';
import { pathOf, type Path } from '../support/path';
import { expect, test } from '../support/test';

test.use({ networked: 'routers', whole: true, flags: ['--relay', 'on'] });

const ORDINARY: Translation = { mapping: 'endpoint-independent', udp: true };
const SYMMETRIC: Translation = { mapping: 'endpoint-dependent', udp: true };
const NO_UDP: Translation = { mapping: 'endpoint-independent', udp: false };

interface Place {
  routers: [Translation, Translation];
  /** What the page says of the path, on both sides. */
  says: RegExp;
  really: Record<keyof Path, unknown>;
}

const REFLEXIVE: unknown = expect.stringMatching(/^(srflx|prflx)$/);

const PLACES: Record<string, Place> = {
  'ordinary routers have a direct path': {
    routers: [ORDINARY, ORDINARY],
    says: /^Direct, UDP, IPv4$/,
    really: { here: REFLEXIVE, there: REFLEXIVE, by: 'udp' },
  },
  'routers with another port for everybody go through the relay': {
    routers: [SYMMETRIC, SYMMETRIC],
    says: /^Through a relay, UDP, IPv4$/,
    really: { here: 'relay', there: 'relay', by: 'udp' },
  },
  'routers that let no UDP through reach the relay by TCP': {
    routers: [NO_UDP, NO_UDP],
    says: /^Through a relay, TCP, IPv4$/,
    really: { here: 'relay', there: 'relay', by: 'tcp' },
  },
};

for (const [words, { routers, says, really }] of Object.entries(PLACES)) {
  test(`two people behind ${words}`, async ({ network, alice, bob }, testInfo) => {
    for (const [i, name] of (['alice', 'bob'] satisfies Name[]).entries()) {
      network?.home(name).router?.translates(routers[i] ?? ORDINARY);
    }
    await areInTheLobby(alice, bob);
    await alice.calls(bob);
    await bob.isRungBy(alice);
    await bob.accepts();
    await areTalking(alice, bob);
    await seeEachOther(alice, bob);
    for (const person of [alice, bob]) {
      await expect.poll(() => pathOf(person)).toEqual(really);
      await person.screen.bars.click();
      await expect(saidPath(person)).toHaveText(says);
      const setup = await person.page.getByTestId('setup').textContent();
      testInfo.annotations.push({ type: 'measured', description: `${person.nickname}: ${setup}` });
    }
  });
}

test('somebody whose router lets no UDP through reaches somebody behind an ordinary one', async ({ network, alice, bob }) => {
  network?.home('alice').router?.translates(NO_UDP);
  network?.home('bob').router?.translates(ORDINARY);
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  expect(await pathOf(alice)).toMatchObject({ here: 'relay', by: 'tcp' });
});
