import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findPair } from '../../src/native/load';
import { packageVersion } from '../../src/version';
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
  expect(diagnosis).toMatchObject({
    ok: true,
    package: { version: packageVersion(), addons: expect.arrayContaining([findPair().addon]) },
    node: process.version,
    system: { platform: process.platform, arch: process.arch, availableCpus: expect.any(Number) },
    cache: { folder: expect.stringMatching(/libtorch-generative$/) },
    ...findPair(),
    cpu: {
      capability: expect.stringMatching(/^\S/),
      threads: expect.any(Number),
      threadsReason: expect.stringMatching(/^(cores|affinity|quota|OMP_NUM_THREADS|MKL_NUM_THREADS)$/),
      waitPolicy: expect.stringMatching(/^(package|OMP_WAIT_POLICY|GOMP_SPINCOUNT|libtorch)$/),
    },
  });
  expect(diagnosis.cpu.threads).toBeGreaterThan(0);
  expect(diagnosis.cuda.available || diagnosis.cuda.reason).toBeTruthy();
  expect(status).toBe(0);
});

test('the variables that change what is found or how it runs are told, no others', () => {
  const { environment } = JSON.parse(doctor(['--json'], { OMP_NUM_THREADS: '1', NPM_TOKEN: 'secret' }).stdout);
  expect(environment).toMatchObject({ OMP_NUM_THREADS: '1' });
  expect(environment).not.toHaveProperty('NPM_TOKEN');
});

test('for a person it is a table', () => {
  const { stdout } = doctor([]);
  expect(stdout).toMatch(/^package {3}libtorch-generative \d.*\nnode {6}v\d.*\nsystem {4}\S.* GiB\n/);
  expect(stdout).toMatch(
    /\nadd-on {4}for libtorch 2\..*\n {10}\/.*\nlibtorch {2}2\..* build, .*\n {10}\/.*\nloads {5}yes/,
  );
  expect(stdout).toMatch(
    /\nCPU {7}.*\n {10}quota: (none|\d.*CPUs.*)\nthreads {3}\d+ by default: .*\n {10}when they wait.*\nCUDA {6}(yes|no: ).*\n\nReady to train\n$/,
  );
});

test('who has set the threads and how they wait is told', () => {
  const { stdout } = doctor([], { OMP_NUM_THREADS: '1', OMP_WAIT_POLICY: 'passive' });
  expect(stdout).toMatch(/\nthreads {3}1 by default: set by OMP_NUM_THREADS\n.*: as set by OMP_WAIT_POLICY\n/);
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
    error: expect.stringMatching(/^Loading libtorch terminated the process \(SIG/),
  });
  expect(status).toBe(1);
});
