/** What the comparisons with others' programs share: Ctrl-C ends one after its run, and what it fails of becomes an exit code. */
import { CliError } from './cli-error.ts';
import { EXIT_INTERRUPTED, interruptionBySignal } from './interruption.ts';

/** Throws CliError for an interruption, and for what the comparison itself says is wrong. */
export async function comparing<T>(compare: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { ExperimentError } = await import('../bench/experiment-error.ts');
  const interruption = interruptionBySignal((sentence) => process.stderr.write(`${sentence}\n`), 'ending after this run');
  try {
    return await compare(interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) throw new CliError('interrupted; brokers and their files are gone', EXIT_INTERRUPTED);
    if (error instanceof ExperimentError) throw new CliError(error.message, error.code === 'usage' ? 2 : 3);
    throw error;
  } finally {
    interruption.close();
  }
}
