import type { Page } from '@playwright/test';
import { expectAccessible } from './support/axe.ts';
import { picture } from './support/shot.ts';
import { expect, PHONE, test } from './support/test.ts';
import { mailbox, markPage, pageStayed } from './support/world.ts';

const log = (page: Page) => page.getByRole('log', { name: 'What was said and done' });

test('the fraudster gets nothing, the owner hears of it and freezes the account', { tag: '@picture' }, async ({ page: outside, people }) => {
  test.setTimeout(300_000);
  const nora = await people.staff('nora');
  const marta = await people.staff('marta');
  await nora.goto('/desk');
  await marta.goto('/desk?filter=safety');
  const safetyBefore = await marta.locator('a.row').count();
  await markPage(nora);
  await markPage(marta);

  const number = await test.step('the fraudster calls, and the rep sees it by itself', async () => {
    await outside.goto('/world?as=fraudster');
    await expectAccessible(outside);
    await outside.getByLabel(/and say you are/).selectOption({ label: 'Robin Vale' });
    await outside.getByRole('button', { name: 'Call', exact: true }).click();
    await expect(outside.getByText('On the phone with')).toBeVisible();
    const number = new URL(outside.url()).searchParams.get('call');
    expect(number).toMatch(/^\d+$/);
    const row = nora.locator(`#row-${number}`);
    await expect(row).toContainText('phone');
    await row.getByRole('link').click();
    await expect(row).toContainText('on the phone');
    await expect(nora.getByRole('button', { name: 'End call' })).toBeVisible();
    await expect(nora.locator('.proof')).toContainText('No account yet');
    return number;
  });

  await test.step('what he says appears as he says it', async () => {
    for (let line = 0; line < 3; line += 1) {
      const button = outside.getByRole('form', { name: 'Things to say' }).getByRole('button').first();
      const text = await button.innerText();
      await button.click();
      await expect(outside.getByRole('log', { name: 'The call' })).toContainText(text);
      await expect(log(nora)).toContainText(text);
    }
    await outside.getByLabel('Say something').fill('Where did you send it? It is order 7042.');
    await outside.getByRole('button', { name: 'Say it' }).click();
    await expect(log(nora)).toContainText('It is order 7042.');
    await expect(outside.getByLabel('Say something')).toHaveValue('');
    await pageStayed(nora);
  });

  await test.step('the rep finds the account by the order number; that proves nothing', async () => {
    await expectAccessible(nora);
    await nora.getByLabel('They gave their').selectOption({ label: 'order number' });
    await nora.getByLabel('Exactly as said').fill('7042');
    await nora.getByRole('button', { name: 'Look up' }).click();
    const found = nora.locator('.results');
    await expect(found).toContainText('Robin Vale');
    await expect(found).toContainText('A-1042');
    await expectAccessible(nora);
    await picture(nora, 'look-up');
    await found.getByRole('button', { name: 'Use this account' }).click();
    await expect(nora.getByRole('heading', { name: 'Robin Vale', exact: true })).toBeVisible();
    await expect(nora.locator('.proof')).toContainText('Unproven');
    await expect(nora.locator('.panel .mask').first()).toBeVisible();
  });

  await test.step('what the gate refuses comes with words, and "Say this" says them', async () => {
    const refused = nora.locator('.offer.no').filter({ has: nora.getByRole('button', { name: 'Say this' }) });
    await expect(refused.first()).toBeVisible();
    for (const offer of await refused.all()) expect((await offer.locator('blockquote').innerText()).length).toBeGreaterThan(20);
    const words = await refused.first().locator('blockquote').innerText();
    await refused.first().getByRole('button', { name: 'Say this' }).click();
    await expect(log(nora).locator('.message.said')).toContainText(words);
    await expect(outside.getByRole('log', { name: 'The call' })).toContainText(words);
    await expectAccessible(nora);
    await nora.mouse.move(700, 600);
    await nora.locator('.panel').evaluate((panel) => panel.scrollTo(0, 0));
    await picture(nora, 'ticket');
    await picture(outside, 'world');
  });

  await test.step('the invoice goes to the account by two keys, and its card changes in place', async () => {
    await nora.keyboard.press('Escape');
    const offer = nora.getByRole('button', { name: /^Send an invoice: 10442/ });
    const key = await offer.getAttribute('data-offer');
    await nora.keyboard.press(key ?? '');
    await expect(offer).toBeFocused();
    await nora.keyboard.press('Enter');
    const card = nora.locator('.card').filter({ hasText: /invoice 10442/i });
    await expect(card).toContainText('Done');
    await expect(card).toHaveClass(/good/);
    await expectAccessible(nora);
    await pageStayed(nora);
    await nora.locator('.panel').evaluate((panel) => panel.scrollTo(0, 0));
    await picture(nora, 'delivered');
  });

  await test.step('it lies in the owner\'s mailbox, and nothing in the fraudster\'s', async () => {
    await expect(mailbox(outside, 'Dex Harrowgate')).toContainText('Empty.');
    await expect(outside.locator('.leak')).toContainText('0 protected values');
    const robin = await people.somebody();
    await robin.goto('/world?as=a-1042');
    const mail = mailbox(robin, 'Robin Vale').getByRole('link').filter({ hasText: 'invoice-10442.pdf' });
    await expect(mail).toBeVisible();
    await mail.click();
    await expect(robin.frameLocator('.letter iframe').getByRole('link', { name: 'invoice-10442.pdf' })).toBeVisible();
    await expectAccessible(robin);
    await picture(robin, 'world-mail');
  });

  const link = await test.step('the call ends and the owner is told', async () => {
    await outside.getByRole('button', { name: 'Hang up' }).click();
    await expect(outside.getByText('The call is over')).toBeVisible();
    await expect(nora.getByRole('button', { name: 'End call' })).toHaveCount(0);
    const robin = await people.somebody();
    await robin.goto('/world?as=a-1042');
    const notice = mailbox(robin, 'Robin Vale').getByRole('link').filter({ hasText: /contacted|contact/i }).first();
    await expect(notice).toBeVisible();
    await notice.click();
    const way = robin.frameLocator('.letter iframe').getByRole('link', { name: "It wasn't me" });
    await expect(way).toBeVisible();
    await picture(robin, 'notice');
    return (await way.getAttribute('href')) ?? '';
  });

  await test.step('on the phone: opening changes nothing, the button freezes', async () => {
    await expect(nora.locator('.proof')).not.toContainText('Frozen');
    const phone = await people.somebody(PHONE);
    await phone.goto(link);
    await phone.reload();
    await expect(phone.getByRole('heading', { name: "Wasn't it you?" })).toBeVisible();
    await expectAccessible(phone);
    await picture(phone, 'owner-not-me');
    await expect(nora.locator('.proof')).not.toContainText('Frozen');
    await phone.getByRole('button', { name: "It wasn't me" }).click();
    await expect(phone.getByText('Your data was frozen at our support desk at once.')).toBeVisible();
    await expectAccessible(phone);
    await picture(phone, 'owner-frozen');
  });

  await test.step('the rep\'s page turns frozen by itself', async () => {
    await expect(nora.locator('.proof')).toContainText('Frozen');
    await expect(nora.locator('.panel .state.danger')).toContainText('Frozen');
    await expect(nora.getByRole('group', { name: 'Send a detail' })).toHaveCount(0);
    await expect(nora.locator('.offer.no').filter({ hasText: 'Send a detail' })).toBeVisible();
    await pageStayed(nora);
    await expectAccessible(nora);
    await nora.locator('.panel').evaluate((panel) => panel.scrollTo(0, 0));
    await picture(nora, 'frozen');
  });

  await test.step('the lead sees the safety ticket by itself', async () => {
    await expect(marta.locator('a.row')).toHaveCount(safetyBefore + 1);
    await pageStayed(marta);
    await marta.locator('a.row').first().click();
    await expect(marta.locator('.about')).toContainText('safety');
    await expect(marta.locator('.panel')).toContainText('A-1042');
    await expectAccessible(marta);
    await picture(marta, 'safety');
    expect(number).not.toBeNull();
  });
});
