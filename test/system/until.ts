/** Waits for a condition, looked at every 20 ms, up to a deadline: then fails with what was waited for and the last error. */
import { setTimeout as pause } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;
const DEADLINE_MS = 30_000;

/** Resolves with the condition's first result that is neither false nor undefined; an error counts as not yet. */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  options: { readonly deadlineMs?: number } = {},
): Promise<T> {
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const startMs = performance.now();
  let problem: unknown;
  for (;;) {
    try {
      const result = await condition();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      problem = error;
    }
    if (performance.now() - startMs > deadlineMs) throw new Error(`waited ${deadlineMs} ms for: ${what}`, { cause: problem });
    await pause(LOOK_EVERY_MS);
  }
}
