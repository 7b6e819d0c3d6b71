import { createHmac } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

const STEP_MS = 30_000;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648 base32; blanks, padding and letter case don't matter. */
export function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const letter of text.replace(/[\s=-]/g, '').toUpperCase()) {
    const value = BASE32.indexOf(letter);
    if (value < 0) throw new Error('a TOTP secret has the letters A to Z and the digits 2 to 7 only');
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return Buffer.from(bytes);
}

/** The six digits of RFC 6238 (SHA-1, steps of 30 s) at a time in milliseconds since 1970. */
export function totp(secret: string, at: number = Date.now()): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / STEP_MS)));
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest();
  const offset = mac.readUInt8(mac.length - 1) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

const lastStep = new Map<string, number>();

/** A code that this process hasn't used before: a code works once, so a second sign-in within 30 s waits for the next. */
export async function unusedTotp(secret: string): Promise<string> {
  const step = Math.max(Math.floor(Date.now() / STEP_MS), (lastStep.get(secret) ?? 0) + 1);
  lastStep.set(secret, step);
  await pause(Math.max(0, step * STEP_MS - Date.now()));
  return totp(secret, step * STEP_MS);
}
