/** The last step of `npm run build`, in the project's directory: the code of a plan's page, bundled into dist/. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bundledSizePage } from './size-page-script.ts';

const directory = resolve('dist', 'sizing', 'page', 'browser');
await mkdir(directory, { recursive: true });
await writeFile(join(directory, 'size-page.js'), await bundledSizePage());
