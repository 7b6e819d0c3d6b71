import { expect, type Page } from '@playwright/test';
import { unusedTotp } from './totp.ts';

/** One of the staff, as the server under test knows them. */
export interface Person {
  login: string;
  password: string;
  /** The TOTP secret in base32; without it the code is read where the demo shows it. */
  secret?: string;
}

/** The password of everybody in the demo. */
export const DEMO_PASSWORD = 'just looking around';

const used = new Map<string, string>();

/**
 * Signs a person in through the pages, by the labels that a person reads. Ends when the page is the desk. A code works once,
 * so a second sign-in within 30 s waits for the next one.
 */
export async function signIn(page: Page, { login, password, secret }: Person): Promise<void> {
  if (!new URL(page.url(), 'http://nowhere').pathname.startsWith('/sign-in')) await page.goto('/sign-in');
  await page.getByLabel('Sign-in name').fill(login);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('heading', { name: 'The code from your phone' })).toBeVisible();
  await page.getByLabel('Code', { exact: true }).fill(secret === undefined ? await shownCode(page) : await unusedTotp(secret));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('navigation', { name: 'Desk' })).toBeVisible();
}

/**
 * Fills a form of the demo, the code that its page shows included, and sends it. A code works once, and every form asks for
 * another, so this may wait up to half a minute. `fill` fills all but the code.
 */
export async function sendWithCode(page: Page, button: string, fill: () => Promise<void> = async () => {}): Promise<void> {
  const code = await shownCode(page);
  await fill();
  await page.getByLabel('The six digits').fill(code);
  await page.getByRole('button', { name: button }).click();
}

/** The code that the demo's page shows, once it is one that wasn't used before. */
async function shownCode(page: Page): Promise<string> {
  const key = new URL(page.url()).origin;
  const hint = page.locator('.hint code');
  let code = await hint.innerText();
  await expect(async () => {
    code = await hint.innerText();
    if (used.has(`${key} ${code}`)) await page.reload();
    expect(used.has(`${key} ${code}`)).toBe(false);
  }).toPass({ timeout: 40_000, intervals: [1_000] });
  used.set(`${key} ${code}`, code);
  return code;
}
