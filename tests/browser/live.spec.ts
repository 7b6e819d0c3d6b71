import type { Page } from '@playwright/test';
import { expect, type People, test } from './support/test.ts';
import { callAbout, mailbox, markPage, pageStayed } from './support/world.ts';

/** Holds back the answers to what a page asks there, until `go`. */
async function hold(page: Page, path: string | RegExp): Promise<{ go: () => void; asked: () => number }> {
  let asked = 0;
  let go = () => {};
  const gone = new Promise<void>((done) => (go = done));
  await page.route(path, async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    asked += 1;
    const response = await route.fetch();
    await gone;
    await route.fulfill({ response });
  });
  return { go, asked: () => asked };
}

/** Writes a note into a ticket, as a colleague. */
async function note(people: People, number: string, text: string): Promise<void> {
  const lead = await people.staff('marta');
  await lead.goto(`/desk/tickets/${number}`);
  await lead.getByRole('radio', { name: 'Note' }).check();
  await lead.locator('[data-draft]').fill(text);
  await lead.getByRole('button', { name: 'Keep the note' }).click();
  await expect(lead.getByRole('log')).toContainText(text);
}

test('what changes while a page is still coming in appears on it', async ({ page: outside, people }) => {
  const rep = await people.staff('sam');
  let go = () => {};
  const gone = new Promise<void>((done) => (go = done));
  await outside.route('**/world/live', async (route) => {
    await gone;
    await route.continue();
  });
  await outside.goto('/world?as=a-1043');
  await markPage(outside);
  await callAbout(rep, 'A-1043', 'Mina Okafor');
  await rep.getByRole('button', { name: /^Send an invoice: / }).first().click();
  await expect(rep.locator('.card').first()).toContainText('Done');
  go();
  await expect(mailbox(outside, 'Mina Okafor').getByRole('link').filter({ hasText: /invoice-\d+\.pdf/ })).toBeVisible();
  await pageStayed(outside);
  await outside.unrouteAll({ behavior: 'ignoreErrors' });
});

test('an old answer never takes the place of what somebody has opened since', async ({ people }) => {
  const rep = await people.staff('sam');
  const number = await callAbout(rep, 'A-1046', 'Paulo Montenoso');
  const own = new RegExp(`/desk/tickets/${number}(\\?|$)`);
  const held = await hold(rep, own);
  await note(people, number, 'I am listening too.');
  await expect.poll(held.asked).toBeGreaterThan(0);

  const other = rep.locator('.list li').filter({ hasNot: rep.locator(`#row-${number}, [aria-current]`) }).locator('a.row').first();
  const subject = await other.locator('.subject').innerText();
  await other.click();
  const title = rep.locator('#ticket-title');
  await expect(title).toHaveText(subject);
  await rep.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    new MutationObserver(() => seen.push(document.getElementById('ticket-title')?.textContent ?? '')).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  // The answer that was dropped is asked for again, here.
  const again = rep.waitForResponse((response) => new URL(response.url()).pathname === new URL(rep.url()).pathname);
  held.go();
  await (await again).finished();
  await expect(title).toHaveText(subject);
  const seen = await rep.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect(new Set(seen)).toEqual(new Set(seen.length ? [subject] : []));
  await rep.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a step back while the page asks for itself arrives', async ({ people }) => {
  const rep = await people.staff('sam');
  await rep.goto('/desk?filter=open');
  await rep.locator('a.row').first().click();
  await expect(rep.locator('#ticket-title')).toBeVisible();
  const number = new URL(rep.url()).pathname.split('/').pop() ?? '';
  const held = await hold(rep, new RegExp(`/desk/tickets/${number}(\\?|$)`));
  await note(people, number, 'Just looking in.');
  await expect.poll(held.asked).toBeGreaterThan(0);
  await rep.goBack();
  await expect(rep.locator('#ticket-title')).toHaveCount(0);
  held.go();
  await expect(rep).toHaveURL(/\/desk\?filter=open$/);
  await expect(rep.locator('a.row').first()).toBeVisible();
  await expect(rep.locator('#ticket-title')).toHaveCount(0);
  await rep.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a press is not lost when an answer comes in while the button is down', async ({ people }) => {
  const rep = await people.staff('sam');
  const number = await callAbout(rep, 'A-1048', 'Leela Quillby');
  const held = await hold(rep, new RegExp(`/desk/tickets/${number}(\\?|$)`));
  await note(people, number, 'A word in your ear.');
  await expect.poll(held.asked).toBeGreaterThan(0);
  const button = rep.getByRole('button', { name: /^Send an invoice: / }).first();
  const box = await button.boundingBox();
  await rep.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
  await rep.mouse.down();
  const answered = rep.waitForResponse((response) => new URL(response.url()).pathname.endsWith(`/tickets/${number}`));
  held.go();
  await (await answered).finished();
  await rep.mouse.up();
  await expect(rep.locator('.card').first()).toContainText(/invoice/);
  await expect(rep.locator('.card').first()).toContainText('Done');
  // And what came in meanwhile is there too.
  await expect(rep.getByRole('log')).toContainText('A word in your ear.');
  await rep.unrouteAll({ behavior: 'ignoreErrors' });
});
