/** The entry point as a process: help, versions, and what it says of words that it does not know. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { PLAIN_ENVIRONMENT } from '../plain-environment.ts';

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

function headroom(...words: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8', env: PLAIN_ENVIRONMENT });
  return { code: status, out: stdout, err: stderr };
}

it.each(['bench', 'cluster', 'results', 'compare', 'size', 'bench-micro', 'footprint', 'dump-log', 'compare-kafka'])('headroom %s --help has a description, its options and examples', (command) => {
  const { code, out, err } = headroom(command, '--help');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain(`Usage: headroom ${command}`);
  expect(out).toMatch(/Examples?:\n/);
  expect(out.split('\n').filter((line) => line.includes(`headroom ${command}`)).length).toBeGreaterThan(1);
});

it('lists its commands', () => {
  const { code, out } = headroom('--help');
  expect(code).toBe(0);
  for (const command of ['bench', 'cluster', 'results', 'size']) expect(out).toContain(command);
});

it.each([
  ['an unknown command', ['brench'], /unknown command 'brench'[\s\S]*bench/],
  ['an unknown option', ['bench', '--speed', '3'], /unknown option '--speed'/],
  ['a bad value', ['bench', '--rate', 'fast'], /--rate "fast" is not a number/],
  ['a property nobody knows', ['bench', '--producer-property', 'linger.sm=1'], /linger\.sm: unknown property; the nearest known is 'linger\.ms'/],
  ['an objective nobody measures', ['bench', '--rate', 'max', '--objective', 'publish.p98 < 1ms'], /publish\.p98[\s\S]*publish\.p99/],
  ['an objective without a search', ['bench', '--objective', 'publish.p99 < 1ms'], /--objective[\s\S]*--rate max/],
  ['a search in a closed loop', ['bench', '--rate', 'max', '--closed-loop'], /--rate max[\s\S]*--closed-loop|--closed-loop[\s\S]*--rate max/],
  ['a search with a fault', ['bench', '--rate', 'max', '--kill-broker', '2'], /--kill-broker/],
  ['a search without the time for it', ['bench', '--rate', 'max', '--budget', '20s'], /--budget[\s\S]*at least/],
  ['a page that could not be written in the end', ['bench', '--html', '/no/such/directory/run.html'], /--html \/no\/such\/directory\/run\.html cannot be written: its directory does not exist/],
  ['a result that would be written over a directory', ['bench', 'acks', '--out', '/tmp'], /--out \/tmp cannot be written: it is a directory/],
  ['a form that is no form', ['results', 'export', 'latest', 'xml'], /xml[\s\S]*csv, hgrm, hlog, omb/],
  ['two forms at once', ['results', 'show', '--json', '--html', 'x.html'], /--json and --html: choose one/],
  ['a histogram without its form', ['results', 'export', 'latest', 'csv', '--histogram', 'publish'], /--histogram goes with hgrm/],
  ['too few repeats for a study', ['study', '--repeats', '5'], /--repeats with 6/],
  ['a metric that a study does not know', ['study', '--metrics', 'cpu.broker'], /the nearest known is cpu\.brokers/],
  ['a file that is not there', ['size', 'no-such.yaml'], /no-such\.yaml/],
  ['a word that is no command of results', ['results', 'lsit'], /results has no command "lsit": there are list, show/],
  ['an argument that is missing', ['compare'], /missing required argument 'baseline'\n\(add --help/],
  ['ports beyond the last', ['cluster', '--port', '65534'], /--port 65534: 3 brokers take the ports up to 65536/],
  ['logs that are not there', ['dump-log', '/no/such/directory'], /\/no\/such\/directory: there is no such directory/],
  ['a directory as payload', ['bench', '--payload', '/tmp'], /payload file \/tmp is a directory/],
  ['an address that is none', ['bench', '--bootstrap', 'kafka-1'], /^headroom: --bootstrap "kafka-1" is not host:port/],
  ['a topic property nobody knows', ['bench', '--topic-property', 'flush.messges=1'], /^headroom: --topic-property flush\.messges: unknown property; the nearest known is 'flush\.messages'/],
  ['a broker property nobody knows', ['bench', '--broker-property', 'num.partition=1'], /^headroom: unknown broker property 'num\.partition'; the nearest known is 'num\.partitions'/],
])('says what is wrong with %s, and ends with 2', (_what, words, message) => {
  const { code, out, err } = headroom(...words);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(message);
  expect(err).not.toContain('    at ');
});

it('sizes a topic from its file, and shows what others answer for it', () => {
  const config = fileURLToPath(new URL('../../examples/clickstream-size.yaml', import.meta.url));
  const plan = headroom('size', config);
  expect(plan.code, plan.err).toBe(0);
  expect(plan.out).toMatch(/Partitions +20 /);
  const peers = headroom('size', config, '--compare-peers', '--json');
  expect(peers.code, peers.err).toBe(0);
  const { rows, figuresThatDoNotHold } = JSON.parse(peers.out) as { rows: { peer: string; source: string; knownFlaw: string }[]; figuresThatDoNotHold: { printed: string; computed: string }[] };
  expect(figuresThatDoNotHold).toContainEqual(expect.objectContaining({ peer: 'Redpanda', printed: '254 GB/h', computed: '270 GB/h' }));
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter(({ source, knownFlaw }) => source === '' || knownFlaw === '')).toEqual([]);
});
