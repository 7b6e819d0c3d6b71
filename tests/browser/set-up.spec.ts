import { expectAccessible } from './support/axe.ts';
import { startServer } from './support/server.ts';
import { picture } from './support/shot.ts';
import { signIn } from './support/sign-in.ts';
import { expect, test as base } from './support/test.ts';
import { totp, unusedTotp } from './support/totp.ts';

// A desk that nobody has used.
const test = base.extend({
  server: [
    async ({}, use) => {
      const server = await startServer({ command: 'serve' });
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

const ADMIN = { login: 'ada', password: 'four unrelated plain words' };

test('the first admin sets the desk up and signs in, and the link is dead afterwards', { tag: '@picture' }, async ({ page, server }) => {
  test.setTimeout(240_000);
  const [link] = await server.printed(/http:\/\/\S+\/set-up\/\S+/);

  await test.step('name, sign-in name and password', async () => {
    await page.goto(link);
    await expect(page.getByRole('heading', { name: 'Set up the desk' })).toBeVisible();
    await expectAccessible(page);
    await picture(page, 'set-up');
    await page.getByLabel('Your name').fill('Ada Thorsgate');
    await page.getByLabel('Sign-in name').fill(ADMIN.login);
    await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await page.getByRole('button', { name: 'Go on' }).click();
  });

  const secret = await test.step('the secret, as a picture and to type', async () => {
    await expect(page.getByRole('heading', { name: 'Add your phone' })).toBeVisible();
    await expect(page.getByRole('img', { name: /QR code/ })).toBeVisible();
    await expectAccessible(page);
    await page.getByText("I can't scan").click();
    const secret = await page.locator('code.secret').innerText();
    expect(secret.replace(/\s/g, '')).toMatch(/^[A-Z2-7]{32,}$/);
    return secret;
  });

  await test.step('a wrong code is told kindly and costs nothing', async () => {
    const near = [-30_000, 0, 30_000, 60_000].map((off) => totp(secret, Date.now() + off));
    const wrong = ['000000', '111111', '222222', '333333', '444444'].find((code) => !near.includes(code)) ?? '';
    await page.getByLabel('The six digits it shows now').fill(wrong);
    await page.getByRole('button', { name: 'Finish' }).click();
    await expect(page.getByRole('alert')).toContainText(/code/i);
    await expect(page.getByRole('alert')).not.toContainText(/invalid|error|fail/i);
    await expect(page.getByRole('heading', { name: 'Add your phone' })).toBeVisible();
    await expectAccessible(page);
    await page.getByLabel('The six digits it shows now').fill(await unusedTotp(secret));
    await page.getByRole('button', { name: 'Finish' }).click();
    await expect(page).toHaveURL(/\/sign-in/);
  });

  await test.step('signing in takes password and code', async () => {
    await expectAccessible(page);
    await page.getByLabel('Sign-in name').fill(ADMIN.login);
    await page.getByLabel('Password', { exact: true }).fill('not the password at all');
    await page.getByRole('button', { name: 'Go on' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await expectAccessible(page);
    await signIn(page, { ...ADMIN, secret });
    await expect(page).toHaveURL(/\/desk/);
  });

  await test.step('an empty desk teaches', async () => {
    await expect(page.getByRole('heading', { name: 'Hello Ada' })).toBeVisible();
    await expect(page.getByRole('region', { name: 'Tickets' }).locator('.empty')).toBeVisible();
    await expectAccessible(page);
    await picture(page, 'empty-desk');
  });

  await test.step('the link is dead', async () => {
    await page.context().clearCookies();
    const answer = await page.goto(link);
    expect(answer?.status()).toBeGreaterThanOrEqual(400);
    await expect(page.getByLabel('Password', { exact: true })).toHaveCount(0);
    await expectAccessible(page);
    expect(server.stdout().match(/\/set-up\//g)).toHaveLength(1);
  });
});
