// The relay of the server: whoever has no other path goes through it, and whoever wants no other.

import { areInACall, areInTheLobby, areTalking, seeEachOther, type Person } from '../support/person';
import { expect, test } from '../support/test';

/** A port of its own, on this machine alone. */
const RELAY = ['--relay-listen', '127.0.0.1:0'];

/** The words of the panel about how the path runs. */
async function readsThePath(person: Person): Promise<string> {
  let report = '';
  await expect(async () => {
    report = await person.page.evaluate(() => window.probe.report());
    expect(report).toMatch(/^Path: (Direct|Through)/m);
  }).toPass();
  return report;
}
