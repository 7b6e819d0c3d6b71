import { expect, type Page } from '@playwright/test';
import { unusedTotp } from './totp.ts';

/** One of the staff, as the server under test knows them. */
export interface Person {
  name: string;
  password: string;
  /** The TOTP secret in base32. */
  secret: string;
}

/**
 * Signs a person in through the pages, by the labels that a person reads. Password and code may stand on one page or on two.
 * Ends when the page is no longer the sign-in page.
 */
export async function signIn(page: Page, person: Person): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Password').fill(person.password);
  const code = page.getByLabel('Code');
  const go = page.getByRole('button', { name: 'Sign in' });
  if (!(await code.isVisible())) await go.click();
  await code.fill(await unusedTotp(person.secret));
  await go.click();
  await expect(page).not.toHaveURL(/\/sign-in/);
}
