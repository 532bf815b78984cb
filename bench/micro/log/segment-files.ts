import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of the `.log` files in a log's directory, oldest first. */
export function segmentFiles(directory: string): string[] {
  return readdirSync(directory).filter((name) => name.endsWith('.log')).sort().map((name) => join(directory, name));
}
