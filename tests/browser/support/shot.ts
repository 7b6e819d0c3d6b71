import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ROOT } from './server.ts';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/**
 * Writes docs/pictures/NAME-{light,dark}-{1440,390}.png when STAUNCH_PICTURES=1, so that an ordinary test run changes no file.
 * Put `@picture` into the tags of a test that calls it: `cargo xtask pictures` runs those.
 */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env['STAUNCH_PICTURES'] !== '1') return;
  if (!/^[a-z0-9-]+$/.test(name)) throw new Error(`name a picture with small letters, digits and hyphens, not \`${name}\``);
  const folder = join(ROOT, 'docs', 'pictures');
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await page.screenshot({
        path: join(folder, `${name}-${colorScheme}-${size.width}.png`),
        animations: 'disabled',
        caret: 'hide',
        scale: 'css',
      });
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  if (before) await page.setViewportSize(before);
}
