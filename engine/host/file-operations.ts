/**
 * Whole-file and directory operations over node:fs, the same for mapped and portable segments.
 * Every failure is a StorageError with the operating system's code. All of it is synchronous: it serves
 * start-up, roll and checkpoints, never a single append or read.
 */
import fs from 'node:fs';
import path from 'node:path';
import { StorageError } from '../environment.ts';
import type { Files } from '../environment.ts';
import { resourceUse } from './resource-use.ts';

export type FileOperations = Omit<Files, 'kind' | 'openSegment'>;

export function createFileOperations(): FileOperations {
  return {
    createDirectory: (directory) => guard('create directory', directory, () => void fs.mkdirSync(directory, { recursive: true })),
    list: (directory) => orWhenMissing([], () => guard('list', directory, () => fs.readdirSync(directory).sort())),
    exists: (file) => fs.existsSync(file),
    size: (file) => orWhenMissing(undefined, () => guard('stat', file, () => fs.statSync(file).size)),
    read: (file) => guard('read', file, () => fs.readFileSync(file)),
    readEnd: (file, length) => guard('read', file, () => readEnd(file, length)),
    replace: (file, bytes, options) => guard('replace', file, () => replaceFile(file, bytes, options.durable)),
    rename: (from, to) => guard('rename', from, () => fs.renameSync(from, to)),
    resourceUse,
    remove: (file) => guard('remove', file, () => fs.rmSync(file, { recursive: true, force: true })),
  };
}

/** Runs `operation` and turns what the operating system throws into a StorageError. */
export function guard<Result>(what: string, file: string, operation: () => Result): Result {
  try {
    return operation();
  } catch (cause) {
    throw toStorageError(what, file, cause);
  }
}

export function toStorageError(what: string, file: string, cause: unknown): StorageError {
  if (cause instanceof StorageError) return cause;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'EIO';
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new StorageError(`cannot ${what} ${file}: ${reason}`, { code, path: file, cause });
}

function orWhenMissing<Result>(missing: Result, operation: () => Result): Result {
  try {
    return operation();
  } catch (error) {
    if (error instanceof StorageError && error.code === 'ENOENT') return missing;
    throw error;
  }
}

function readEnd(file: string, length: number): Buffer {
  const fd = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(fd);
    const bytes = Buffer.allocUnsafe(Math.min(length, size));
    const count = fs.readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    return bytes.subarray(0, count);
  } finally {
    fs.closeSync(fd);
  }
}

function replaceFile(file: string, bytes: Uint8Array, durable: boolean): void {
  const temporary = `${file}.tmp`;
  const fd = fs.openSync(temporary, 'w');
  try {
    writeFully(fd, bytes, 0);
    if (durable) fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(temporary, file);
  if (durable) syncDirectory(path.dirname(file));
}

/** A rename or a new name survives a power cut only when its directory is synced too. */
export function syncDirectory(directory: string): void {
  const fd = fs.openSync(directory, 'r');
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** pwrite until everything is written. */
export function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  let written = 0;
  while (written < bytes.length) {
    written += fs.writeSync(fd, bytes, written, bytes.length - written, position + written);
  }
}
