import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { runHtml } from '../../../results/html/run-html.ts';
import type { Run } from '../../../results/run.ts';
import { closedLoopRun, damagedLogRun, externalRun, faultRun, runWithoutRecords, sampleRun } from '../sample-run.ts';

const RUNS: [string, Run][] = [
  ['a run in which all went well', sampleRun()],
  ['a closed loop', closedLoopRun()],
  ['another cluster', externalRun()],
  ['a broker that was killed', faultRun()],
  ['lost records', damagedLogRun()],
  ['a run without a record', runWithoutRecords()],
];

/** An hour by seconds is more than a page should carry. */
function longRun(): Run {
  const run = sampleRun();
  const template = run.measured.seconds[10] as Run['measured']['seconds'][number];
  return { ...run, measured: { ...run.measured, measureEndSecond: 20_000, seconds: Array.from({ length: 20_000 }, (_, second) => ({ ...template, second })) } };
}

function valueAt(run: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], run);
}

/** Attributes as a browser reads them. */
function unescaped(text: string): string {
  return text.replaceAll('&#39;', "'").replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

describe('runHtml', () => {
  it.each(RUNS)('shows of %s only what the record holds: every figure is the record’s at the place that it names', (_what, run) => {
    const figures = [...runHtml(run).matchAll(/<data value="([^"]+)" data-path="([^"]+)">/g)].map(([, value = '', path = '']) => ({ value, path }));
    const found = figures.filter(({ path }) => !/[[*]/.test(path));
    for (const { value, path } of found) expect(`${path} ${value}`).toBe(`${path} ${String(valueAt(run, path))}`);
    if (run.status.kind === 'complete') expect(found.length).toBeGreaterThan(20);
  });

  it.each(RUNS)('holds the whole record of %s as JSON', (_what, run) => {
    const [, json = ''] = /<script type="application\/json" id="run">([\s\S]*?)<\/script>/.exec(runHtml(run)) ?? [];
    expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(run)));
  });

  it.each(RUNS)('asks for nothing from anywhere, in %s', (_what, run) => {
    const page = runHtml(run).replace(/<script type="application\/json"[\s\S]*?<\/script>/, '');
    for (const [, address = ''] of page.matchAll(/(?:src|href|action|url)\s*[=(]\s*["']?([^"'\s>)]+)/g)) expect(address).toMatch(/^(#|data:)/);
    expect(page).not.toContain('@import');
    expect(unescaped(page)).toContain("default-src 'none'");
  });

  it('lets no script run but its own', () => {
    const page = runHtml(sampleRun());
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text);
    expect(scripts).toHaveLength(1);
    expect(unescaped(page)).toContain(`script-src 'sha256-${createHash('sha256').update(scripts[0] as string).digest('base64')}'`);
  });

  it('takes names out of a run for text, whatever stands in them', () => {
    const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'&\u202E';
    const run = sampleRun();
    const named: Run = {
      ...run,
      status: { kind: 'partial', reason: hostile },
      warnings: [{ code: hostile, cause: hostile, effect: hostile, remedy: hostile }],
      commandLine: [hostile],
      configuration: { ...run.configuration, name: hostile, groups: run.configuration.groups.map((group) => ({ ...group, name: hostile })), topic: { ...run.configuration.topic, name: hostile } },
      measured: {
        ...run.measured,
        events: [{ kind: 'note', atMs: 5, sentence: hostile }],
        groups: run.measured.groups.map((group) => ({ ...group, name: hostile })),
        seconds: run.measured.seconds.map((second) => ({ ...second, lagRecordsByGroup: { [hostile]: 4 }, consumedRecordsByGroup: { [hostile]: 4 } })),
      },
    };
    const page = runHtml(named);
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    expect(page).not.toContain('<img');
    expect(page).not.toContain('\u202E\u003c');
  });

  it('stays below two megabytes for a run of hours, and says what it left out', () => {
    const page = runHtml(longRun());
    expect(Buffer.byteLength(page)).toBeLessThan(2_000_000);
    expect(page).toContain('left out of it');
    expect(page).toContain('measured.seconds');
  });

  it('names warnings with cause, effect and remedy', () => {
    const page = runHtml(sampleRun({ warnings: [{ code: 'portable-files', cause: 'no compiler', effect: 'slower appends', remedy: 'install one' }] }));
    for (const words of ['portable-files', 'no compiler', 'slower appends', 'install one']) expect(page).toContain(words);
  });

  it('is the same page for the same run', () => {
    expect(runHtml(faultRun())).toBe(runHtml(faultRun()));
  });
});
