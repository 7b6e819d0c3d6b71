import { expectAccessible } from './support/axe.ts';
import { picture } from './support/shot.ts';
import { sendWithCode } from './support/sign-in.ts';
import { expect, test } from './support/test.ts';

test('password and authenticator are changed on pages of ones own', { tag: '@picture' }, async ({ people }) => {
  const page = await people.staff('sam');
  await page.goto('/desk/sessions');
  await page.getByRole('link', { name: 'Change it' }).click();
  await expect(page.getByRole('heading', { name: 'Change your password', level: 1 })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'password');

  await test.step('what was wrong is told kindly, and not which of the two it was', async () => {
    await page.getByLabel('Current password').fill('not my password');
    await page.getByLabel('New password').fill('eight tall poplars');
    await page.getByLabel('The six digits').fill('000000');
    await page.getByRole('button', { name: 'Change it' }).click();
    await expect(page.getByRole('alert')).toContainText("That password and code don't go together");
    await expectAccessible(page);
  });

  await page.goto('/desk/sessions');
  await page.getByRole('link', { name: 'Replace it' }).click();
  await expect(page.getByRole('heading', { name: 'Replace your authenticator', level: 1 })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'authenticator');
});

test('an admin asks somebody to enrol anew, who sees it everywhere and refuses', { tag: '@picture' }, async ({ people }) => {
  test.setTimeout(240_000);
  const [admin, rep] = [await people.staff('otto'), await people.staff('sam')];
  await admin.goto('/desk/people');
  await admin.getByRole('link', { name: 'Enrol anew Sam Ottway' }).click();
  await expect(admin.getByRole('heading', { name: 'Ask Sam Ottway to enrol anew' })).toBeVisible();
  await expectAccessible(admin);
  await picture(admin, 'enrol-anew');
  await sendWithCode(admin, 'Make a link');
  await expect(admin.locator('#made-link')).toContainText('/invitation/');
  await expect(admin.getByRole('row', { name: /Sam Ottway/ })).toContainText('asked to enrol anew by Otto Brandvold');
  await expectAccessible(admin);
  const link = await admin.locator('#made-link').innerText();

  await rep.goto('/desk');
  await expect(rep.getByText('Somebody asked you to enrol anew')).toBeAttached();
  await rep.goto('/desk/sessions');
  await expect(rep.getByRole('alert')).toContainText('Otto Brandvold asked you to enrol anew');
  await expectAccessible(rep);
  await picture(rep, 'asked-anew');

  const somebody = await people.somebody();
  await somebody.goto(link);
  await expect(somebody.getByRole('heading', { name: 'Enrol anew' })).toBeVisible();
  await expectAccessible(somebody);

  await rep.getByRole('button', { name: 'refuse' }).click();
  await expect(rep.getByText('The link no longer works.')).toBeVisible();
  await expect(rep.getByRole('alert')).toHaveCount(0);
  expect((await somebody.goto(link))?.status()).toBe(404);
  await admin.goto('/desk/people');
  await expect(admin.getByText('asked to enrol anew')).toHaveCount(0);
  await expect(admin.getByRole('row', { name: /Sam Ottway/ })).toContainText('refused to enrol anew');
  await expectAccessible(admin);
});

test('stopping a sign-in asks for a code', { tag: '@picture' }, async ({ people }) => {
  const page = await people.staff('otto');
  await page.goto('/desk/people');
  await page.getByRole('link', { name: 'Stop sign-in of Iris Lund' }).click();
  await expect(page.getByRole('heading', { name: 'Stop the sign-in of Iris Lund' })).toBeVisible();
  await expectAccessible(page);
  await picture(page, 'stop-sign-in');
  await page.getByLabel('The six digits').fill('000000');
  await page.getByRole('button', { name: 'Stop sign-in' }).click();
  await expect(page.getByRole('alert')).toContainText("That code doesn't work");
  await page.goto('/desk/people');
  await expect(page.getByRole('link', { name: 'Stop sign-in of Iris Lund' })).toBeVisible();
});

test('what one made is listed under ones own sessions', { tag: '@picture' }, async ({ people }) => {
  test.setTimeout(180_000);
  const page = await people.staff('otto');
  await page.goto('/desk/people');
  await sendWithCode(page, 'Make a link', () => page.getByLabel('Name', { exact: true }).fill('Jo Marrow'));
  await expect(page.locator('#made-link')).toContainText('/invitation/');
  await page.goto('/desk/sessions');
  const made = page.getByRole('region', { name: 'Made by you' });
  await expect(made).toContainText('Invitation for Jo Marrow');
  await expectAccessible(page);
  await picture(page, 'made-by-me');
  await made.getByRole('button', { name: 'Withdraw the invitation for Jo Marrow' }).click();
  await expect(page).toHaveURL(/\/desk\/sessions$/);
  await expect(page.getByText('Jo Marrow')).toHaveCount(0);
});
