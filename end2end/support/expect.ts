// `expect` as Playwright has it, but that it looks again soon: most of what a test polls for is there within a tenth of a
// second, and Playwright's own next looks are a quarter of a second later, half a second, and a whole one.

import { expect as original } from '@playwright/test';

const SOON = [50, 50, 100, 100, 250];

const poll: typeof original.poll = (look, options) =>
  original.poll(look, { intervals: SOON, ...(typeof options === 'string' ? { message: options } : options) });

export const expect: typeof original = new Proxy(original, {
  get: (target, key) => (key === 'poll' ? poll : Reflect.get(target, key)),
});
