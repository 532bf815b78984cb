/** The two meanings of Ctrl-C: end early, and end now. Whoever ends early removes what it made. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export const EXIT_INTERRUPTED = 130;

/** The first signal ends the run early; the second one ends the process, and the brokers notice and end as well. */
export function interruptionBySignal(tell: (sentence: string) => void, what = 'ending early and keeping what was measured'): { signal: AbortSignal; close(): void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      process.stderr.write('\n');
      process.exit(EXIT_INTERRUPTED);
    }
    tell(`${what}; once more to end now`);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    close: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
