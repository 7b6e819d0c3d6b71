import { expectAccessible } from './support/axe.ts';
import { picture } from './support/shot.ts';
import { expect, PHONE, test } from './support/test.ts';
import { callAbout, mailbox, markPage, pageStayed } from './support/world.ts';

test('a reset waits for the owner, whose yes works on a phone without JavaScript', { tag: '@picture' }, async ({ page: outside, people }) => {
  test.setTimeout(240_000);
  const rep = await people.staff('sam');
  await callAbout(rep, 'A-1043', 'Mina Okafor');
  await markPage(rep);

  const card = rep.locator('.card').filter({ hasText: /reset/i });
  await test.step('the rep asks, and the card says what happens next and what to say', async () => {
    await rep.locator('.offer button.act').filter({ hasText: /reset/i }).click();
    await expect(card).toContainText('Waiting for the owner');
    await expect(card.locator('blockquote')).not.toBeEmpty();
    await expect(card.locator('time[data-time="left"]')).toContainText('left');
    await expectAccessible(rep);
    await rep.locator('.panel').evaluate((panel) => panel.scrollTo(0, 0));
    await picture(rep, 'waiting');
  });

  const link = await test.step('the owner gets a mail that says what was asked, with both answers', async () => {
    await outside.goto('/world?as=a-1043');
    const mail = mailbox(outside, 'Mina Okafor').getByRole('link').filter({ hasText: /did you ask/i });
    await expect(mail).toBeVisible();
    await mail.click();
    const letter = outside.frameLocator('.letter iframe');
    await expect(letter.locator('body')).toContainText('Someone who called us on');
    return (await letter.getByRole('link', { name: 'Answer yes or no' }).getAttribute('href')) ?? '';
  });

  await test.step('opening the link, even often, changes nothing', async () => {
    const phone = await people.somebody(PHONE);
    await phone.goto(link);
    await phone.reload();
    await expect(phone.getByRole('heading', { name: /^Did you ask us to/ })).toBeVisible();
    await expectAccessible(phone);
    await picture(phone, 'owner-confirm');
    await expect(card).toContainText('Waiting for the owner');
  });

  const plain = await people.somebody({ ...PHONE, javaScriptEnabled: false });
  await test.step('both answers are equally large, and nothing is chosen', async () => {
    await plain.goto(link);
    const yes = plain.getByRole('button', { name: /^Yes, that was me/ });
    const no = plain.getByRole('button', { name: /^No, it wasn't me/ });
    const [one, other] = [await yes.boundingBox(), await no.boundingBox()];
    expect(one?.width).toBe(other?.width);
    expect(one?.height).toBe(other?.height);
    expect(one?.height).toBeGreaterThanOrEqual(44);
    expect((one?.x ?? 0) + (one?.width ?? 0)).toBeLessThanOrEqual(390);
    await expect(plain.locator('[autofocus], [checked], [selected]')).toHaveCount(0);
    await expect(plain.locator('main')).toContainText('If you do nothing, nothing happens.');
  });

  await test.step('yes hands over, and the card is done by itself', async () => {
    await plain.getByRole('button', { name: /^Yes, that was me/ }).click();
    await expect(plain.getByRole('heading', { name: 'Thank you.' })).toBeVisible();
    await picture(plain, 'owner-yes');
    await plain.getByRole('link', { name: 'Go on' }).click();
    await expect(plain).toHaveURL(/\/world\/identity/);
    await expect(card).toContainText('Done');
    await pageStayed(rep);
  });

  await test.step('a link works once', async () => {
    const again = await people.somebody(PHONE);
    await again.goto(link);
    await expect(again.getByRole('button')).toHaveCount(0);
    await expectAccessible(again);
    await picture(again, 'owner-over');
  });
});

test('where nobody can be reached only a receipt opens a reset, on a page of the requester\'s own', { tag: '@picture' }, async ({ people }) => {
  const rep = await people.staff('sam');
  await callAbout(rep, 'A-1044', 'Jonas Lindqvist');
  const acts = rep.locator('.offer button.act');
  await expect(acts.filter({ hasText: /confirm a password reset/i })).toHaveCount(0);
  await expectAccessible(rep);
  await acts.filter({ hasText: 'Reset the password by a receipt' }).click();
  await rep.getByRole('button', { name: 'Give a page for a receipt' }).click();
  await expect(rep.getByRole('heading', { name: 'A page for a receipt' })).toBeVisible();
  await expectAccessible(rep);
  const code = (await rep.locator('strong.num').textContent()) ?? '';

  const phone = await people.somebody(PHONE);
  await phone.goto('/recover');
  await expectAccessible(phone);
  await phone.getByRole('textbox').fill(code);
  await phone.getByRole('button').first().click();
  await expect(phone.getByRole('heading', { name: 'Show a receipt' })).toBeVisible();
  await expectAccessible(phone);
  await picture(phone, 'recover');
  await phone.getByLabel('The code on one of your receipts').fill('RQ00-0000-0000-0000');
  await phone.getByRole('button', { name: 'Go on' }).click();
  await expect(phone.getByRole('alert')).toContainText('That didn');
});
