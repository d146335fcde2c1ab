import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findLibtorch } from '../../src/native/libtorch';
import { addonFolder, loadLoader } from '../../src/native/load';
import { temporaryFolder, writeFakeLibtorch, writeFiles } from '../native/fake-libtorch';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

function doctor(args: string[], env: NodeJS.ProcessEnv = {}) {
  const script = `
    const { Command } = require('commander');
    const { addDoctorCommand } = require(${JSON.stringify(resolve('src/cli/doctor'))});
    addDoctorCommand(program = new Command());
    program.parse(['doctor', ...${JSON.stringify(args)}], { from: 'user' });`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return { stdout, status };
}

test('a machine that can train is described, and the status is 0', () => {
  const { stdout, status } = doctor(['--json']);
  const diagnosis = JSON.parse(stdout);
  const { compiledFor } = loadLoader(addonFolder());
  expect(diagnosis).toMatchObject({
    ok: true,
    node: process.version,
    platform: process.platform,
    addon: addonFolder(),
    compiledFor,
    libtorch: findLibtorch(process.env, compiledFor),
    cpu: { capability: expect.stringMatching(/^\S/), threads: expect.any(Number) },
  });
  expect(diagnosis.cpu.threads).toBeGreaterThan(0);
  expect(diagnosis.cuda.available || diagnosis.cuda.reason).toBeTruthy();
  expect(status).toBe(0);
});

test('for a person it is a table', () => {
  const { stdout } = doctor([]);
  expect(stdout).toMatch(/^node {6}v\d.*\nplatform {2}\S.*\nadd-on {4}\/.*, compiled for libtorch 2\./);
  expect(stdout).toMatch(
    /\nlibtorch {2}2\..* build, .*\n {10}\/.*\nloads {5}yes, in .*\nCPU {7}.*\nCUDA {6}(yes|no: ).*\n/,
  );
  expect(stdout).toMatch(/\n\nReady to train\n$/);
});

test('a libtorch with a file missing is told, and the status is 1', () => {
  const LIBTORCH = writeFakeLibtorch(folder);
  rmSync(join(LIBTORCH, 'lib', 'libc10.so'));
  const { stdout, status } = doctor([], { LIBTORCH });
  expect(stdout).toContain(`Can't train here: LIBTORCH is set to ${folder}, but lib/libc10.so is missing.`);
  expect(status).toBe(1);
});

test('a libtorch that ends the process that loads it is told', () => {
  const LIBTORCH = writeFakeLibtorch(folder);
  const source = '__attribute__((constructor)) void crash(void) { __builtin_trap(); }';
  writeFiles(folder, { 'crash.c': source });
  spawnSync('cc', ['-shared', '-fPIC', '-o', join(folder, 'lib', 'libtorch.so'), join(folder, 'crash.c')]);
  const { stdout, status } = doctor(['--json'], { LIBTORCH });
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    libtorch: { root: folder, source: 'LIBTORCH' },
    error: expect.stringMatching(/^Loading libtorch ended the process \(SIG/),
  });
  expect(status).toBe(1);
});
