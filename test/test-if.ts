/** Declares a test, or one for each of some cases, as jest's `test` does. */
export interface Declare {
  (name: string, body: () => unknown): void;
  each<Case extends readonly unknown[]>(
    cases: readonly Case[],
  ): (name: string, body: (...each: Case) => unknown) => void;
  each<Case>(cases: readonly Case[]): (name: string, body: (each: Case) => unknown) => void;
}

/** Declares tests that are skipped where something that they need is not there; their names then say what. */
export function testIf(isThere: boolean, needed: string): Declare {
  const declare = isThere ? test : test.skip;
  const nameOf = (name: string) => (isThere ? name : `${name} (skipped: needs ${needed})`);
  const one = (name: string, body: () => unknown) => declare(nameOf(name), body as () => void);
  const each = (cases: readonly unknown[]) => (name: string, body: (...each: unknown[]) => unknown) =>
    declare.each(cases)(nameOf(name), body as () => void);
  return Object.assign(one, { each }) as Declare;
}
