// What one person's page showed, and when: so that a test can say what was never there in between, and how long
// something took.

import { expect } from './expect';
import type { Person } from './person';

/** What is written down when it changes. */
export type Subject =
  /** The phase of the call; `none` without one. */
  | 'call'
  /** Whether frames arrive in the other's picture: `moves`, `stands`, or `none`. */
  | 'picture'
  /** What the page says of the server; `fine` when nothing. */
  | 'server'
  /** Who rings; `nobody` otherwise. */
  | 'ring'
  /** Everybody in the list with their status. */
  | 'contacts'
  /** The states of the open peer connections. */
  | 'path'
  /** The states of the sockets, the oldest first. */
  | 'sockets';

export interface Entry {
  at: number;
  subject: Subject;
  word: string;
}

declare global {
  interface Window {
    diary: Entry[];
    /** When each frame of the other's picture was shown. */
    framesAt: number[];
  }
}

/** From now on, until the page is loaded again. */
export class Diary {
  private constructor(readonly person: Person) {}

  static async of(person: Person): Promise<Diary> {
    await person.page.evaluate(keepDiary);
    return new Diary(person);
  }

  entries(): Promise<Entry[]> {
    return this.person.page.evaluate(() => window.diary);
  }

  /** Everything that was written about this since then, the oldest first: what was so already is the first. */
  async about(subject: Subject, since = 0): Promise<string[]> {
    const of = (await this.entries()).filter((entry) => entry.subject === subject);
    const before = of.findLast(({ at }) => at <= since);
    return [...(before ? [before] : []), ...of.filter(({ at }) => at > since)].map(({ word }) => word);
  }

  /** Waits until this was so after that, and gives the time at which it began. */
  async wait(subject: Subject, word: string | RegExp, since = 0): Promise<number> {
    let at: number | undefined;
    await expect.poll(async () => {
      const entries = await this.entries();
      const is = (entry: Entry) => (typeof word === 'string' ? entry.word === word : word.test(entry.word));
      at = entries.find((entry) => entry.at > since && entry.subject === subject && is(entry))?.at;
      return at;
    }, { message: `${this.person.nickname}: ${subject} ${word}`, timeout: 30_000 }).toBeDefined();
    return at ?? NaN;
  }

  /** The longest time without a frame, in milliseconds. */
  longestStill(since: number): Promise<number> {
    return this.person.page.evaluate((since) => {
      const times = [since, ...window.framesAt.filter((at) => at > since), Date.now()];
      return Math.max(...times.slice(1).map((at, i) => at - (times[i] ?? at)));
    }, since);
  }

  /** As a text, in milliseconds since then. */
  async told(since: number): Promise<string> {
    const lines = (await this.entries()).map(({ at, subject, word }) =>
      `${String(at - since).padStart(7)} ${subject}: ${word}`);
    return lines.join('\n');
  }
}

/** Given to the browser as text. */
function keepDiary(): void {
  const EVERY = 50;
  /** Half a second without a frame, as a person would notice. */
  const STANDS = 500;
  const STATES = ['opens', 'open', 'closes', 'closed'];
  const last = new Map<Subject, string>();
  window.diary = [];
  window.framesAt = [];
  const note = (subject: Subject, word: string) => {
    if (last.get(subject) === word) return;
    last.set(subject, word);
    window.diary.push({ at: Date.now(), subject, word });
  };
  let video: HTMLVideoElement | null = null;
  let shown = 0;
  const picture = () => {
    const now = document.querySelector<HTMLVideoElement>('[data-testid="remote-video"]');
    if (now !== video) {
      video = now;
      shown = 0;
      const next = () => {
        if (now !== video) return;
        shown = Date.now();
        window.framesAt.push(shown);
        now?.requestVideoFrameCallback(next);
      };
      now?.requestVideoFrameCallback(next);
    }
    if (!video || !shown) return 'none';
    return Date.now() - shown > STANDS ? 'stands' : 'moves';
  };

  const contacts = () =>
    [...document.querySelectorAll<HTMLElement>('.contact')]
      .map((one) => `${one.querySelector('.contact__name')?.textContent} ${one.dataset.status}`)
      .join(', ');
  const text = (selector: string) => document.querySelector(selector)?.textContent ?? '';
  const look = () => {
    note('call', document.querySelector<HTMLElement>('[data-phase]')?.dataset.phase ?? 'none');
    note('picture', picture());
    note('server', /The connection to the server is lost|The server is (still out of reach|away)/.exec(
      `${text('.notices')} ${text('.badges')}`)?.[0] ?? 'fine');
    note('ring', text('#caller') || 'nobody');
    // While a call is on the screen, the list is not.
    if (document.querySelector('.contacts')) note('contacts', contacts());
    note('path', window.probe.connections().map((one) => one.iceConnectionState).join(' '));
    note('sockets', window.probe.sockets().map(({ readyState }) => STATES[readyState]).join(' '));
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  window.setInterval(look, EVERY);
  look();
}
