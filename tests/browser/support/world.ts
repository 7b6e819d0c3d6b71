import { expect, type Locator, type Page } from '@playwright/test';

/** Somebody's mailbox in the outside world. */
export const mailbox = (page: Page, name: string): Locator => page.getByRole('region', { name: `${name}'s mailbox` });

/** What the page said about the last act, as the pattern finds it: it leaves by itself, so it is read once. */
export async function said(page: Page, pattern: RegExp): Promise<string> {
  const flash = page.locator('#flash');
  let found = '';
  await expect
    .poll(async () => (found = (await flash.textContent())?.match(pattern)?.[0] ?? ''), { message: `the page says ${pattern}`, intervals: [50] })
    .not.toBe('');
  return found;
}

/** Marks a page, so that `pageStayed` can tell whether it was loaded anew since. */
export const markPage = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Object.assign(window, { marked: true });
  });

/** Fails if the page was loaded anew since `markPage`: whatever changed on it came by itself. */
export const pageStayed = async (page: Page): Promise<void> => expect(await page.evaluate(() => 'marked' in window), 'the page is still the same').toBe(true);

/** Begins a call at the desk about an account, found by its number; ends on the ticket's page. */
export async function callAbout(rep: Page, externalId: string, name: string): Promise<string> {
  await rep.goto('/desk/look-up');
  await rep.getByLabel('They gave their').selectOption({ label: 'account number' });
  await rep.getByLabel('Exactly as said').fill(externalId);
  await rep.getByRole('button', { name: 'Look up' }).click();
  await expect(rep.locator('.results')).toContainText(name);
  await rep.getByRole('button', { name: 'Begin a call about it' }).click();
  await expect(rep.locator('.proof')).toContainText('Unproven');
  return new URL(rep.url()).pathname.split('/').pop() ?? '';
}
