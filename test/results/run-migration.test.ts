import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runHtml } from '../../results/html/run-html.ts';
import { runText } from '../../results/render/run-text.ts';
import { migratedRun } from '../../results/run-migration.ts';
import { validateRun } from '../../results/run-schema.ts';
import { RUN_SCHEMA_VERSION, type Run } from '../../results/run.ts';

/** As headroom wrote them when the version was the present one. */
const OLD_VERSIONS = [1];

function stored(version: number): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(`./golden/run-v${version}.json`, import.meta.url), 'utf8')) as Record<string, unknown>;
}

function read(version: number): Run {
  const validation = validateRun(stored(version));
  if (validation.kind === 'invalid') throw new Error(validation.problems.join('\n'));
  return validation.run;
}

describe('a stored run of an older version', () => {
  it('has a sample here for every version there was', () => {
    expect(OLD_VERSIONS).toEqual(Array.from({ length: RUN_SCHEMA_VERSION - 1 }, (_, at) => at + 1));
  });

  it.each(OLD_VERSIONS)('%i is read as one of the present version, with every figure as it was', (version) => {
    const [{ configuration, ...old }, run] = [stored(version), read(version)];
    expect(run).toMatchObject({ ...old, schemaVersion: RUN_SCHEMA_VERSION });
    const { fault: _fault, ...settings } = configuration as Record<string, unknown>;
    expect(run.configuration).toMatchObject(settings);
  });

  it.each(OLD_VERSIONS)('%i says "not known" where it did not look', (version) => {
    const { host, machine, measured } = read(version);
    expect([host.socketCount, host.disk, host.hypervisor, machine, measured.inFlightRecordsMean]).toEqual([null, null, null, { before: null, after: null }, null]);
  });

  it.each(OLD_VERSIONS)('%i is printed as text and as a page', (version) => {
    const run = read(version);
    expect(runText(run, { width: 100, isColored: false })).toContain('not known');
    expect(runHtml(run)).toContain(run.id);
  });

  it('is left as it is when nothing is known to convert it by', () => {
    for (const value of [null, 7, [], {}, { schemaVersion: 99 }, { schemaVersion: 0 }]) expect(migratedRun(value)).toBe(value);
    expect(validateRun({ schemaVersion: 1, host: 'nonsense' }).kind).toBe('invalid');
  });
});
