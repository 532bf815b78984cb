/**
 * The code of a plan's page as one text for a browser. In the package it stands ready (`npm run build` writes it); in a checkout it is bundled
 * from the sources when a page is written.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { CliError } from './cli-error.ts';

const ENTRY = new URL('../sizing/page/browser/size-page.ts', import.meta.url);
/** Beside the entry point, in dist/ only. */
const BUILT = new URL('../sizing/page/browser/size-page.js', import.meta.url);

export async function sizePageScript(): Promise<string> {
  const built = await readFile(BUILT, 'utf8').catch(() => undefined);
  return built ?? bundledSizePage();
}

export async function bundledSizePage(): Promise<string> {
  const { rolldown } = await import('rolldown').catch((error: unknown) => {
    throw new CliError('--html needs the package rolldown in a checkout: npm ci installs it', 3, error);
  });
  const bundle = await rolldown({ input: fileURLToPath(ENTRY), platform: 'browser', logLevel: 'warn' });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  return output[0].code;
}
