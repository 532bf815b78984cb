/** Plain data as YAML: maps, lists, texts, numbers. Enough for a sizing file, and read back as the same data. */

const PLAIN_KEY = /^[A-Za-z_][\w.-]*$/;
/** A letter first, and nothing that YAML gives a meaning; or a number with its unit. */
const PLAIN_TEXT = /^(?:[A-Za-z_][\w ./%()+-]*|\d[\d._]* ?[A-Za-z%/][\w%/]*)$/;
const WORDS_OF_YAML = /^(?:true|false|null|yes|no|on|off|\.?nan|\.?inf)$/i;

/** Undefined entries are left out. */
export function yamlText(data: Readonly<Record<string, unknown>>): string {
  return `${linesOf(data, '').join('\n')}\n`;
}

function linesOf(map: Readonly<Record<string, unknown>>, indent: string): string[] {
  return Object.entries(map).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const name = `${indent}${PLAIN_KEY.test(key) && !WORDS_OF_YAML.test(key) ? key : JSON.stringify(key)}:`;
    if (Array.isArray(value)) return [`${name} ${JSON.stringify(value)}`];
    if (typeof value !== 'object' || value === null) return [`${name} ${scalarText(value)}`];
    const inner = linesOf(value as Record<string, unknown>, `${indent}  `);
    return inner.length === 0 ? [`${name} {}`] : [name, ...inner];
  });
}

function scalarText(value: unknown): string {
  return typeof value === 'string' && PLAIN_TEXT.test(value) && value === value.trim() && !WORDS_OF_YAML.test(value) && !/^(?:\d[\d.]*e\d+|0[xo].*)$/i.test(value) ? value : JSON.stringify(value);
}
