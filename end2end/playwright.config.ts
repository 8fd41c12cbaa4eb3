import { defineConfig } from '@playwright/test';

import type { Options } from './support/test';

const ci = Boolean(process.env.CI);

/** What a person does in a call, and what else depends on the browser: shown in both. */
const both = /(booth|calling|crowd|hangup|media|ssr|model)\.spec\.ts$/;

export default defineConfig<Options>({
  testDir: 'specs',
  outputDir: 'test-results',
  // Each person is a browser that encodes and decodes video: more at once only wait for each other.
  workers: 1,
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
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'chromium', use: { kind: 'chromium' }, testIgnore: /(cross|first-frame)\.spec\.ts$/ },
    { name: 'firefox', use: { kind: 'firefox' }, testMatch: both },
    { name: 'cross', testMatch: /cross\.spec\.ts$/ },
    { name: 'bench', use: { kind: 'chromium', trace: 'off', screenshot: 'off' }, testDir: 'bench' },
  ],
});
