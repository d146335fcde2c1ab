import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { RunLock } from '../../src/training/run-lock';
import { useTemporaryFolder } from '../cli/cli';
import { errorOf } from '../error-of';

const folder = useTemporaryFolder();
const file = () => join(folder(), 'lock.json');
const holder = () => JSON.parse(readFileSync(file(), 'utf8'));

const afterEachLocks: RunLock[] = [];
afterEach(() => {
  for (const lock of afterEachLocks.splice(0)) lock.release();
  jest.useRealTimers();
});

function acquire(): RunLock {
  const lock = RunLock.acquire(folder());
  afterEachLocks.push(lock);
  return lock;
}

const lockModule = join(__dirname, '..', '..', 'lib', 'training', 'run-lock.js');
const script = (rest: string) =>
  `const lock = require(${JSON.stringify(lockModule)}).RunLock.acquire(${JSON.stringify(folder())}); ${rest}`;

/** A process that has the lock. */
async function holding(rest = 'setInterval(() => {}, 1000)') {
  const child = spawn(process.execPath, ['-e', script(`console.log('held'); ${rest}`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const closed = new Promise((resolve) => child.once('close', resolve));
  return { child, closed };
}

/** A lock as another machine, container or past has left it; its last beat was `ageMs` ago. */
function leaveLock(content: object | string, ageMs = 0): void {
  writeFileSync(file(), typeof content === 'string' ? content : JSON.stringify(content));
  const time = (Date.now() - ageMs) / 1000;
  utimesSync(file(), time, time);
}

/** The owner that this process writes, changed. */
function owner(changes: object = {}): object {
  const lock = RunLock.acquire(folder());
  const own = holder();
  lock.release();
  return { ...own, token: 'another', inode: undefined, ...changes };
}

test('names its owner, and is gone after its release', () => {
  const lock = acquire();
  expect(holder()).toMatchObject({ pid: process.pid, host: hostname(), since: expect.stringMatching(/^20..-/) });
  expect(readdirSync(folder())).toEqual(['lock.json']);
  lock.release();
  expect(readdirSync(folder())).toEqual([]);
});

test('keeps out another training of this process', () => {
  acquire();
  expect(errorOf(() => acquire())).toMatchObject({
    code: 'ERR_LOCKED',
    message: expect.stringMatching(
      /is locked by another training in this process, since 20.*: wait until .* ends, or stop it$/,
    ),
  });
});

test('keeps out another process, by name, and takes over when that is killed', async () => {
  const { child, closed } = await holding();
  const message = `is locked by process ${child.pid} on ${hostname()}, since `;
  expect(errorOf(() => acquire())).toMatchObject({ code: 'ERR_LOCKED', message: expect.stringContaining(message) });
  child.kill('SIGSTOP'); // suspended is not dead, however long
  utimesSync(file(), 0, 0);
  expect(() => acquire()).toThrow(message);
  child.kill('SIGKILL');
  await closed;
  acquire();
  expect(holder().pid).toBe(process.pid);
});

test('a killed process that its parent has not waited for is dead', async () => {
  // The shell becomes sleep, which waits for no child.
  const command = `node -e "$SCRIPT" & while [ ! -e ${file()} ]; do sleep 0.1; done; kill -9 $!; exec sleep 300`;
  const shell = spawn('sh', ['-c', command], {
    env: { ...process.env, SCRIPT: script('setInterval(() => {}, 1000)') },
  });
  try {
    for (let tries = 0; !tryHolder(); tries++) {
      expect(tries).toBeLessThan(600);
      await setTimeout(50);
    }
    for (let tries = 0; ; tries++) {
      try {
        acquire();
        break;
      } catch (error) {
        if (tries === 600) throw error;
        await setTimeout(50);
      }
    }
  } finally {
    shell.kill('SIGKILL');
  }
});

function tryHolder(): object | undefined {
  try {
    return holder();
  } catch {
    return undefined;
  }
}

test.each(['process.exit(3)', 'setImmediate(() => { throw new Error("expected by a test") })'])(
  'a process that ends by %s leaves none',
  async (end) => {
    const { child, closed } = await holding(
      `console.error = () => {}; process.on('uncaughtException', () => process.exit(1)); ${end}`,
    );
    await closed;
    expect(child.exitCode).toBeGreaterThan(0);
    expect(readdirSync(folder())).toEqual([]);
  },
);

test('a worker thread that was terminated is dead, though its process lives', async () => {
  const worker = new Worker(
    script(`require('node:worker_threads').parentPort.postMessage(0); setInterval(() => {}, 1000)`),
    {
      eval: true,
    },
  );
  await new Promise((resolve) => worker.once('message', resolve));
  expect(() => acquire()).toThrow('another training in this process');
  await worker.terminate();
  acquire();
});

test('in a copy of the folder, made while it was locked, it is nobody’s', () => {
  acquire();
  const copy = join(folder(), 'copy');
  mkdirSync(copy);
  copyFileSync(file(), join(copy, 'lock.json'));
  RunLock.acquire(copy).release();
  expect(() => acquire()).toThrow('is locked by another training in this process');
});

describe('a lock that was left', () => {
  const left = () => owner({ pid: process.pid });

  test('by a process whose number another has by now', () => {
    leaveLock({ ...left(), startTime: '1' });
    acquire();
  });

  test('by another machine: is respected for a minute after its last beat', () => {
    const other = owner({ host: 'elsewhere', boot: 'of another machine' });
    leaveLock(other, 50_000);
    expect(errorOf(() => acquire())).toMatchObject({
      code: 'ERR_LOCKED',
      message: expect.stringMatching(/on elsewhere, since .*; if it has died, the lock expires in (10|9|8) s$/),
    });
    leaveLock(other, 61_000);
    acquire();
  });

  test('by another container here, or before this machine started anew', () => {
    const [elsewhere, before] = [owner({ pidNamespace: 'pid:[1]' }), owner({ boot: 'before' })];
    leaveLock(elsewhere, 1000);
    expect(() => acquire()).toThrow('is locked by process');
    leaveLock(before, 120_000);
    acquire();
  });

  test('by a clock that was ahead', () => {
    leaveLock(owner({ boot: 'other' }), -10_000_000);
    acquire();
  });

  test.each(['', '{"pid": 12', '[]', 'null', '{"pid":"12","host":"h","since":""}', '\0\0\0\0'])(
    'damaged, as %j: is respected for a minute too',
    (text) => {
      leaveLock(text);
      expect(errorOf(() => acquire())).toMatchObject({
        code: 'ERR_LOCKED',
        message: expect.stringContaining('by an unknown process: lock.json is corrupt'),
      });
      leaveLock(text, 61_000);
      acquire();
    },
  );
});

test('of many processes that find a lock left behind one gets it', async () => {
  leaveLock(owner({ pid: 1, startTime: '1', thread: '1/task/1' }));
  const results = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const child = spawn(
        process.execPath,
        [
          '-e',
          `try { ${script("console.log('held'); setTimeout(() => {}, 3000)")} } catch (error) { console.log(error.code) }`,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let output = '';
      child.stdout.on('data', (data) => {
        output += data;
      });
      await new Promise((resolve) => child.once('close', resolve));
      return output.trim();
    }),
  );
  expect(results.sort()).toEqual([...Array(5).fill('ERR_LOCKED'), 'held']);
});

describe('while it is held', () => {
  test('it beats, and other machines see it', () => {
    jest.useFakeTimers();
    acquire();
    utimesSync(file(), 0, 0);
    jest.advanceTimersByTime(10_000);
    expect(Date.now() - statSync(file()).mtimeMs).toBeLessThan(60_000);
    expect(holder().pid).toBe(process.pid);
  });

  test('one that somebody removed is made again', () => {
    const lock = acquire();
    rmSync(file());
    lock.check();
    expect(holder().pid).toBe(process.pid);
  });

  test('one that was taken over is not touched, and the training is told', () => {
    const other = owner({ boot: 'other' });
    const lock = acquire();
    leaveLock(other);
    expect(errorOf(() => lock.check())).toMatchObject({
      code: 'ERR_LOCKED',
      message: expect.stringContaining('was taken over by another training'),
    });
    lock.release();
    expect(holder().token).toBe('another');
  });

  test('one that was taken over and released again while this process was suspended, too', () => {
    const lock = acquire();
    rmSync(file());
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 61_000);
    expect(() => lock.check()).toThrow('was taken over by another training');
    jest.restoreAllMocks();
  });
});

test('a folder that cannot be written, or is not there, is an error of the file', () => {
  const inner = join(folder(), 'inner');
  expect(errorOf(() => RunLock.acquire(inner))).toMatchObject({
    code: 'ERR_FILE',
    message: `Cannot write ${join(inner, 'lock.json')}: no such file or folder`,
  });
  mkdirSync(inner);
  chmodSync(inner, 0o555);
  if (process.getuid?.() !== 0) expect(errorOf(() => RunLock.acquire(inner)).code).toBe('ERR_FILE');
});
