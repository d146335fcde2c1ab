import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { optionalPackage } from '../src/optional-package';

const FILES = ['optional-package.js', 'errors.js'];

test('a package that is there is loaded', () => {
  expect(optionalPackage('sharp')).toBe(require('sharp'));
});

test('one that is not installed is asked for by name, with what needs it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'alone-'));
  for (const file of FILES) cpSync(join(__dirname, '..', 'lib', file), join(folder, file));
  const code = `
    const { optionalPackage, checkInstalled } = require('./optional-package.js');
    for (const ask of [() => optionalPackage('sharp'), () => checkInstalled('fastify', 'prom-client')]) {
      try { ask(); } catch ({ code, message }) { console.log(code, message); }
    }`;
  const printed = execFileSync(process.execPath, ['-e', code], { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const are = (names: string) => `not installed: run \`npm install ${names}\``;
  expect(printed.trim().split('\n')).toEqual([
    `ERR_NOT_INSTALLED Reading and writing pictures needs sharp, which is ${are('sharp')}`,
    `ERR_NOT_INSTALLED A service needs fastify, prom-client, which are ${are('fastify prom-client')}`,
  ]);
});
