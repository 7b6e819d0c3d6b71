import { expectAccessible } from './support/axe.ts';
import { picture } from './support/shot.ts';
import { DEMO_PASSWORD, sendWithCode, signIn } from './support/sign-in.ts';
import { expect, PHONE, test } from './support/test.ts';
import { callAbout, markPage, pageStayed } from './support/world.ts';

test('everything is reached by keys', async ({ people }) => {
  const page = await people.staff('sam');
  await page.goto('/desk?filter=open');
  await markPage(page);
  const rows = page.locator('a.row');
  expect(await rows.count()).toBeGreaterThan(3);

  await test.step('j and k move, Enter opens', async () => {
    await page.keyboard.press('j');
    await expect(rows.nth(0)).toBeFocused();
    await page.keyboard.press('j');
    await expect(rows.nth(1)).toBeFocused();
    await page.keyboard.press('k');
    await expect(rows.nth(0)).toBeFocused();
    const subject = await rows.nth(0).locator('.subject').innerText();
    await page.keyboard.press('Enter');
    await expect(page.locator('#ticket-title')).toHaveText(subject);
    await expect(rows.nth(0)).toHaveAttribute('aria-current', 'true');
  });

  await test.step('r and n write, Esc leaves the text, letters stay letters while one types', async () => {
    const text = page.locator('[data-draft]');
    await page.keyboard.press('r');
    await expect(page.getByRole('radio', { name: 'Reply' })).toBeChecked();
    await expect(text).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(text).not.toBeFocused();
    await page.keyboard.press('n');
    await expect(page.getByRole('radio', { name: 'Note' })).toBeChecked();
    await page.keyboard.type('jncer?/');
    await expect(text).toHaveValue('jncer?/');
    await text.fill('');
    await page.keyboard.press('Escape');
  });

  await test.step('e escalates', async () => {
    await page.keyboard.press('e');
    await expect(page.getByLabel('What feels odd?')).toBeFocused();
    await page.keyboard.press('Escape');
  });

  await test.step('/ searches', async () => {
    await page.keyboard.press('/');
    const search = page.getByRole('searchbox');
    await expect(search).toBeFocused();
    await search.fill('gizmo');
    await search.press('Enter');
    await expect(page).toHaveURL(/q=gizmo/);
    await expect(rows.first()).toContainText(/gizmo/i);
    await page.keyboard.press('Escape');
  });

  await test.step('Ctrl K finds everything', async () => {
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Go to, or do' });
    await expect(palette).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.type('my sess');
    await expect(palette.getByRole('option', { selected: true })).toContainText('My sessions');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/desk\/sessions/);
    await expect(palette).toBeHidden();
  });

  await test.step('? tells the keys, Esc closes', async () => {
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await expect(help).toBeVisible();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await expect(help).toBeHidden();
  });

  await test.step('c begins a call', async () => {
    await page.keyboard.press('c');
    await expect(page.getByRole('button', { name: 'End call' })).toBeVisible();
    await expect(page.getByRole('radio', { name: 'Heard' })).toBeChecked();
    await expect(page.locator('[data-draft]')).toBeFocused();
    await page.keyboard.type('Good morning');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('log')).toContainText('Good morning');
    await expect(page.locator('[data-draft]')).toHaveValue('');
  });
  await pageStayed(page);
});

test('a ticket goes to the lead with its reason, and the rep gets words', async ({ people }) => {
  const [rep, lead] = [await people.staff('sam'), await people.staff('marta')];
  const number = await callAbout(rep, 'A-1046', 'Paulo Montenoso');
  await lead.goto('/desk?filter=escalated');
  await rep.keyboard.press('Escape');
  await rep.keyboard.press('e');
  await rep.getByLabel('What feels odd?').fill('He reads the answers from a sheet.');
  await rep.keyboard.press('Enter');
  const escalated = rep.getByRole('region', { name: 'Escalated' });
  await expect(escalated).toContainText('He reads the answers from a sheet.');
  await expect(escalated.locator('blockquote')).not.toBeEmpty();
  await expectAccessible(rep);
  await expect(lead.locator(`#row-${number}`)).toContainText('escalated');
});

test('what is being typed stays when the page changes under it', async ({ people }) => {
  const [rep, lead] = [await people.staff('sam'), await people.staff('marta')];
  const number = await callAbout(rep, 'A-1048', 'Leela Quillby');
  await markPage(rep);
  await rep.getByRole('radio', { name: 'Note' }).check();
  const text = rep.locator('[data-draft]');
  await text.fill('half a thou');
  await lead.goto(`/desk/tickets/${number}`);
  await lead.getByRole('radio', { name: 'Note' }).check();
  await lead.locator('[data-draft]').fill('I am listening too.');
  await lead.getByRole('button', { name: 'Keep the note' }).click();
  await expect(rep.getByRole('log')).toContainText('I am listening too.');
  await expect(text).toHaveValue('half a thou');
  await expect(text).toBeFocused();
  await expect(rep.getByRole('radio', { name: 'Note' })).toBeChecked();
  await pageStayed(rep);
});

test('every call that is going on says so in the list', async ({ people }) => {
  const rep = await people.staff('sam');
  const [one, other] = [await callAbout(rep, 'A-1046', 'Paulo Montenoso'), await callAbout(rep, 'A-1048', 'Leela Quillby')];
  await expect(rep.locator(`#row-${one}`)).toContainText('on the phone');
  await expect(rep.locator(`#row-${other}`)).toContainText('on the phone');
  await rep.getByRole('button', { name: 'End call' }).click();
  await expect(rep.locator(`#row-${other}`)).not.toContainText('on the phone');
  await expect(rep.locator(`#row-${one}`)).toContainText('on the phone');
});

test('what can be done and the first words for what can\'t are seen at once, and keys 1 to 9 count down the panel', async ({ people }) => {
  const page = await people.staff('sam');
  await callAbout(page, 'A-1042', 'Robin Vale');
  await page.keyboard.press('Escape');
  const keyed = page.locator('[data-offer]');
  const places = await keyed.evaluateAll((all) => all.map((one) => ({ key: (one as HTMLElement).dataset['offer'], top: one.getBoundingClientRect().top })));
  expect(places.map(({ key }) => key)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect(places.map(({ top }) => top)).toEqual(places.map(({ top }) => top).sort((a, b) => a - b));
  for (const { key } of places) {
    await page.keyboard.press(key ?? '');
    await expect(page.locator(`[data-offer="${key}"]`)).toBeFocused();
  }
  await page.locator('.panel').evaluate((panel) => panel.scrollTo(0, 0));
  const words = page.locator('.offer.no blockquote');
  await expect(words.nth(0)).toBeInViewport({ ratio: 1 });
  // All others are a short turn of the wheel away.
  await page.locator('.panel').hover();
  await page.mouse.wheel(0, 480);
  await expect(words.last()).toBeInViewport({ ratio: 1 });
});

test('the dark theme is chosen and kept', { tag: '@picture' }, async ({ people }) => {
  const page = await people.staff('sam');
  await page.goto('/desk?filter=open');
  await picture(page, 'tickets');
  await expectAccessible(page);
  const ground = () => page.evaluate(() => getComputedStyle(document.body).color);
  const light = await ground();
  await page.locator('.me > summary').click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Theme: automatic' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await ground()).not.toBe(light);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await page.locator('.me > summary').click();
  await page.getByRole('button', { name: 'Theme: dark' }).click();
  await expect(page.locator('html')).not.toHaveAttribute('data-theme');
});

test('at 1024 what can be done is a drawer', async ({ people }) => {
  const page = await people.staff('sam', { viewport: { width: 1024, height: 768 } });
  await callAbout(page, 'A-1046', 'Paulo Montenoso');
  const panel = page.locator('#panel');
  await expect(panel).toBeHidden();
  await page.getByRole('link', { name: /What can be done/ }).first().click();
  await expect(panel).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await page.keyboard.press('1');
  await expect(panel).toBeVisible();
  await expect(panel.locator('[data-offer="1"]')).toBeFocused();
  await page.getByRole('link', { name: 'Back to the conversation' }).click();
  await expect(panel).toBeHidden();
  await page.keyboard.press('e');
  await expect(page.getByLabel('What feels odd?')).toBeFocused();
});

test('at 390 one pane shows at a time, with acts at the foot', { tag: '@picture' }, async ({ people }) => {
  const page = await people.staff('sam', PHONE);
  await callAbout(page, 'A-1046', 'Paulo Montenoso');
  const [list, conversation, panel] = [page.locator('.list'), page.locator('#conversation'), page.locator('#panel')];
  await expect(conversation).toBeVisible();
  await expect(list).toBeHidden();
  await expect(panel).toBeHidden();
  const foot = page.getByRole('navigation', { name: 'Ticket' });
  await foot.getByRole('link', { name: 'What can be done' }).tap();
  await expect(panel).toBeVisible();
  await expect(conversation).toBeHidden();
  await expectAccessible(page);
  await picture(page, 'panel');
  await foot.getByRole('link', { name: 'Tickets' }).tap();
  await expect(list).toBeVisible();
  await expect(conversation).toBeHidden();
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test('look-ups end for a while with a reason, and no account is told apart from another', async ({ people }) => {
  test.setTimeout(240_000);
  const page = await people.staff('iris');
  await page.goto('/desk/look-up');
  await expectAccessible(page);
  await page.getByLabel('Exactly as said').fill('A-9999999');
  await page.getByRole('button', { name: 'Look up' }).click();
  await expect(page.locator('.empty-line')).toContainText('No account has exactly that.');
  await expectAccessible(page);
  const said = page.getByRole('alert');
  await expect(async () => {
    await page.goto('/desk/look-up');
    await page.getByLabel('Exactly as said').fill('A-9999999');
    await page.getByRole('button', { name: 'Look up' }).click();
    await expect(said.or(page.locator('.results'))).toBeVisible();
    expect(await said.count()).toBe(1);
  }).toPass({ timeout: 150_000, intervals: [10] });
  await expect(said).toContainText(/look/i);
  await expectAccessible(page);
});

test('people are invited, and a link is shown once', { tag: '@picture' }, async ({ people }) => {
  test.setTimeout(180_000);
  const page = await people.staff('otto');
  await page.goto('/desk/people');
  await sendWithCode(page, 'Make a link', async () => {
    await page.getByLabel('Name', { exact: true }).fill('Pia Summerlad');
    await page.getByLabel('Role').selectOption('lead');
  });
  const link = await page.locator('#made-link').innerText();
  await expectAccessible(page);
  await page.goto('/desk/people');
  await expect(page.locator('#made-link')).toHaveCount(0);
  await expect(page.getByRole('region', { name: 'Invitations' })).toContainText('Pia Summerlad');
  await picture(page, 'people');
  await expectAccessible(page);
  const pia = await people.somebody();
  await pia.goto(link);
  await expect(pia.getByRole('heading', { name: 'Welcome to the desk' })).toBeVisible();
  await expect(pia.locator('main')).toContainText('Otto Brandvold invited you as lead');
  await expectAccessible(pia);
  await page.getByRole('button', { name: 'Withdraw the invitation for Pia Summerlad' }).click();
  await expect(page.getByText('Pia Summerlad')).toHaveCount(0);
  await pia.reload();
  await expect(pia.getByLabel('Password', { exact: true })).toHaveCount(0);
});

test('tokens are made, shown once, and revoked', { tag: '@picture' }, async ({ people, request }) => {
  test.setTimeout(180_000);
  const page = await people.staff('otto');
  await page.goto('/desk/tokens');
  await page.getByLabel('What it is for').fill('the warehouse');
  await page.getByLabel('The six digits').fill('000000');
  await page.getByRole('button', { name: 'Make it' }).click();
  await expect(page.getByRole('alert')).toContainText("That code doesn't work");
  await expect(page.getByLabel('What it is for')).toHaveValue('the warehouse');
  await expectAccessible(page);
  await page.goto('/desk/tokens');
  await sendWithCode(page, 'Make it', () => page.getByLabel('What it is for').fill('the warehouse'));
  const token = await page.locator('#made-token').innerText();
  await expectAccessible(page);
  const asks = async () => (await request.get('/api/v1/accounts/A-1043', { headers: { authorization: `Bearer ${token}` } })).status();
  expect(await asks()).not.toBe(401);
  await page.goto('/desk/tokens');
  await expect(page.locator('#made-token')).toHaveCount(0);
  await picture(page, 'tokens');
  await page.getByRole('button', { name: 'Revoke the warehouse' }).click();
  await expect(page.getByRole('button', { name: 'Revoke the warehouse' })).toHaveCount(0);
  expect(await asks()).toBe(401);
  await expectAccessible(page);
});

test('a person sees their sessions and ends the others', { tag: '@picture' }, async ({ people, sessions }) => {
  sessions.delete('wren');
  const [here, there] = [await people.somebody(), await people.somebody()];
  await signIn(here, { login: 'wren', password: DEMO_PASSWORD });
  await signIn(there, { login: 'wren', password: DEMO_PASSWORD });
  await here.goto('/desk/sessions');
  await expect(here.getByText('this one')).toHaveCount(1);
  await expectAccessible(here);
  await picture(here, 'sessions');
  await here.getByRole('button', { name: 'End all others' }).click();
  await expect(here.getByRole('button', { name: /^End/ })).toHaveCount(0);
  await there.goto('/desk');
  await expect(there).toHaveURL(/\/sign-in/);
});

const PAGES: { path: string; heading: string; picture?: string; roles: string[] }[] = [
  { path: '/desk/mail', heading: 'Mail', picture: 'mail', roles: ['marta', 'otto'] },
  { path: '/desk/ledger', heading: 'Ledger', picture: 'ledger', roles: ['otto', 'wren'] },
  { path: '/desk/settings', heading: 'Settings', picture: 'settings', roles: ['otto'] },
  { path: '/desk/people', heading: 'People', roles: ['otto'] },
  { path: '/desk/tokens', heading: 'Tokens', roles: ['otto'] },
  { path: '/desk/look-up', heading: 'Look-up', roles: ['sam', 'marta', 'otto'] },
  { path: '/desk/sessions', heading: 'My sessions', roles: ['sam', 'marta', 'otto', 'wren'] },
];

for (const { path, heading, picture: name, roles } of PAGES) {
  test(`${path} is for those whose work it is`, { tag: name ? ['@picture'] : [] }, async ({ people }) => {
    test.setTimeout(180_000);
    for (const login of ['sam', 'marta', 'otto', 'wren']) {
      const page = await people.staff(login);
      const answer = await page.goto(path);
      if (roles.includes(login)) {
        await expect(page.getByRole('heading', { name: heading, exact: true, level: 1 })).toBeVisible();
        if (login === roles[0]) {
          await expectAccessible(page);
          if (name) await picture(page, name);
        }
      } else {
        expect(answer?.status(), `${login} at ${path}`).toBeGreaterThanOrEqual(400);
        await expect(page.getByRole('heading', { name: heading, exact: true })).toHaveCount(0);
      }
    }
  });
}

test('the settings page tells what the demo set', async ({ people }) => {
  const page = await people.staff('otto');
  await page.goto('/desk/settings');
  const line = (group: string, key: string) => page.getByRole('region', { name: group, exact: true }).locator('dl > div').filter({ has: page.getByText(key, { exact: true }) });
  await expect(line('desk', 'desk.company')).toContainText('Acme Production demo');
  await expect(line('desk', 'desk.base_url')).toContainText(new URL(page.url()).origin);
  await expect(line('server', 'server.listen')).toContainText(`${new URL(page.url()).host} command line`);
  await expect(line('mail', 'mail')).toContainText('demo');
  await expect(line('identity', 'identity')).toContainText('demo');
  await expect(line('texts', 'texts')).toContainText('demo');
  // Nobody has a portal here; all else that leads outside is the demo's.
  await expect(page.locator('.settings').getByText('not set')).toHaveCount(1);
  await expect(line('desk', 'desk.portal')).toContainText('not set');
});

test('the ledger tells how to check it', async ({ people }) => {
  const page = await people.staff('wren');
  await page.goto('/desk/ledger');
  await expect(page.getByRole('region', { name: 'State of the ledger' })).toContainText('staunch ledger verify --data staunch-demo');
});

test('at 390 the rows of tables stand below each other', async ({ people }) => {
  test.setTimeout(180_000);
  const page = await people.staff('otto', PHONE);
  for (const path of ['people', 'tokens', 'ledger', 'settings', 'sessions']) {
    await page.goto(`/desk/${path}`);
    const table = page.locator('.table').last();
    await expect(table).toBeVisible();
    expect(await table.evaluate((box) => box.scrollWidth <= box.clientWidth), path).toBe(true);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, path).toBeLessThanOrEqual(390);
    await expectAccessible(page);
  }
});

test('the sign-in page is told about in the demo', { tag: '@picture' }, async ({ page }) => {
  await page.goto('/desk/tickets/1001');
  await expect(page).toHaveURL(/\/sign-in/);
  await expect(page.getByRole('region', { name: 'Whom to sign in as' })).toContainText('nora');
  await expectAccessible(page);
  await picture(page, 'sign-in');
});
