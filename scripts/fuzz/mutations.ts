import * as fc from 'fast-check';

/** Edits bytes; `at` and `length` are parts of their number, so that they mean something for any input. */
type Edit = (bytes: Buffer) => Buffer;

/** Everywhere alike, while fast-check prefers the ends. */
const part = fc.noBias(fc.nat({ max: 0xffff })).map((value) => value / 0x10000);
const shortLength = fc.nat({ max: 8 });
/** Sizes at which arithmetic overflows, or memory runs out. */
const sizes = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff);
const numbers = fc.constantFrom('-1', '0', '1e9', '99999999', '4294967296', '9007199254740993', '1e400', '0.1');

function replaced(bytes: Buffer, at: number, length: number, by: Uint8Array): Buffer {
  const start = Math.floor(at * (bytes.length + 1));
  return Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(start + length)]);
}

function uint32(value: number, isLittle: boolean): Buffer {
  const bytes = Buffer.alloc(4);
  if (isLittle) bytes.writeUInt32LE(value);
  else bytes.writeUInt32BE(value);
  return bytes;
}

/** A number in decimal digits, a string or word, and a pair of JSON or its cell of a table. */
const [NUMBER, STRING, PAIR] = [/\d+(\.\d+)?/, /"[^"]*"|\w+/, /("[^"]*": ?)?("[^"]*"|[^",{}[\]\n]+)[,\n]?/];

/** Replaces what comes next of a kind, if there is one. */
function withNext(bytes: Buffer, at: number, kind: RegExp, by: string): Buffer {
  const start = Math.floor(at * bytes.length);
  const text = bytes.toString('latin1');
  return Buffer.from(text.slice(0, start) + text.slice(start).replace(kind, by.replaceAll('$', '$$$$')), 'latin1');
}

function edits(seeds: readonly Uint8Array[], words: readonly string[]): fc.Arbitrary<Edit> {
  const word = fc.constantFrom(...words).map((each) => Buffer.from(each, 'latin1'));
  const edit = <T extends unknown[]>(
    parts: { [K in keyof T]: fc.Arbitrary<T[K]> },
    apply: (b: Buffer, ...given: T) => Buffer,
  ) =>
    fc.tuple(...parts).map(
      (given): Edit =>
        (bytes) =>
          apply(bytes, ...(given as unknown as T)),
    );
  return fc.oneof(
    edit([part, fc.nat(7)], (b, at, bit) =>
      replaced(b, at, 1, Uint8Array.of((b[Math.floor(at * (b.length + 1))] ?? 0) ^ (1 << bit))),
    ),
    edit([part, shortLength, fc.uint8Array({ maxLength: 8 })], replaced),
    edit([part, sizes, fc.boolean()], (b, at, size, isLittle) => replaced(b, at, 4, uint32(size, isLittle))),
    edit([part, numbers], (b, at, number) => withNext(b, at, NUMBER, number)),
    edit([part, fc.constantFrom('', '""', ...words)], (b, at, each) => withNext(b, at, STRING, each)),
    edit([part], (b, at) => withNext(b, at, PAIR, '')),
    edit([part, shortLength, word], replaced),
    edit([part], (b, at) => b.subarray(0, Math.floor(at * (b.length + 1)))),
    edit([part, part, part], (b, at, from, to) =>
      replaced(b, at, 0, b.subarray(Math.floor(from * b.length), Math.floor(to * b.length))),
    ),
    edit([part, part, fc.constantFrom(...seeds)], (b, at, from, other) =>
      replaced(b, at, b.length, other.subarray(Math.floor(from * other.length))),
    ),
  );
}

/** Valid inputs with up to five edits, and now and then bytes of chance alone. */
export function mutations(seeds: readonly Uint8Array[], words: readonly string[]): fc.Arbitrary<Buffer> {
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(edits(seeds, words), { minLength: 1, maxLength: 5 }))
    .map(([seed, all]) => all.reduce<Buffer>((bytes, edit) => edit(bytes), Buffer.from(seed)));
  const random = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ weight: 49, arbitrary: mutated }, { weight: 1, arbitrary: random });
}
