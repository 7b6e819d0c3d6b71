import { expect, test } from './support/test.ts';

test('the server answers that it is healthy', async ({ request }) => {
  const answer = await request.get('/healthz');
  expect(answer.status()).toBe(200);
});
