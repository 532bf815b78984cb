// Builds the native add-on (root `install` script). Never fails an install: without a compiler or Node's headers headroom
// runs on portable files and a portable CRC-32C, slower, and says so in every report.
// Plain JavaScript: it must run on whatever Node does the install. `--into DIR` writes the add-on there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const source = join(here, 'addon.cc');
const sources = ['addon.cc', 'alarm.h', 'bytes.h', 'lz4.h', 'snappy.h'].map((name) => join(here, name));
const intoAt = process.argv.indexOf('--into');
const directory = intoAt < 0 ? here : (process.argv[intoAt + 1] ?? here);
const target = join(directory, 'headroom.node');

function goOn(reason) {
  console.log(`headroom: no native add-on (${reason}); it goes on with portable files and a portable CRC-32C, which are slower.`);
  process.exit(0);
}

const headers = [
  join(root, 'node_modules', 'node-api-headers', 'include'),
  join(root, '..', 'node-api-headers', 'include'),
  process.env.npm_config_nodedir && join(process.env.npm_config_nodedir, 'include', 'node'),
  join(dirname(process.execPath), '..', 'include', 'node'),
  '/usr/include/node',
].find((each) => each && existsSync(join(each, 'node_api.h')));

if (process.env.HEADROOM_NATIVE_BUILD === 'off') goOn('HEADROOM_NATIVE_BUILD=off');
if (!['linux', 'darwin'].includes(process.platform)) goOn(`not built on ${process.platform}`);
if (existsSync(target) && sources.every((each) => statSync(target).mtimeMs > statSync(each).mtimeMs)) process.exit(0);
if (!headers) goOn("Node's headers are missing: install the npm package node-api-headers or set npm_config_nodedir");

const platformFlags = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
const architectureFlags = process.arch === 'arm64' && process.platform === 'linux' ? ['-march=armv8-a+crc'] : [];
const temporary = `${target}.${process.pid}.tmp`;
mkdirSync(directory, { recursive: true });
let reason = 'no C++ compiler: install g++ or clang++, or set CXX';
for (const compiler of [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean)) {
  const flags = ['-O3', '-std=c++17', '-shared', '-fPIC', '-fvisibility=hidden', '-DNODE_GYP_MODULE_NAME=headroom', ...architectureFlags, ...platformFlags];
  const run = spawnSync(compiler, [...flags, '-I', headers, source, '-o', temporary], { encoding: 'utf8' });
  if (run.error) continue;
  if (run.status === 0) {
    renameSync(temporary, target);
    process.exit(0);
  }
  reason = `${compiler} failed: ${(run.stderr || '').split('\n').find((line) => line.includes('error')) ?? `exit code ${run.status}`}`;
}
rmSync(temporary, { force: true });
goOn(reason);
