import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Fails when axe finds a serious or critical fault on the page as it stands; names rule, help and elements. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const faults = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, help, nodes }) => `${impact} ${id}: ${help}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  expect(faults, `accessibility of ${new URL(page.url()).pathname}`).toEqual([]);
}
