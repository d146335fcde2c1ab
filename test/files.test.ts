import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileBytes, writeFileAtomic } from '../src/files';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'files-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const fails = (message: string) => expect.objectContaining({ code: 'ERR_FILE', message });

test('reads bytes, and names what it cannot read and why', () => {
  writeFileSync(join(dir, 'a'), 'abc');
  expect(readFileBytes(join(dir, 'a')).toString()).toBe('abc');
  expect(() => readFileBytes(join(dir, 'b'))).toThrow(fails(`Cannot read ${dir}/b: no such file or folder`));
  expect(() => readFileBytes(dir)).toThrow(fails(`Cannot read ${dir}: it is a folder`));
  expect(() => readFileBytes(0 as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
});

test('replaces a file and leaves no temporary one', () => {
  writeFileAtomic(join(dir, 'a'), 'first');
  writeFileAtomic(join(dir, 'a'), Uint8Array.of(1, 2));
  expect([...readFileSync(join(dir, 'a'))]).toEqual([1, 2]);
  expect(readdirSync(dir)).toEqual(['a']);
});

test('a failed write names the path and leaves the folder as it was', () => {
  writeFileSync(join(dir, 'file'), 'kept');
  mkdirSync(join(dir, 'folder'));
  const missing = join(dir, 'missing', 'a');
  const below = join(dir, 'file', 'a');
  expect(() => writeFileAtomic(missing, '')).toThrow(fails(`Cannot write ${missing}: no such file or folder`));
  expect(() => writeFileAtomic(below, '')).toThrow(fails(`Cannot write ${below}: a part of the path is not a folder`));
  // Here the temporary file is written and only the rename fails.
  expect(() => writeFileAtomic(join(dir, 'folder'), '')).toThrow(fails(`Cannot write ${dir}/folder: it is a folder`));
  expect(readdirSync(dir)).toEqual(['file', 'folder']);
  expect(readFileSync(join(dir, 'file'), 'utf8')).toBe('kept');
});
