/** An experiment that cannot run as asked: `usage` when the options contradict, `environment` when the target or the machine refuses. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
  readonly code: 'usage' | 'environment';
  constructor(code: 'usage' | 'environment', message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
