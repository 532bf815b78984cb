import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { FilePayload, type FilePayloadOptions } from '../../../bench/workload/file-payload.ts';
import { emptySlot } from '../../../bench/workload/record-source.ts';

const folder = mkdtempSync(join(tmpdir(), 'payload-'));
afterAll(() => rmSync(folder, { recursive: true }));
const vega = fileURLToPath(new URL('../../../node_modules/vega-datasets/data', import.meta.url));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function read(options: FilePayloadOptions, count: number): { values: string[]; keys: (string | undefined)[]; warnings: readonly string[] } {
  const source = new FilePayload(options);
  const slot = emptySlot();
  const values: string[] = [];
  const keys: (string | undefined)[] = [];
  for (let n = 0; n < count; n++) {
    source.fill(slot, n, 0);
    values.push(slot.value.toString('latin1', slot.valueStart, slot.valueEnd));
    keys.push(slot.keyEnd < 0 ? undefined : slot.key.toString('utf8', slot.keyStart, slot.keyEnd));
  }
  source.close();
  return { values, keys, warnings: source.warnings };
}

describe('a payload file', () => {
  it('of JSON lines is sent line by line, cycled, with its key', () => {
    const path = file('a.jsonl', '{"user":{"id":7}}\r\n\n{"user":{"id":"x"}}\n{"other":1}\n');
    const { values, keys, warnings } = read({ path, key: 'user.id' }, 4);
    expect(values).toEqual(['{"user":{"id":7}}', '{"user":{"id":"x"}}', '{"other":1}', '{"user":{"id":7}}']);
    expect(keys).toEqual(['7', 'x', undefined, '7']);
    expect(warnings).toEqual([expect.stringContaining('without a key')]);
  });

  it('with one JSON array is sent element by element, brackets in strings and nesting notwithstanding', () => {
    const path = file('a.json', ' [ {"a":"],}\\""} ,\n [1,[2]] , "x,y", 3 ]\n');
    expect(read({ path }, 5).values).toEqual(['{"a":"],}\\""}', '[1,[2]]', '"x,y"', '3', '{"a":"],}\\""}']);
  });

  it('of CSV is sent row by row without the header, quoted newlines inside a row', () => {
    const path = file('a.csv', 'id,"full name"\n1,"a ""b"",\nc"\n2,d\n');
    const { values, keys } = read({ path, key: 'full name' }, 3);
    expect(values).toEqual(['1,"a ""b"",\nc"', '2,d', '1,"a ""b"",\nc"']);
    expect(keys).toEqual(['a "b",\nc', 'd', 'a "b",\nc']);
    expect(read({ path, key: '1' }, 2).keys).toEqual(['1', '2']);
  });

  it.each([
    ['empty.jsonl', '', {}, 'is empty'],
    ['blank.txt', '\n\n', {}, 'holds no record'],
    ['none.json', '[]', {}, 'holds no record'],
    ['header.csv', 'a,b\n', {}, 'holds no record'],
    ['text.txt', 'hello\n', { key: 'a' }, 'text lines have no fields'],
    ['columns.csv', 'a,b\n1,2\n', { key: 'c' }, 'the columns are a, b'],
  ])('%s is refused with the reason', (name, content, options, reason) => {
    expect(() => new FilePayload({ path: file(name, content), ...options })).toThrow(reason);
  });

  it('that does not exist is refused with its name', () => {
    expect(() => new FilePayload({ path: join(folder, 'nowhere') })).toThrow('nowhere');
  });

  it('with a cut last line is sent as it is, with a warning', () => {
    const { values, warnings } = read({ path: file('cut.jsonl', '{"a":1}\n{"a":') }, 2);
    expect(values[1]).toBe('{"a":');
    expect(warnings).toEqual([expect.stringContaining('has no end')]);
    expect(read({ path: file('whole.jsonl', '{"a":1}\n{"a":2}') }, 2).warnings).toEqual([]);
    expect(read({ path: file('whole.csv', 'a,b\n1,2') }, 1).warnings).toEqual([]);
    expect(read({ path: file('cut.csv', 'a,b\n1,2\n3') }, 2)).toMatchObject({ values: ['1,2', '3'], warnings: [expect.stringContaining('has no end')] });
    expect(read({ path: file('cut.json', '[{"a":1},{"a"') }, 2)).toMatchObject({ values: ['{"a":1}', '{"a"'], warnings: [expect.stringContaining('has no end')] });
  });

  it('that is not UTF-8 is sent as it is, with a warning', () => {
    const { values, warnings } = read({ path: file('latin.txt', Buffer.from('caf\xe9\nx\n', 'latin1')) }, 2);
    expect(values).toEqual(['caf\xe9', 'x']);
    expect(warnings).toEqual([expect.stringContaining('not UTF-8')]);
  });

  it('gives the same record again for the same number', () => {
    const source = new FilePayload({ path: file('again.txt', 'a\nb\n') });
    const slot = emptySlot();
    const seen = [0, 0, 1, 1, 2].map((n) => (source.fill(slot, n, 0), slot.value.toString('latin1', slot.valueStart, slot.valueEnd)));
    source.close();
    expect(seen).toEqual(['a', 'a', 'b', 'b', 'a']);
  });

  it.each(['movies.json', 'flights-2k.json', 'birdstrikes.csv', 'seattle-weather.csv'])(
    '%s gives the same records in slices as at once, and each JSON element parses',
    (name) => {
      const path = join(vega, name);
      const whole = read({ path }, 500);
      const sliced = read({ path, wholeFileBytesMax: 0, sliceBytes: 1000 }, 500);
      expect(sliced).toEqual(whole);
      if (name.endsWith('.json')) {
        const elements = JSON.parse(readFileSync(path, 'utf8')) as unknown[];
        expect(whole.values.map((value) => JSON.parse(Buffer.from(value, 'latin1').toString()) as unknown)).toEqual(elements.slice(0, 500));
      }
    },
  );

  it('longer than the window is cycled in bounded memory', () => {
    const path = join(vega, 'flights-2k.json');
    const elements = JSON.parse(readFileSync(path, 'utf8')) as unknown[];
    const { values } = read({ path, wholeFileBytesMax: 0, sliceBytes: 4096 }, elements.length * 2 + 1);
    expect(statSync(path).size).toBeGreaterThan(4096);
    expect(values.slice(elements.length, elements.length * 2)).toEqual(values.slice(0, elements.length));
    expect(values.at(-1)).toBe(values[0]);
  });
});
