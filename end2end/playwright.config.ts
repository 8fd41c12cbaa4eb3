import { availableParallelism } from 'node:os';

import { defineConfig } from '@playwright/test';

import type { Options } from './support/test';

const ci = Boolean(process.env.CI);

/** What a person does in a call, and what else depends on the browser: shown in both, but for what is tagged `@once`. */
const both = /(booth|calling|chat|check|controls|devices|files|hangup|media|model|quality|recording|screen-share|ssr|views)\.spec\.ts$/;

export default defineConfig<Options>({
  testDir: 'specs',
  outputDir: 'test-results',
  // Each person is a browser that encodes and decodes video: more tests at once than cores wait for each other. And nothing runs
  // beside what is measured.
  workers: process.env.BENCH ? 1 : availableParallelism(),
  // A test that passes at the second try has found something.
  retries: 0,
  forbidOnly: ci,
  maxFailures: ci ? 20 : 0,
  timeout: 45_000,
  expect: { timeout: 10_000 },
  reporter: ci ? [['list']] : [['list'], ['html', { open: 'never' }]],
  use: {
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    // Ask for one with `--trace on`: it takes pictures of everybody all the time, and makes a test twice as long.
    trace: 'off',
    // A test that fails takes them itself (`somebody`): people end before the test does, and then Playwright takes one of each page, just
    // in case it fails.
    screenshot: 'off',
  },
  projects: [
    // First, as it is one file: at the end nothing would be left to run beside it.
    { name: 'cross', testMatch: /cross\.spec\.ts$/ },
    { name: 'chromium', use: { kind: 'chromium' }, testIgnore: /(cross|first-frame)\.spec\.ts$/ },
    { name: 'firefox', use: { kind: 'firefox' }, testMatch: both, grepInvert: /@once/ },
    // Not a test: `make bench` asks for it.
    ...(process.env.BENCH ? [{ name: 'bench', use: { kind: 'chromium' as const }, testDir: 'bench' }] : []),
  ],
});
