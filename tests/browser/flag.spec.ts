import type { Page } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';
import { picture } from './support/shot.ts';
import { expect, type People, PHONE, test } from './support/test.ts';
import { mailbox, markPage, pageStayed, said } from './support/world.ts';

const OWNER = 'Tess Arkwrighter';

test('wrong passwords and a far country raise one flag, and the owner settles it', { tag: '@picture' }, async ({ page: outside, people }) => {
  test.setTimeout(240_000);
  const rep = await people.staff('sam');
  await rep.goto('/desk?filter=flags');
  await markPage(rep);

  const number = await test.step('the flag appears by itself, and later signals join it', async () => {
    await outside.goto('/world?as=fraudster');
    await outside.getByLabel('At the sign-in page of').selectOption({ label: OWNER });
    await outside.getByRole('button', { name: /^Wrong password × 5/ }).click();
    const number = (await said(outside, /flag #\d+/)).replace(/\D/g, '');
    await expect(rep.locator(`#row-${number}`)).toContainText('the watch');
    await outside.getByLabel('At the sign-in page of').selectOption({ label: OWNER });
    await outside.getByRole('button', { name: /^Log in from Lagos/ }).click();
    await said(outside, /from Lagos/);
    await expect(rep.locator('a.row')).toHaveCount(1);
    await pageStayed(rep);
    return number;
  });

  await test.step('it says in words what was unusual', async () => {
    await rep.locator(`#row-${number}`).getByRole('link').click();
    const unusual = rep.getByRole('region', { name: 'What was unusual' });
    await expect(unusual).toContainText(/5 failed logins/);
    await expect(unusual).toContainText(/Nigeria/);
    await expectAccessible(rep);
    await picture(rep, 'flag');
  });

  const card = rep.locator('.card').first();
  await test.step('the rep asks the owner', async () => {
    await rep.locator('.offer button.act').filter({ hasText: 'Ask the owner: was this you?' }).click();
    await expect(card).toContainText('Waiting for the owner');
  });

  await test.step('the owner says on a phone that it was them', async () => {
    const phone = await answerPage(outside, people, 'a-1045', OWNER);
    const [one, other] = [await phone.getByRole('button').nth(0).boundingBox(), await phone.getByRole('button').nth(1).boundingBox()];
    expect([one?.width, one?.height]).toEqual([other?.width, other?.height]);
    await expectAccessible(phone);
    await picture(phone, 'owner-was-this-you');
    await phone.getByRole('button', { name: 'Yes, that was me' }).click();
    await expect(phone.getByText('We will remember it.')).toBeVisible();
    await expectAccessible(phone);
  });

  await test.step('the flag is closed by itself', async () => {
    await expect(rep.locator('.about')).toContainText('closed');
    await expect(card).toContainText('Done');
    await pageStayed(rep);
  });
});

test('a place that the owner knows raises no flag again', async ({ page: outside, people }) => {
  test.setTimeout(180_000);
  const rep = await people.staff('sam');
  await outside.goto('/world?as=a-1049');
  const number = await fromLagos(outside, /flag #\d+/);
  await rep.goto(`/desk/tickets/${number}`);
  await rep.locator('.offer button.act').filter({ hasText: 'Ask the owner: was this you?' }).click();
  const phone = await answerPage(outside, people, 'a-1049', 'Håkon Wrenfold');
  await phone.getByRole('button', { name: 'Yes, that was me' }).click();
  await expect(phone.getByText('We will remember it.')).toBeVisible();
  await outside.goto('/world?as=a-1049');
  await fromLagos(outside, /sees nothing unusual/);
});

test('no locks the account and freezes its data', { tag: '@picture' }, async ({ page: outside, people }) => {
  test.setTimeout(180_000);
  const rep = await people.staff('sam');
  await outside.goto('/world?as=a-1047');
  const number = await fromLagos(outside, /flag #\d+/);
  await rep.goto(`/desk/tickets/${number}`);
  await rep.locator('.offer button.act').filter({ hasText: 'Ask the owner: was this you?' }).click();
  const phone = await answerPage(outside, people, 'a-1047', 'Ivo Sandhult');
  await phone.getByRole('button', { name: "No, it wasn't me" }).click();
  await expect(phone.getByText('your data was frozen at our support desk at once')).toBeVisible();
  await expectAccessible(phone);
  await picture(phone, 'owner-locked');
  await expect(rep.locator('.proof')).toContainText('Frozen');
  await outside.goto('/world?as=a-1047');
  await expect(outside.getByRole('region', { name: 'What was asked' })).toContainText('account lock for A-1047');
});

/** Logs in from Lagos as who the page is; returns the number in what the page says, if there is one. */
async function fromLagos(outside: Page, says: RegExp): Promise<string> {
  await outside.getByRole('button', { name: /^Log in from Lagos/ }).click();
  return (await said(outside, says)).replace(/\D/g, '');
}

/** Opens the page to which the mail "Was this you?" leads, on a phone. */
async function answerPage(outside: Page, people: People, key: string, name: string): Promise<Page> {
  await outside.goto(`/world?as=${key}`);
  const mail = mailbox(outside, name).getByRole('link').filter({ hasText: /was this you/i });
  await expect(mail).toBeVisible();
  await mail.click();
  const link = await outside.frameLocator('.letter iframe').getByRole('link', { name: 'Answer yes or no' }).getAttribute('href');
  const phone = await people.somebody(PHONE);
  await phone.goto(link ?? '');
  await expect(phone.getByRole('heading', { name: 'Was this you?' })).toBeVisible();
  return phone;
}
