/** Memory for what is needed for a moment only, so that opening a batch leaves no garbage of its size. */

export type Allocate = (bytes: number) => Buffer;

/** More than a full batch opens to in common use; larger needs get memory of their own. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;

export class ScratchMemory {
  private memory = Buffer.alloc(0);
  private isLent = false;

  /** `use` may call the function it is given once; what it returns is `use`'s until that returns. A use within a use gets memory of its own. */
  lend<Result>(use: (allocate: Allocate) => Result): Result {
    if (this.isLent) return use(Buffer.allocUnsafeSlow);
    this.isLent = true;
    try {
      return use(this.take);
    } finally {
      this.isLent = false;
    }
  }

  private readonly take: Allocate = (bytes) => {
    if (bytes > KEPT_BYTES_MAX) return Buffer.allocUnsafeSlow(bytes);
    if (bytes > this.memory.length) this.memory = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.memory.length));
    return this.memory.subarray(0, bytes);
  };
}
