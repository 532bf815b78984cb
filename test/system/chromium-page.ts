/** A page in a headless Chromium, driven over its own pipe: what it logs, how wide it is, how it looks. Needs `chromium` on the PATH. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

/** Undefined when there is none. */
export function findChromium(): string | undefined {
  return NAMES.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
}

interface Answer {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Record<string, any>;
  readonly result?: Record<string, any>;
  readonly error?: { readonly message: string };
}

export class Chromium {
  /** Errors, warnings and failed requests of every page since the start. */
  readonly complaints: string[] = [];
  /** Addresses that pages asked for, beyond themselves. */
  readonly requests: string[] = [];
  readonly #child: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #events: { method: string; resolve: () => void }[] = [];
  #sessionId: string | undefined;
  #lastId = 0;

  private constructor(child: ChildProcess, profile: string) {
    this.#child = child;
    this.#profile = profile;
    let rest = '';
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = `${rest}${text}`.split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#receive(JSON.parse(message) as Answer);
    });
  }

  static async start(command: string): Promise<Chromium> {
    const profile = mkdtempSync(join(tmpdir(), 'headroom-chromium-'));
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--no-first-run', `--user-data-dir=${profile}`, '--remote-debugging-pipe', 'about:blank'];
    const child = spawn(command, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const chromium = new Chromium(child, profile);
    const { targetInfos } = await chromium.send('Target.getTargets');
    const page = (targetInfos as { targetId: string; type: string }[]).find(({ type }) => type === 'page');
    const { sessionId } = await chromium.send('Target.attachToTarget', { targetId: page?.targetId, flatten: true });
    chromium.#sessionId = sessionId;
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await chromium.send(`${domain}.enable`);
    return chromium;
  }

  async open(path: string, size: { width: number; height: number; scheme?: 'light' | 'dark' }): Promise<void> {
    const { width, height, scheme = 'light' } = size;
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
    const loaded = new Promise<void>((resolve) => this.#events.push({ method: 'Page.loadEventFired', resolve }));
    await this.send('Page.navigate', { url: `file://${path}` });
    await loaded;
  }

  /** A promise is awaited. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value as Value;
  }

  /** All of the page, not only what is in view. */
  async screenshot(path: string): Promise<void> {
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true });
    writeFileSync(path, Buffer.from(data as string, 'base64'));
  }

  async send(method: string, params: object = {}): Promise<Record<string, any>> {
    const id = ++this.#lastId;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      (this.#child.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, ...(this.#sessionId === undefined ? {} : { sessionId: this.#sessionId }) })}\0`);
    });
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill();
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #receive(answer: Answer): void {
    if (answer.id !== undefined) {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
      return;
    }
    const { method = '', params = {} } = answer;
    if (method === 'Runtime.exceptionThrown') this.complaints.push(JSON.stringify(params['exceptionDetails']));
    if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params['type'] as string)) this.complaints.push(JSON.stringify(params['args']));
    if (method === 'Log.entryAdded' && ['error', 'warning'].includes(params['entry'].level as string)) this.complaints.push(`${params['entry'].text} ${params['entry'].url ?? ''}`);
    if (method === 'Network.requestWillBeSent' && params['type'] !== 'Document') this.requests.push(params['request'].url as string);
    for (const [at, waiting] of this.#events.entries()) {
      if (waiting.method !== method) continue;
      this.#events.splice(at, 1);
      waiting.resolve();
      return;
    }
  }
}
