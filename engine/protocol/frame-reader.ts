/**
 * Cuts a byte stream into frames. A frame that lies wholly in one chunk is handed out as a window on it, others are put
 * together in memory that is used again: either way a frame is only lent until the callback returns.
 */
import { ProtocolError } from './protocol-error.ts';

const KEPT_BYTES_MAX = 4 * 1024 * 1024;

export class FrameReader {
  readonly #maxFrameBytes: number;
  readonly #sizeBytes = Buffer.alloc(4);
  #sizeCount = 0;
  #frame: Buffer | undefined;
  #filled = 0;
  /** Where frames are put together, used again and again: frames are lent. */
  #assembly: Buffer = Buffer.alloc(0);

  constructor(options: { maxFrameBytes: number }) {
    this.#maxFrameBytes = options.maxFrameBytes;
  }

  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#frame !== undefined) {
        const frame = this.#frame;
        const count = Math.min(frame.length - this.#filled, chunk.length - at);
        chunk.copy(frame, this.#filled, at, at + count);
        this.#filled += count;
        at += count;
        if (this.#filled < frame.length) return;
        this.#frame = undefined;
        onFrame(frame);
        continue;
      }
      const size = this.#readSize(chunk, at);
      if (size === undefined) return;
      at += this.#consumedBySize;
      if (chunk.length - at >= size) {
        onFrame(chunk.subarray(at, at + size));
        at += size;
      } else {
        this.#frame = this.#assemblyOf(size);
        this.#filled = 0;
      }
    }
  }

  /** An unusually large one is not kept. */
  #assemblyOf(size: number): Buffer {
    if (size > KEPT_BYTES_MAX) return Buffer.allocUnsafeSlow(size);
    if (size > this.#assembly.length) this.#assembly = Buffer.allocUnsafeSlow(Math.min(KEPT_BYTES_MAX, size * 2));
    return this.#assembly.subarray(0, size);
  }

  #consumedBySize = 0;

  #readSize(chunk: Buffer, at: number): number | undefined {
    let size: number;
    if (this.#sizeCount === 0 && chunk.length - at >= 4) {
      size = chunk.readInt32BE(at);
      this.#consumedBySize = 4;
    } else {
      const count = Math.min(4 - this.#sizeCount, chunk.length - at);
      chunk.copy(this.#sizeBytes, this.#sizeCount, at, at + count);
      this.#sizeCount += count;
      if (this.#sizeCount < 4) return undefined;
      this.#sizeCount = 0;
      this.#consumedBySize = count;
      size = this.#sizeBytes.readInt32BE(0);
    }
    // The smallest message is a response header without a body.
    if (size < 4 || size > this.#maxFrameBytes) {
      throw new ProtocolError(`frame of ${size} bytes is outside 4-${this.#maxFrameBytes}: no Kafka client, or another protocol (TLS, HTTP)`);
    }
    return size;
  }
}
