import { expect, test as base } from '@playwright/test';
import { type Server, startServer } from './server.ts';

export { expect };

/**
 * The tests' own `test`: `server` is one demo server per worker, and `page.goto('/…')` goes there. A page that asks another
 * host for anything, or whose script fails or breaks the content security policy, fails its test.
 */
export const test = base.extend<{ ownHostOnly: void }, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  baseURL: async ({ server }, use) => use(server.url),
  ownHostOnly: [
    async ({ context, server }, use) => {
      const faults: string[] = [];
      context.on('request', (request) => {
        const { protocol, origin } = new URL(request.url());
        if (protocol.startsWith('http') && origin !== server.url) faults.push(`asked ${origin}`);
      });
      context.on('weberror', (error) => faults.push(`script failed: ${error.error().message}`));
      context.on('console', (message) => {
        if (message.type() === 'error' && /content security policy/i.test(message.text())) faults.push(message.text());
      });
      await use();
      expect(faults, 'requests to other hosts, script errors and broken content security policy').toEqual([]);
    },
    { auto: true },
  ],
});
