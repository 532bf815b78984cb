/**
 * Formulas as text, so that what is printed is what is computed: `ceil(rate / consumerRate)`. Numbers, names, + - * / ^, brackets and
 * the functions below. A name stands for one column, or for a list inside sum, max and min. Whoever has a plan's JSON can compute it again.
 */
import { busiestShare, hottestShare } from '../queueing/key-load.ts';
import { apply, combine, map, type Column, type Operation } from './column.ts';

export type Terms = (name: string) => Column | readonly Column[];

export interface Formula {
  readonly text: string;
  /** In order of first use. */
  readonly names: readonly string[];
  /** Its result is a column of its own, none of its terms. */
  readonly isFresh: boolean;
  /** A fresh result is written into `into` where that is given; no term may be the same column. */
  evaluate(terms: Terms, into?: Float64Array): Column;
}

type Node = (terms: Terms, into?: Float64Array) => Column | readonly Column[];

/** Rounding noise of a division is not one more of anything: 100,000 / 5,000 is 20. */
const NOISE = 1e-9;

/** Of nothing: 0, and for max and min what any value would replace. */
const EMPTY = { '+': 0, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY } as const;
type ColumnFunction = (columns: readonly Column[], into?: Float64Array) => Column;
const folded = (operation: '+' | 'max' | 'min'): ColumnFunction => (columns, into) => {
  if (columns.length === 0) return EMPTY[operation];
  let sum = into;
  return columns.reduce((total, each) => {
    const next = combine(operation, total, each, sum);
    if (typeof next !== 'number') sum = next;
    return next;
  });
};
const mapped = (of: (value: number) => number): ColumnFunction => ([column = 0], into) => map(column, of, into);

const FUNCTIONS: Readonly<Record<string, ColumnFunction>> = {
  ceil: mapped((x) => Math.ceil(x - NOISE * Math.max(1, Math.abs(x)))),
  floor: mapped((x) => Math.floor(x + NOISE * Math.max(1, Math.abs(x)))),
  ln: mapped(Math.log),
  exp: mapped(Math.exp),
  sqrt: mapped(Math.sqrt),
  max: folded('max'),
  min: folded('min'),
  sum: folded('+'),
  hottestShare: (columns, into) => apply(columns, ([keys = 1, exponent = 0]) => hottestShare({ keys, exponent }), into),
  busiestShare: (columns, into) => apply(columns, ([partitions = 1, keys = 1, exponent = 0]) => busiestShare({ partitions, keys, exponent }), into),
};

const MAPPED: ReadonlySet<ColumnFunction> = new Set(['ceil', 'floor', 'ln', 'exp', 'sqrt'].map((name) => FUNCTIONS[name] as ColumnFunction));

const formulas = new Map<string, Formula>();

/** Parsed once. A text that is no formula is a bug of its writer and throws. */
export function formula(text: string): Formula {
  const known = formulas.get(text);
  if (known !== undefined) return known;
  const made = new Parser(text).formula();
  formulas.set(text, made);
  return made;
}

class Parser {
  readonly #text: string;
  readonly #tokens: string[];
  readonly #names = new Set<string>();
  /** Those whose result is never a term itself. */
  readonly #fresh = new Set<Node>();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = text.match(/\d+(?:\.\d+)?(?:e[+-]?\d+)?|[a-zA-Z_]\w*|[-+*/^(),]|\S/g) ?? [];
  }

  formula(): Formula {
    const node = this.#sum();
    if (this.#at < this.#tokens.length) this.#fail();
    return { text: this.#text, names: [...this.#names], isFresh: this.#fresh.has(node), evaluate: (terms, into) => single(node(terms, into)) };
  }

  #sum(): Node {
    let left = this.#product();
    for (let sign = this.#take('+', '-'); sign !== undefined; sign = this.#take('+', '-')) left = this.#binary(sign as Operation, left, this.#product());
    return left;
  }

  #product(): Node {
    let left = this.#power();
    for (let sign = this.#take('*', '/'); sign !== undefined; sign = this.#take('*', '/')) left = this.#binary(sign as Operation, left, this.#power());
    return left;
  }

  #power(): Node {
    const base = this.#primary();
    return this.#take('^') === undefined ? base : this.#binary('^', base, this.#power());
  }

  #primary(): Node {
    if (this.#take('(') !== undefined) {
      const inner = this.#sum();
      if (this.#take(')') === undefined) this.#fail();
      return inner;
    }
    const token = this.#tokens[this.#at++] ?? this.#fail();
    if (/^\d/.test(token)) {
      const value = Number(token);
      return () => value;
    }
    if (!/^[a-zA-Z_]/.test(token)) this.#fail();
    if (this.#take('(') === undefined) {
      this.#names.add(token);
      return (terms) => terms(token);
    }
    return this.#call(FUNCTIONS[token] ?? this.#fail());
  }

  /** The left side may use the column of the result, which is written last. */
  #binary(operation: Operation, left: Node, right: Node): Node {
    const node: Node = (terms, into) => combine(operation, single(left(terms, into)), single(right(terms)), into);
    this.#fresh.add(node);
    return node;
  }

  #call(of: ColumnFunction): Node {
    const given: Node[] = [];
    do given.push(this.#sum());
    while (this.#take(',') !== undefined);
    if (this.#take(')') === undefined) this.#fail();
    const node: Node = (terms, into) => of(given.flatMap((each) => each(terms)), into);
    // The sum of a list of one is that one.
    if (given.length > 1 || MAPPED.has(of)) this.#fresh.add(node);
    return node;
  }

  #take(...signs: string[]): string | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !signs.includes(token)) return undefined;
    this.#at++;
    return token;
  }

  #fail(): never {
    throw new SyntaxError(`"${this.#text}" is no formula: near "${this.#tokens[this.#at - 1] ?? ''}"`);
  }
}

function single(value: Column | readonly Column[]): Column {
  if (typeof value === 'number' || value instanceof Float64Array) return value;
  throw new TypeError('a list stands only inside sum, max and min');
}
