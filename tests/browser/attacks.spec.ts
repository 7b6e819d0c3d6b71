import { expectAccessible } from './support/axe.ts';
import { picture } from './support/shot.ts';
import { expect, test } from './support/test.ts';

test('a buyer watches an attack, step by step, and it gets nothing', { tag: '@picture' }, async ({ page, people }) => {
  test.setTimeout(240_000);
  await page.goto('/world');
  await page.getByRole('link', { name: 'Watch an attack' }).click();
  await expect(page.getByText('Nothing is played.')).toBeVisible();
  await expectAccessible(page);

  await test.step('the first step is played at once, the next one on demand', async () => {
    await page.getByRole('button', { name: /^I gave a wrong address/ }).click();
    await expect(page.getByRole('heading', { name: /^I gave a wrong address/ })).toBeVisible();
    const steps = page.locator('.steps > li');
    await expect(steps).toHaveCount(1);
    await page.getByRole('button', { name: 'Next step' }).click();
    await expect(steps).toHaveCount(2);
    await expect(steps.first()).toContainText(/look-up order \d+/);
    await expect(steps.first()).toContainText('masked');
  });

  await test.step('the rest goes on by itself, and the page follows', async () => {
    await page.getByRole('button', { name: 'Play the rest' }).click();
    await expect(page.locator('.verdict')).toContainText('The attacker got nothing.', { timeout: 120_000 });
    await expect(page.locator('.verdict')).toContainText('Nothing was given away.');
    await expect(page.locator('.verdict')).toContainText('Nothing changed without the owner.');
    await expect(page.locator('.steps')).not.toContainText('Given away');
    await expectAccessible(page);
    await picture(page, 'attack');
    await page.getByRole('button', { name: 'Clear the stage' }).click();
    await expect(page.getByText('Nothing is played.')).toBeVisible();
  });

  await test.step('an honest customer is helped', async () => {
    await page.locator('button[value="twin-invoice"]').click();
    await page.getByRole('button', { name: 'Play the rest' }).click();
    await expect(page.locator('.verdict')).toContainText('The customer was helped.', { timeout: 60_000 });
  });

  await test.step('it fits on a phone', async () => {
    const phone = await people.somebody({ viewport: { width: 390, height: 844 } });
    await phone.goto('/world/attacks');
    await expect(phone.locator('.verdict')).toBeVisible();
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(390);
  });
});

test('a play that goes on is not put off the stage by another, and can be stopped', async ({ page }) => {
  test.setTimeout(120_000);
  await page.goto('/world/attacks');
  await page.locator('button[value="coinbase"]').click();
  await page.getByRole('button', { name: 'Play the rest' }).click();
  await expect(page.locator('button[value="mgm"]')).toBeDisabled();
  const answer = await page.request.post('/world/attacks/play', { form: { name: 'no-such-scenario' } });
  expect(answer.status()).toBe(404);
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('Nothing is played.')).toBeVisible();
  await page.locator('button[value="mgm"]').click();
  await expect(page.locator('.steps > li')).toHaveCount(1);
});
