/** An experiment that cannot run as asked: `usage` when the options contradict, `environment` when the target or the machine refuses. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
  readonly code: 'usage' | 'environment';
  /** The message for commands that have not the flags of `headroom bench`, which its way out may name. */
  readonly plain: string;
  constructor(code: 'usage' | 'environment', message: string, cause?: unknown, plain = message) {
    super(message, { cause });
    this.code = code;
    this.plain = plain;
  }
}
