import { join } from 'node:path';
import { findMnist } from '../../src/data/mnist';
import { Contestant } from './contestant';
import type { Peak } from './peak';
import { root } from './root';

const tsx = ['--import', 'tsx'];

export interface Contestants {
  pytorch: Contestant;
  ours: Contestant;
  tfjs?: Contestant;
  /** No process that lives on: it is asked for its rate. */
  peak?: Peak;
}

/** @param tfjsFolder where TensorFlow.js is installed, if it is */
export function startContestants(python: string, tfjsFolder: string | undefined): Contestants {
  const node = (args: string[]) => new Contestant(process.execPath, [...tsx, ...args], root);
  return {
    pytorch: new Contestant(python, [join(__dirname, 'pytorch', 'contestant.py'), findMnist()], root),
    ours: node([join(__dirname, 'ours', 'contestant.ts')]),
    tfjs: tfjsFolder === undefined ? undefined : node([join(__dirname, 'tfjs', 'contestant.ts'), tfjsFolder]),
  };
}
