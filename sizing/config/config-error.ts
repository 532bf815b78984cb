/** What is wrong in a sizing file and where: `line` and `column` from 1, `path` as in the file. */

export interface ConfigPlace {
  readonly line: number;
  readonly column: number;
}

export class SizingConfigError extends Error {
  override readonly name = 'SizingConfigError';
  readonly line: number;
  readonly column: number;
  constructor(message: string, { line, column }: ConfigPlace) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** Of a value that was read and makes no sense; its place is found by its path. */
export class ConfigValueError extends Error {
  override readonly name = 'ConfigValueError';
  readonly path: readonly (string | number)[];
  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.path = path;
  }
}
