import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** The repository's root. */
export const ROOT = resolve(import.meta.dirname, '../../..');

const READY_MS = 60_000;
const STOP_MS = 15_000;

/** How a server ended: its exit code, or the signal that ended it. */
export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A running server on a fresh data folder. */
export interface Server {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  url: string;
  /** The data folder (`--data`). */
  data: string;
  /** Everything that it printed to stdout up to now. */
  stdout(): string;
  /** Waits until stdout holds a match. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Sends SIGTERM, waits for the end and deletes the data folder; may be called again. */
  stop(): Promise<End>;
}

export interface Options {
  command?: 'demo' | 'serve';
  /** Further arguments. */
  args?: string[];
  /** Settings by environment; the settings of the process that runs the tests are not passed on. */
  env?: Record<string, string>;
}

/** Starts `$STAUNCH_BIN` (default target/debug/staunch) and returns when `GET /healthz` answers 200. */
export async function startServer({ command = 'demo', args = [], env = {} }: Options = {}): Promise<Server> {
  const binary = resolve(ROOT, process.env['STAUNCH_BIN'] ?? 'target/debug/staunch');
  const folder = await mkdtemp(join(tmpdir(), 'staunch-browser-'));
  // Named as an operator would from where the server runs: pages that show it look the same everywhere.
  const name = command === 'demo' ? 'staunch-demo' : 'staunch-data';
  const data = join(folder, name);
  const port = await freePort();
  const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith('STAUNCH_'));
  const child = spawn(binary, [command, '--data', name, '--listen', `127.0.0.1:${port}`, ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));

  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  let end: End | undefined;
  let fault: Error | undefined;
  const ended = new Promise<void>((done) => {
    child.once('error', (error) => ((fault = error), done()));
    child.once('close', (code, signal) => ((end = { code, signal }), done()));
  });

  const stop = async (): Promise<End> => {
    child.kill('SIGTERM');
    const inTime = await Promise.race([ended.then(() => true), pause(STOP_MS, false, { ref: false })]);
    if (!inTime) child.kill('SIGKILL');
    await ended;
    process.off('exit', killAtExit);
    await rm(folder, { recursive: true, force: true });
    if (!inTime) throw new Error(`the server didn't stop within ${STOP_MS / 1000} s of SIGTERM\n${stderr}`);
    return end ?? { code: null, signal: null };
  };
  const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
    const deadline = Date.now() + READY_MS;
    while (!(await holds())) {
      if (end || fault || Date.now() > deadline) {
        const why = fault?.message ?? (end ? `it ended (${end.code ?? end.signal})` : `${READY_MS / 1000} s passed`);
        throw new Error(`waited for ${what}, but ${why}\n${binary} ${command}\n${stdout}\n${stderr}`);
      }
      await pause(50);
    }
  };

  const url = `http://127.0.0.1:${port}`;
  try {
    await until('GET /healthz', () => healthy(url, child));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    data,
    stdout: () => stdout,
    printed: async (pattern) => {
      let match: RegExpMatchArray | null = null;
      await until(`\`${pattern}\` on stdout`, () => (match = stdout.match(pattern)) !== null);
      return match!;
    },
    stop,
  };
}

async function healthy(url: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) return false;
  try {
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => (typeof address === 'object' && address ? done(address.port) : failed(new Error('no free port'))));
    });
  });
}
