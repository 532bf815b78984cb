/** A file that is only looked at: the size it had when it was opened, opened for reading, whoever writes to it meanwhile. */
import fs from 'node:fs';
import type { ReadableFile } from '../environment.ts';
import { guard } from './file-operations.ts';

export function openReadOnly(path: string): ReadableFile & { close(): void } {
  const fd = guard('open', path, () => fs.openSync(path, 'r'));
  const { size } = guard('look at', path, () => fs.fstatSync(fd));
  return {
    size,
    readSync(position, length) {
      const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - position)));
      let done = 0;
      while (done < bytes.length) {
        const count = guard('read', path, () => fs.readSync(fd, bytes, done, bytes.length - done, position + done));
        if (count === 0) break;
        done += count;
      }
      return bytes.subarray(0, done);
    },
    close: () => guard('close', path, () => fs.closeSync(fd)),
  };
}
