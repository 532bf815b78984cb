/** Java's properties files, as Kafka's tools read them: comments, continued lines, escapes, `=` or `:` between name and value. */

export class PropertiesFileError extends Error {
  override readonly name = 'PropertiesFileError';
}

/** Throws PropertiesFileError with the line; never with its text, which may hold a secret. */
export function parsePropertiesFile(text: string): Record<string, string> {
  const properties: Record<string, string> = {};
  const lines = text.split(/\r\n|\r|\n/);
  for (let at = 0; at < lines.length; at++) {
    const first = at + 1;
    let line = (lines[at] as string).trimStart();
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue;
    while (endsWithEscape(line) && at + 1 < lines.length) line = line.slice(0, -1) + (lines[++at] as string).trimStart();
    const match = /^((?:[^\\=:\s]|\\.)+)\s*[=:\s]\s*([^]*)$/.exec(line);
    if (match === null) throw new PropertiesFileError(`line ${first} is not name=value`);
    properties[unescaped(match[1] as string, first)] = unescaped((match[2] as string).trimEnd(), first);
  }
  return properties;
}

function endsWithEscape(line: string): boolean {
  return /(?<!\\)(?:\\\\)*\\$/.test(line);
}

function unescaped(text: string, line: number): string {
  return text.replaceAll(/\\(u[0-9a-fA-F]{4}|[^])/g, (_whole, escape: string) => {
    if (escape.length > 1) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    if (escape === 'u') throw new PropertiesFileError(`line ${line}: \\u needs four hexadecimal digits`);
    return { n: '\n', t: '\t', r: '\r', f: '\f' }[escape] ?? escape;
  });
}
