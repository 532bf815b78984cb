/** Ends a command with a message and an exit code: 1 check failed or regression, 2 usage, 3 environment or target, 130 interrupted. */
export type ExitCode = 1 | 2 | 3 | 130;

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exitCode: ExitCode;
  constructor(message: string, exitCode: ExitCode, cause?: unknown) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
