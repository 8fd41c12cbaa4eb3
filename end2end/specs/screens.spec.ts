// A picture of every screen, to be looked at: `SCREENS=1 make e2e ARGS=screens`.

import { join } from 'node:path';

import { GALLERY, settles } from '../support/gallery';
import { test } from '../support/test';

const DIRECTORY = join(import.meta.dirname, '../screens-out');
const SIZES = [
  { width: 360, height: 740 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

if (process.env.SCREENS) {
  for (const { name, flags = [], reach } of GALLERY) {
    test.describe(() => {
      test.use({ flags });
      test(`a picture of ${name}`, async ({ alice, bob, server }) => {
        const { page } = await reach({ alice, bob, server });
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          for (const size of SIZES) {
            await page.setViewportSize(size);
            await settles(page);
            await page.screenshot({ path: join(DIRECTORY, `${name}-${size.width}-${colorScheme}.png`) });
          }
        }
      });
    });
  }
}
