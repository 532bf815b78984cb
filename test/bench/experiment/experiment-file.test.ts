import { describe, expect, it } from 'vitest';
import { readExperiment } from '../../../bench/experiment/file/experiment-file.ts';
import { experimentJsonSchema } from '../../../bench/experiment/file/experiment-schema.ts';
import { ExperimentFileError } from '../../../bench/experiment/file/yaml-tree.ts';

function problem(text: string): string {
  try {
    readExperiment(text);
  } catch (error) {
    if (!(error instanceof ExperimentFileError)) throw error;
    return `${error.place.line}:${error.place.column}: ${error.message}`;
  }
  return 'it was read';
}

describe('an experiment file', () => {
  it('needs a name only, and has blocks by the noise and the default metrics then', () => {
    expect(readExperiment('name: plain')).toMatchObject({ name: 'plain', base: {}, profiles: [], matrix: [], repeats: 'auto', detect: 0.1, budgetSeconds: undefined, minDifference: 0.05, thresholds: [] });
  });

  it('means the same with nested and with dotted settings', () => {
    const nested = readExperiment('name: a\nbase:\n  producer: { linger.ms: 5, acks: all }\n  topic: { partitions: 6, min.insync.replicas: 2 }\n  consumers: { sink: { members: 2, fetch.min.bytes: 1000 } }');
    const dotted = readExperiment('name: a\nbase:\n  producer.linger.ms: 5\n  producer.acks: all\n  topic.partitions: 6\n  topic.min.insync.replicas: 2\n  consumers.sink.members: 2\n  consumers: { sink.fetch.min.bytes: 1000 }');
    expect(dotted.base).toEqual(nested.base);
  });

  it('takes a profile without settings for base as it stands', () => {
    expect(readExperiment('name: a\nprofiles:\n  plain:\n  other: { producer.acks: 1 }').profiles).toEqual([{ name: 'plain', settings: {} }, { name: 'other', settings: { producer: { acks: 1 } } }]);
  });

  it('follows anchors', () => {
    expect(readExperiment('name: a\nprofiles:\n  one: &one { producer.acks: 1 }\n  two: *one').profiles[1]?.settings).toEqual({ producer: { acks: 1 } });
  });
});

describe('T7: what is wrong is said with its place', () => {
  it.each([
    ['an unknown key', 'name: a\nrepeat: 4\n', /^2:1: repeat: unknown setting; did you mean repeats\?/],
    ['an unknown setting of base', 'name: a\nbase:\n  load:\n    rat: 5k/s\n', /^4:5: rat: unknown setting in base\.load; did you mean rate\?/],
    ['an unknown dotted setting', 'name: a\nprofiles:\n  fast:\n    workload.recordsize: 5 B\n', /^4:5: recordsize: unknown setting in profiles\.fast\.workload; did you mean recordSize\?/],
    ['a rate without its unit', 'name: a\nbase:\n  load: { rate: 5000 }\n', /^3:17: base\.load\.rate: a rate needs its unit: write it as 100k\/s/],
    ['a duration without its unit', 'name: a\nbase:\n  duration: "20"\n', /^3:13: base\.duration: "20": a duration needs its unit/],
    ['a size without its unit', 'name: a\nbase:\n  workload: { recordSize: 100 }\n', /a size needs its unit/],
    ['an ambiguous size', 'name: a\nbase:\n  workload: { recordSize: 64 kb }\n', /a size needs its unit/],
    ['a shape that nobody knows', 'name: a\nbase:\n  load:\n    shape: sine=1..2\n', /^4:12: base\.load\.shape: "sine=1..2" is no shape of a load/],
    ['an unknown kind of shape', 'name: a\nbase:\n  load:\n    shape: { step: [] }\n', /^4:14: step: unknown setting in base\.load\.shape; did you mean steps\?/],
    ['an unknown setting of a shape', 'name: a\nbase:\n  load:\n    shape: { bursts: { base: 1k/s, burst: 2k/s, each: 5s, length: 1s } }\n', /^4:\d+: .*bursts/],
    ['two shapes at once', 'name: a\nbase:\n  load:\n    shape: { ramp: { from: 1/s, to: 2/s }, day: { trough: 1/s, peak: 2/s } }\n', /^4:\d+: base\.load\.shape: .*one of steps, ramp/],
    ['a setting twice', 'name: a\nbase:\n  producer: { acks: 1 }\n  producer.acks: all\n', /^4:3: producer\.acks: this setting stands here twice/],
    ['a key twice', 'name: a\nname: b\n', /^2:1: .*unique/],
    ['broken YAML', 'name: [a\n', /^\d:\d+: /],
    ['no name', 'repeats: 3\n', /^1:1: name is missing/],
    ['a name that is no file name', 'name: "../a"\n', /^1:7: name: must be of letters/],
    ['a matrix of an unknown setting', 'name: a\nmatrix:\n  lingerMs: [0, 5]\n', /^3:3: lingerMs: unknown setting/],
    ['a bad value in a matrix', 'name: a\nmatrix:\n  duration: [5s, 10]\n', /^3:18: duration: /],
    ['a value twice in a matrix', 'name: a\nmatrix:\n  producer.acks: [1, all, 1]\n', /^3:27: producer\.acks: 1 stands there twice/],
    ['a matrix value that is no list', 'name: a\nmatrix: { producer.acks: all }\n', /^2:26: matrix\.producer\.acks: /],
    ['an unknown metric', 'name: a\nmetrics: [publish.p9]\n', /^2:11: publish\.p9: no such metric; did you mean publish\.p99\?|publish\.p50\?/],
    ['a threshold of an unknown metric', 'name: a\nthresholds:\n  publish.p98: "< 5ms"\n', /^3:3: publish\.p98: unknown setting in thresholds; did you mean publish\.p/],
    ['a threshold that is no comparison', 'name: a\nthresholds:\n  publish.p99: 50ms\n', /^3:16: publish\.p99: "50ms" begins with none of/],
    ['a threshold without its unit', 'name: a\nthresholds:\n  publish.p99: "< 50"\n', /^3:16: publish\.p99: .*write it as 10 ms/],
    ['published figures of an unknown metric', 'name: a\npublished: { source: x, figures: { one: { p99: 5 ms } } }\n', /^2:43: p99: unknown setting in published\.figures\.one/],
    ['no settings at all', '- a\n', /^1:1: the file must hold settings/],
    ['no blocks', 'name: a\nrepeats: 0\n', /^2:10: repeats: at least 1/],
    ['a group that is no map', 'name: a\nbase: { consumers: some }\n', /^2:20: base\.consumers: must be none, or groups by name/],
    ['an unknown codec word of the workload', 'name: a\nbase: { workload: { keyDistribution: hotset } }\n', /^2:38: base\.workload\.keyDistribution: /],
  ])('%s', (_what, text, message) => {
    expect(problem(text)).toMatch(message);
  });
});

describe('the JSON Schema', () => {
  it('names every setting, refuses others, and lets sections be written dotted', () => {
    const schema = experimentJsonSchema() as { properties: Record<string, { properties: Record<string, unknown>; additionalProperties: boolean; patternProperties: Record<string, unknown> }> };
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['name', 'base', 'profiles', 'matrix', 'repeats', 'budget', 'thresholds', 'published']));
    const base = schema.properties['base'];
    expect(Object.keys(base?.properties ?? {})).toEqual(expect.arrayContaining(['workload', 'load', 'topic', 'producer', 'consumers', 'target', 'broker', 'faults', 'warmup', 'duration']));
    expect(base?.additionalProperties).toBe(false);
    const [pattern = ''] = Object.keys(base?.patternProperties ?? {});
    expect(['producer.linger.ms', 'loud.rate', 'topic'].map((key) => new RegExp(pattern).test(key))).toEqual([true, false, false]);
  });
});
