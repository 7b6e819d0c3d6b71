import { expect, test } from '@playwright/test';
import { totp } from './support/totp.ts';

// RFC 6238, appendix B, SHA-1; its eight digits end in these six.
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

test('codes are those of RFC 6238', () => {
  const seconds = [59, 1111111109, 1111111111, 1234567890, 2000000000, 20000000000];
  const codes = seconds.map((at) => totp(SECRET, at * 1000));
  expect(codes).toEqual(['287082', '081804', '050471', '005924', '279037', '353130']);
});
