// A network on which nobody has an address of IPv4.

import { areInACall, areTalking, saidPath, seeEachOther, type Person } from '../support/person';
import { pathOf, type Path } from '../support/path';
import { expect, test } from '../support/test';

test.use({ networked: 'ipv6', whole: true, flags: ['--relay', 'on'] });

async function goes(person: Person, really: Path, says: RegExp): Promise<void> {
  await expect.poll(() => pathOf(person)).toEqual(really);
  await person.screen.bars.click();
  await expect(saidPath(person)).toHaveText(says);
}

test('a call goes straight from one to the other by IPv6', async ({ alice, bob }) => {
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  for (const person of [alice, bob]) await goes(person, { here: 'host', there: 'host', by: 'udp' }, /^Direct, UDP, IPv6$/);
});

test('those who reach the server alone talk through its relay by IPv6', async ({ network, alice, bob }) => {
  network?.keepsPeopleApart();
  await areInACall(alice, bob);
  await seeEachOther(alice, bob);
  await areTalking(alice, bob);
  const relayed: Path = { here: 'relay', there: 'relay', by: 'udp' };
  for (const person of [alice, bob]) await goes(person, relayed, /^Through a relay, UDP, IPv6$/);
});
