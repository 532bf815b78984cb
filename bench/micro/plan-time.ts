/** How long `headroom size` takes for each example, from start to end: `npm run bench:plan`. Ends with 1 when the median of one is above a second. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const REPEATS = 5;
const SECONDS_MAX = 1;

for (const file of readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('-size.yaml'))) {
  const seconds = Array.from({ length: REPEATS }, () => secondsOf(join('examples', file))).sort((a, b) => a - b);
  const median = seconds[REPEATS >> 1] as number;
  console.log(`${file.padEnd(28)} ${median.toFixed(2)} s (${seconds[0]?.toFixed(2)} - ${seconds.at(-1)?.toFixed(2)})`);
  if (median > SECONDS_MAX) process.exitCode = 1;
}

function secondsOf(config: string): number {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, ['cli/main.ts', 'size', config], { cwd: ROOT, stdio: 'ignore' });
  if (status !== 0) throw new Error(`headroom size ${config} ended with ${status}`);
  return (performance.now() - started) / 1000;
}
