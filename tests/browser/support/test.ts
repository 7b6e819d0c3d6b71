import { type BrowserContext, type BrowserContextOptions, expect, type Page, test as base } from '@playwright/test';
import { type Server, startServer } from './server.ts';
import { DEMO_PASSWORD, signIn } from './sign-in.ts';

export { expect };

type State = Exclude<BrowserContextOptions['storageState'], string | undefined>;

/** What opens further browsers: each is a person of its own, with its own cookies. */
export interface People {
  /** A browser of the demo's staff, signed in; the second of the same person has the same session. */
  staff(login: string, options?: BrowserContextOptions): Promise<Page>;
  /** A browser of somebody outside. */
  somebody(options?: BrowserContextOptions): Promise<Page>;
}

/** A phone, 390 wide. */
export const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/**
 * The tests' own `test`: `server` is one demo server per worker, and `page.goto('/…')` goes there. A page that asks another
 * host for anything, or whose script fails or breaks the content security policy, fails its test.
 */
export const test = base.extend<{ watched: (context: BrowserContext) => void; ownHostOnly: void; people: People }, { server: Server; sessions: Map<string, State> }>({
  server: [
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  sessions: [async ({}, use) => use(new Map()), { scope: 'worker' }],
  baseURL: async ({ server }, use) => use(server.url),
  watched: async ({ server }, use) => {
    const faults: string[] = [];
    await use((context) => {
      context.on('request', (request) => {
        const { protocol, origin } = new URL(request.url());
        if (protocol.startsWith('http') && origin !== server.url) faults.push(`asked ${origin}`);
      });
      context.on('weberror', (error) => faults.push(`script failed: ${error.error().message}`));
      context.on('console', (message) => {
        if (message.type() === 'error' && /content security policy/i.test(message.text())) faults.push(message.text());
      });
    });
    expect(faults, 'requests to other hosts, script errors and broken content security policy').toEqual([]);
  },
  ownHostOnly: [
    async ({ context, watched }, use) => {
      watched(context);
      await use();
    },
    { auto: true },
  ],
  people: async ({ browser, server, sessions, watched }, use) => {
    const open: BrowserContext[] = [];
    const somebody = async (options: BrowserContextOptions = {}): Promise<Page> => {
      const context = await browser.newContext({ baseURL: server.url, locale: 'en-GB', timezoneId: 'UTC', viewport: { width: 1440, height: 900 }, ...options });
      open.push(context);
      watched(context);
      return context.newPage();
    };
    await use({
      somebody,
      staff: async (login, options = {}) => {
        const known = sessions.get(login);
        if (known) return somebody({ ...options, storageState: known });
        const page = await somebody(options);
        await signIn(page, { login, password: DEMO_PASSWORD });
        sessions.set(login, await page.context().storageState());
        return page;
      },
    });
    await Promise.all(open.map((context) => context.close()));
  },
});
