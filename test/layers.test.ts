/** The order of the code: who may import whom, and that the engine meets the outside world only through its environment. */
import { describe, expect, it } from 'vitest';
import { globalUses, readSourceFiles, sourceFile, type SourceFile } from './source-tree.ts';

const FOLDERS = ['engine', 'results', 'sizing', 'bench', 'cli'];

/** Low to high. Those in one row do not know each other. */
const LAYERS = [['engine', 'results'], ['sizing'], ['bench'], ['cli']];
const ENGINE_LAYERS = [
  ['environment.ts', 'assert.ts'],
  ['native'],
  ['host'],
  ['record'],
  ['log'],
  ['protocol'],
  ['client'],
  ['server'],
  ['replication'],
  ['controller'],
  ['coordinator'],
  ['broker'],
  ['cluster'],
];

/** May touch the machine itself: the environment's real side, and what starts processes. */
const MEETS_THE_WORLD = /^engine\/(?:host|native|cluster)\/|-process\.ts$/;
const WORLD_GLOBALS = ['Date', 'performance', 'Math.random', 'setTimeout', 'setInterval', 'setImmediate', 'process', 'crypto'];
/** Computations without a clock, a chance or a file; compression contexts are memory. */
const PURE_NODE_MODULES = ['node:buffer', 'node:util', 'node:zlib', 'node:assert'];
/** Hashes are computations; the rest of the module is chance. */
const HASHES_ONLY = /import \{ (?:(?:createHash|createHmac|pbkdf2|timingSafeEqual)(?:, )?)+ \} from 'node:crypto';/;

const BROWSER_PACKAGES = ['yaml', 'zod'];
/** Of results, what sizing may import beside types; it must be free of Node as well. */
const BROWSER_RESULTS = /^results\/(?:plan-record|plan-ids|plan-trace|peers\/peers-record|html\/(?:markup|palette|chart\/(?:line-chart|scale)|plan\/[\w-]+)|render\/(?:number|quantity)-text|statistics\/[\w-]+)\.ts$/;

const tree = readSourceFiles(FOLDERS);

describe('the layers', () => {
  it('are imported downwards only', () => {
    expect(tree.flatMap(upwardImports)).toEqual([]);
  });

  it('have no cycle between files', () => {
    expect(cycles(tree)).toEqual([]);
  });

  it('leave the clock, chance, network and files to the environment throughout the engine', () => {
    expect(tree.flatMap(worldContacts)).toEqual([]);
  });

  it('let sizing run in a browser: nothing of Node, two packages, no clock and no unseeded chance', () => {
    expect(tree.flatMap(browserObstacles)).toEqual([]);
  });

  it('leave the terminal and the end of the process to cli', () => {
    const named = ['process.stdout', 'process.argv', 'console'];
    const libraries = tree.filter(({ path }) => !path.startsWith('cli/') && !/-(?:process|worker)\.ts$/.test(path) && !path.startsWith('bench/micro/'));
    expect(libraries.flatMap((file) => globalUses(file, named).map((use) => `${file.path}: ${use}`))).toEqual([]);
  });
});

describe('the rules themselves', () => {
  it.each([
    ['engine/log/a.ts', "import type { Server } from '../server/b.ts';"],
    ['engine/log/a.ts', "import { x } from '../../results/run.ts';"],
    ['results/a.ts', "export * from '../engine/assert.ts';"],
    ['sizing/a.ts', "const run = await import('../bench/run.ts');"],
    ['bench/a.ts', "new Worker(new URL('../cli/main.ts', import.meta.url));"],
    ['engine/log/a.ts', "import { createHostClock } from '../host/host-clock.ts';"],
    ['engine/log/a.ts', "import { x } from '../../test/x.ts';"],
  ])('find the upward import of %s: %s', (path, text) => {
    expect(upwardImports(sourceFile(path, text))).toHaveLength(1);
  });

  it.each(['const now = Date.now();', 'Math.random();', 'setTimeout(() => {}, 1);', "import { readFileSync } from 'node:fs';", 'globalThis.performance.now();', 'process.exit(1);'])(
    'find the contact with the world: %s',
    (text) => {
      expect(worldContacts(sourceFile('engine/log/a.ts', text))).toHaveLength(1);
      expect(worldContacts(sourceFile('engine/host/a.ts', text))).toEqual([]);
    },
  );

  it('take hashes for computations, and random bytes of the same module for chance', () => {
    expect(worldContacts(sourceFile('engine/client/a.ts', "import { createHmac, pbkdf2 } from 'node:crypto';"))).toEqual([]);
    expect(worldContacts(sourceFile('engine/client/a.ts', "import { createHmac, randomBytes } from 'node:crypto';"))).toHaveLength(1);
  });

  it('take neither comments nor members for a contact with the world', () => {
    expect(worldContacts(sourceFile('engine/log/a.ts', '// Date.now()\nconst a = { process: 1 }; a.process; Math.max(1, 2);'))).toEqual([]);
  });

  it.each(["import { readFileSync } from 'node:fs';", "import { Buffer } from 'node:buffer';", "import Table from 'cli-table3';", 'const now = Date.now();', 'Math.random();', 'process.exit(1);'])('find what a browser lacks: %s', (text) => {
    expect(browserObstacles(sourceFile('sizing/a.ts', text))).toHaveLength(1);
    expect(browserObstacles(sourceFile('bench/a.ts', text))).toEqual([]);
  });

  it('find a cycle', () => {
    const files = [sourceFile('bench/a.ts', "import './b.ts';"), sourceFile('bench/b.ts', "import './c.ts';"), sourceFile('bench/c.ts', "import type { B } from './b.ts';")];
    expect(cycles(files)).toEqual(['bench/b.ts -> bench/c.ts -> bench/b.ts']);
  });
});

function upwardImports(file: SourceFile): string[] {
  return file.files.flatMap((target) => {
    if (target === 'package.json') return [];
    const reason = reasonAgainst(file.path, target);
    return reason === undefined ? [] : [`${file.path}: imports ${target}: ${reason}`];
  });
}

function reasonAgainst(from: string, to: string): string | undefined {
  const [fromFolder = '', fromPart = ''] = from.split('/');
  const [toFolder = '', toPart = ''] = to.split('/');
  if (fromFolder !== toFolder) return orderReason(LAYERS, fromFolder, toFolder);
  if (fromFolder !== 'engine' || fromPart === toPart) return undefined;
  if (toPart === 'host' && fromPart !== 'cluster') return 'only cluster brings the real world in';
  return orderReason(ENGINE_LAYERS, fromPart, toPart);
}

function orderReason(layers: readonly (readonly string[])[], from: string, to: string): string | undefined {
  const fromRank = layers.findIndex((row) => row.includes(from));
  const toRank = layers.findIndex((row) => row.includes(to));
  if (fromRank < 0 || toRank < 0) return `${fromRank < 0 ? from : to} has no place in the order`;
  if (fromRank === toRank) return `${from} and ${to} do not know each other`;
  return fromRank < toRank ? `${from} stands below ${to}` : undefined;
}

function worldContacts(file: SourceFile): string[] {
  if (!file.path.startsWith('engine/') || MEETS_THE_WORLD.test(file.path)) return [];
  const modules = file.packages.filter((each) => each.startsWith('node:') && !PURE_NODE_MODULES.includes(each) && !(each === 'node:crypto' && HASHES_ONLY.test(file.text)));
  return [...modules, ...globalUses(file, WORLD_GLOBALS)].map((use) => `${file.path}: ${use}`);
}

function browserObstacles(file: SourceFile): string[] {
  if (!file.path.startsWith('sizing/') && !BROWSER_RESULTS.test(file.path)) return [];
  const modules = file.packages.filter((each) => !BROWSER_PACKAGES.includes(each));
  const fromResults = file.files.filter((each) => each.startsWith('results/') && !BROWSER_RESULTS.test(each) && !importsOnlyTypes(file, each));
  return [...modules, ...fromResults, ...globalUses(file, WORLD_GLOBALS.filter((each) => each !== 'Date')), ...globalUses(file, ['Date.now', 'console'])].map((use) => `${file.path}: ${use}`);
}

/** Types vanish before a browser sees them. */
function importsOnlyTypes(file: SourceFile, target: string): boolean {
  const name = target.slice(target.lastIndexOf('/') + 1);
  return file.text.split('\n').filter((line) => line.includes(`/${name}'`)).every((line) => line.startsWith('import type'));
}

/** One path for each file that reaches itself through imports, begun at the first file met. */
function cycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const finished = new Set<string>();
  const trail: string[] = [];
  const found: string[] = [];
  const visit = (path: string): void => {
    const at = trail.indexOf(path);
    if (at >= 0) found.push([...trail.slice(at), path].join(' -> '));
    if (at >= 0 || finished.has(path)) return;
    trail.push(path);
    for (const next of byPath.get(path)?.files ?? []) visit(next);
    trail.pop();
    finished.add(path);
  };
  for (const { path } of files) visit(path);
  return found;
}
