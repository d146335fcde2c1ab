// The built package, as a user runs it, with the types of its sources.
export const lib = require('../../../lib') as typeof import('../../../src');
export const { pixelsToData } = require('../../../lib/data/images') as typeof import('../../../src/data/images');
export const { ganLoss } = require('../../../lib/training/gan-loss') as typeof import('../../../src/training/gan-loss');
export const { ganStep } = require('../../../lib/training/gan-step') as typeof import('../../../src/training/gan-step');
export const { newDiscriminator, newGenerator } =
  require('../../../lib/training/gan-nets') as typeof import('../../../src/training/gan-nets');
export const { resolveGanSettings } =
  require('../../../lib/training/gan-settings') as typeof import('../../../src/training/gan-settings');
export const { windowLoss } =
  require('../../../lib/training/mdn-rnn-loss') as typeof import('../../../src/training/mdn-rnn-loss');
