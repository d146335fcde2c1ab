import { setImmediate, setTimeout } from 'node:timers/promises';
import { TrainingRun } from '../../src/training/training-run';
import { runChild } from '../tensor/children/child';

interface Epoch {
  epoch: number;
}

/** Trainings of which each records what happened to it. */
function training({ epochs = 60, failsAt = Infinity, saveFails = false } = {}) {
  const log: string[] = [];
  const made: number[] = [];
  async function* run(): AsyncGenerator<Epoch, string, void> {
    log.push('started');
    let hasEnded = false;
    try {
      for (let epoch = 0; epoch < epochs; epoch++) {
        await null;
        if (epoch === failsAt) throw new Error(`failed at ${epoch}`);
        made.push(epoch);
        yield { epoch };
      }
      hasEnded = true;
      return 'the models';
    } catch (error) {
      hasEnded = true;
      throw error;
    } finally {
      if (!hasEnded) {
        await setImmediate();
        log.push('saved');
        await (saveFails && Promise.reject(new Error('the disk is full')));
      }
      log.push('ended');
    }
  }
  return { run: new TrainingRun(run()), log, made };
}

const range = (length: number) => Array.from({ length }, (_, index) => index);

/** The epochs that a loop sees; it is left after `leaveAfter` of them. */
async function loop(run: AsyncIterable<Epoch>, { leaveAfter = Infinity, waitMs = -1 } = {}): Promise<number[]> {
  const seen: number[] = [];
  for await (const { epoch } of run) {
    seen.push(epoch);
    if (waitMs >= 0) await setTimeout(waitMs);
    if (seen.length === leaveAfter) break;
  }
  return seen;
}

const left = { name: 'AbortError', message: 'The training was stopped before its end' };

// That no rejection stays unhandled jest checks: such a one fails the test.

describe('every loop sees every epoch, and the result is the same for all', () => {
  test('result first, a loop later', async () => {
    const { run, made } = training();
    const { result } = run;
    await setTimeout(2);
    expect(await loop(run)).toEqual(range(60));
    expect(await result).toBe('the models');
    expect(made).toEqual(range(60));
  });

  test('a loop after the result', async () => {
    const { run } = training();
    expect(await run.result).toBe('the models');
    expect(await loop(run)).toEqual(range(60));
    expect(await loop(run)).toEqual(range(60));
  });

  test('the result in the middle of a loop that waits for it', async () => {
    const { run } = training();
    const seen: number[] = [];
    for await (const { epoch } of run) {
      seen.push(epoch);
      if (epoch === 7) expect(await run.result).toBe('the models');
    }
    expect(seen).toEqual(range(60));
  });

  test('loops at once, one slow, and the result beside them', async () => {
    const { run, made } = training({ epochs: 20 });
    const all = await Promise.all([loop(run), loop(run, { waitMs: 1 }), run.result, loop(run, { waitMs: 0 })]);
    expect(all).toEqual([range(20), range(20), 'the models', range(20)]);
    expect(made).toEqual(range(20));
  });

  test('a loop that begins in the middle of another', async () => {
    const { run } = training({ epochs: 12 });
    let second: Promise<number[]> | undefined;
    for await (const { epoch } of run) if (epoch === 5) second = loop(run);
    expect(await second).toEqual(range(12));
  });

  test('what one loop does to a record is not seen by another', async () => {
    const { run } = training({ epochs: 2 });
    for await (const record of run) record.epoch = -1;
    expect(await loop(run)).toEqual([0, 1]);
  });
});

describe('a loop sets the pace', () => {
  test('nothing is trained before it is wanted', async () => {
    const { run, log } = training();
    await setTimeout(2);
    expect(log).toEqual([]);
    run[Symbol.asyncIterator](); // not begun
    await setTimeout(2);
    expect(log).toEqual([]);
  });

  test('nor while a loop thinks about an epoch', async () => {
    const { run, made } = training();
    const iterator = run[Symbol.asyncIterator]();
    await iterator.next();
    await setTimeout(2);
    expect(made).toEqual([0]);
    await iterator.return();
  });

  test('beside a result a loop sees each epoch before the next begins', async () => {
    const { run, made } = training({ epochs: 10 });
    const { result } = run;
    for await (const { epoch } of run) expect(made.length).toBe(epoch + 1);
    await result;
  });
});

describe('leaving', () => {
  test('the only loop stops the training, once it has saved', async () => {
    const { run, log, made } = training();
    expect(await loop(run, { leaveAfter: 3 })).toEqual([0, 1, 2]);
    expect(log).toEqual(['started', 'saved', 'ended']);
    expect(made).toEqual([0, 1, 2]);
    await expect(run.result).rejects.toMatchObject(left);
  });

  test('a new loop then sees what there was, and why there is no more', async () => {
    const { run } = training();
    await loop(run, { leaveAfter: 2 });
    const seen: number[] = [];
    const again = async () => {
      for await (const { epoch } of run) seen.push(epoch);
    };
    await expect(again()).rejects.toMatchObject(left);
    expect(seen).toEqual([0, 1]);
  });

  test('one of two loops stops nothing', async () => {
    const { run } = training({ epochs: 9 });
    const [first, second] = await Promise.all([loop(run, { leaveAfter: 2 }), loop(run, { waitMs: 0 })]);
    expect([first, second]).toEqual([[0, 1], range(9)]);
    expect(await run.result).toBe('the models');
  });

  test('a loop stops nothing when the result has been asked for', async () => {
    const { run } = training({ epochs: 9 });
    const { result } = run;
    expect(await loop(run, { leaveAfter: 2 })).toEqual([0, 1]);
    expect(await result).toBe('the models');
  });

  test('by return and by throw', async () => {
    const byReturn = training();
    const find = async () => {
      for await (const { epoch } of byReturn.run) if (epoch === 4) return epoch;
      return undefined;
    };
    expect(await find()).toBe(4);
    expect(byReturn.log).toContain('saved');

    const byThrow = training();
    const fail = async () => {
      for await (const _ of byThrow.run) throw new Error('of the loop');
    };
    await expect(fail()).rejects.toThrow('of the loop');
    expect(byThrow.log).toContain('saved');
    await expect(byThrow.run.result).rejects.toMatchObject(left);
  });

  test('a loop that begins while another leaves ends too', async () => {
    const { run } = training();
    const iterator = run[Symbol.asyncIterator]();
    await iterator.next();
    const returned = iterator.return();
    for (let ticks = 0; ticks < 5; ticks++) await null; // it is saving by now
    await expect(loop(run)).rejects.toMatchObject(left);
    await returned;
  });

  test('a block of `await using` stops it, whoever waits', async () => {
    const { run, log } = training();
    const iterator = run[Symbol.asyncIterator]();
    await iterator.next();
    await run[Symbol.asyncDispose]();
    expect(log).toEqual(['started', 'saved', 'ended']);
    await expect(iterator.next()).rejects.toMatchObject(left);
    await run[Symbol.asyncDispose]();

    const finished = training({ epochs: 1 });
    expect(await finished.run.result).toBe('the models');
    await finished.run[Symbol.asyncDispose]();
    expect(await finished.run.result).toBe('the models');

    const unused = training();
    await unused.run[Symbol.asyncDispose]();
    expect(unused.log).toEqual([]);
    await expect(unused.run.result).rejects.toMatchObject(left);
  });

  test('says so when it could not save', async () => {
    const { run } = training({ saveFails: true });
    await expect(loop(run, { leaveAfter: 1 })).rejects.toThrow('the disk is full');
    await expect(run.result).rejects.toThrow('the disk is full');
  });
});

describe('a failure', () => {
  test('comes to all who wait, after the epochs that there were', async () => {
    const { run } = training({ failsAt: 3 });
    const seen: number[] = [];
    const iterate = async () => {
      for await (const { epoch } of run) seen.push(epoch);
    };
    const all = await Promise.allSettled([run.result, iterate(), loop(run, { waitMs: 1 })]);
    expect(all.map((each) => (each as PromiseRejectedResult).reason.message)).toEqual(Array(3).fill('failed at 3'));
    expect(seen).toEqual([0, 1, 2]);
    await expect(loop(run)).rejects.toThrow('failed at 3');
  });

  test('that a loop handles is not reported for the result that was asked for too', async () => {
    const { run } = training({ failsAt: 3 });
    void run.result;
    await expect(loop(run)).rejects.toThrow('failed at 3');
  });

  test('that the result handles is not reported', async () => {
    const { run } = training({ failsAt: 3 });
    await run.result.catch(() => {});
    await expect(run.result).rejects.toThrow('failed at 3');
  });

  test('is reported as unhandled only if nobody handles it', () => {
    expect(runChild('../../training/children/unhandled.js')).toEqual([
      'nobody handles the result: failed',
      'nobody handles what follows the result: failed',
      'nobody handles the loop: failed',
    ]);
  });
});
