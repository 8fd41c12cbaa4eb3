// `test` with people in it: a server for each test, and `alice`, `bob` and `carol` as they are asked for.

import { test as base } from '@playwright/test';

import { BrowserPool, type Devices, type Kind as Program } from './browsers';
import type { Name } from './camera';
import { Diary } from './diary';
import { expect } from './expect';
import { Line } from './line';
import { Network, type Kind } from './network';
import { Person, type Setting } from './person';
import { Server } from './server';

export { expect };

export interface Options {
  /** The browser of whoever has none of their own in `browsers`. */
  kind: Program;
  browsers: Partial<Record<Name, Program>>;
  /** Everybody's devices, unless told otherwise. */
  devices: Devices;
  /** Whether Chromium is the browser with all around the page. */
  whole: boolean;
  /** Whether browsers take certificates that nobody vouches for. */
  trusting: boolean;
  /** The server's, such as `['--timeout', 'ring=1500']`. */
  flags: string[];
}

interface People {
  server: Server;
  /** Somebody with a browser of another setting than the rest. */
  somebody: (name: Name, setting?: Partial<Omit<Setting, 'name'>>) => Promise<Person>;
  /** What somebody's page shows from now on. It is kept with the test's results. */
  diaryOf: (person: Person) => Promise<Diary>;
  /** Bob's wire to the server, where a test cuts it. */
  line: Line;
  alice: Person;
  bob: Person;
  carol: Person;
}

interface Worker {
  /** Everybody lives in a network that was made for the tests, where one can be made. */
  networked: Kind | false;
  pool: BrowserPool;
  network: Network | undefined;
}

export const test = base.extend<Options & People, Worker>({
  kind: ['chromium', { option: true }],
  browsers: [{}, { option: true }],
  devices: ['own', { option: true }],
  whole: [false, { option: true }],
  trusting: [false, { option: true }],
  flags: [[], { option: true }],
  networked: [false, { option: true, scope: 'worker' }],

  network: [
    async ({ networked }, use) => {
      const network = networked ? Network.made(networked) : undefined;
      await use(network);
      await network?.close();
    },
    { scope: 'worker' },
  ],

  pool: [
    async ({}, use) => {
      const pool = new BrowserPool();
      await use(pool);
      await pool.close();
    },
    { scope: 'worker' },
  ],

  server: async ({ flags, networked, network }, use, testInfo) => {
    // The list of tests that CI prints has no reasons.
    if (networked && !network) console.warn(`Skipped, because it ${Network.NEEDS}: ${testInfo.title}`);
    testInfo.skip(networked && !network, Network.NEEDS);
    const server = await Server.start(flags, network?.host);
    await use(server);
    await server.close();
    if (testInfo.status !== testInfo.expectedStatus) {
      await testInfo.attach('server', { body: server.log.join('\n'), contentType: 'text/plain' });
    }
  },

  line: async ({ server }, use) => {
    const line = await Line.to(server);
    await use(line);
    line.close();
  },

  // People end before the wire does that one of them may hang on.
  somebody: async ({ pool, network, server, line: _, kind, browsers, devices, whole, trusting }, use, testInfo) => {
    const people: Person[] = [];
    await use(async (name, setting = {}) => {
      const context = trusting ? { context: { ignoreHTTPSErrors: true } } : {};
      const all = { name, kind: browsers[name] ?? kind, devices, scripts: true, origin: server.origin, ...context, ...setting };
      const wanted = { kind: all.kind, owner: name, devices: all.devices, scripts: all.scripts, whole, trusting };
      const browser = await (network ? network.browser(wanted) : pool.lend(wanted));
      const person = await Person.arrives(browser, all);
      people.push(person);
      return person;
    });
    network?.calms();
    // Before the end: Playwright's last picture of a page makes Firefox complain of Playwright's style sheet.
    const complaints = people.map(({ nickname, complaints }) => ({ nickname, complaints: [...complaints] }));
    const isWell = testInfo.status === testInfo.expectedStatus && complaints.every(({ complaints }) => complaints.length === 0);
    for (const { nickname, page } of isWell ? [] : people) {
      const picture = await page.screenshot({ timeout: 5_000 }).catch(() => undefined);
      if (picture) await testInfo.attach(`${nickname}'s page`, { body: picture, contentType: 'image/png' });
    }
    await Promise.all(people.map(({ context }) => context.close()));
    for (const { nickname, complaints: of } of complaints) expect.soft(of, `${nickname}'s console`).toEqual([]);
  },

  diaryOf: async ({ somebody: _ }, use, testInfo) => {
    const start = Date.now();
    const diaries: Diary[] = [];
    await use(async (person) => {
      const diary = await Diary.of(person);
      diaries.push(diary);
      return diary;
    });
    for (const diary of diaries) {
      await testInfo.attach(`${diary.person.nickname}'s diary`, { body: await diary.told(start), contentType: 'text/plain' });
    }
  },

  alice: ({ somebody }, use) => somebody('alice').then(use),
  bob: ({ somebody }, use) => somebody('bob').then(use),
  carol: ({ somebody }, use) => somebody('carol').then(use),
});
