/** The project's source files with what each imports, for the tests about its structure. Paths are relative to the repository. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Files of the project that it imports, re-exports, imports dynamically or starts (`new URL('./worker.ts', import.meta.url)`); types count. */
  readonly files: readonly string[];
  /** Everything else that it imports: packages and `node:` modules. */
  readonly packages: readonly string[];
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export function readSourceFiles(folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => posix.normalize(posix.relative(ROOT, posix.join(entry.parentPath, entry.name))))
      .toSorted()
      .map((path) => sourceFile(path, readFileSync(join(ROOT, path), 'utf8'))),
  );
}

/** From text, so that a rule can be shown code that breaks it. */
export function sourceFile(path: string, text: string): SourceFile {
  const specifiers = ts.preProcessFile(text, true, true).importedFiles.map((each) => each.fileName);
  const started = [...text.matchAll(/new URL\(\s*(['"`])(\.[^'"`$]*)(?:\$\{[^}]*\})?\1/g)].map((match) => match[2] as string);
  const relative = [...specifiers, ...started].filter((each) => each.startsWith('.'));
  return {
    path,
    text,
    files: [...new Set(relative.map((each) => posix.normalize(posix.join(posix.dirname(path), each))))],
    packages: specifiers.filter((each) => !each.startsWith('.')),
  };
}

/** Names of the runtime that the code uses (`Date`, `Math.random`), each with its line; declared types, properties and strings do not count. */
export function globalUses(file: SourceFile, names: readonly string[]): string[] {
  const source = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isMemberName(node)) {
      const { parent } = node;
      const member = ts.isPropertyAccessExpression(parent) && parent.expression === node ? `${node.text}.${parent.name.text}` : node.text;
      if (names.includes(node.text) || names.includes(member)) found.push(`${member} in line ${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node && parent.expression.getText() !== 'globalThis';
  if (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertySignature(parent)) return parent.name === node;
  return ts.isMethodSignature(parent) || ts.isPropertyDeclaration(parent) || ts.isTypeReferenceNode(parent);
}
