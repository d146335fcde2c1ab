import type { Command } from 'commander';
import { listAddons } from '../native/addons';
import { FETCHED_VERSIONS } from '../native/libtorch';
import { removeCache, setupLibtorch } from '../native/setup';

/** `setup`: fetches libtorch into the package's cache, or empties it. */
export function addSetupCommand(program: Command): void {
  program
    .command('setup')
    .description("fetch libtorch into this package's cache with pip")
    .option('--cuda', `the build with CUDA, libtorch ${FETCHED_VERSIONS.cuda}, several gigabytes`)
    .option('--from <dir>', 'take it from a folder with lib/ and include/ (or torch/lib) instead')
    .option('--remove', 'remove the cache and all that is in it instead')
    .action(runSetup);
}

async function runSetup({ remove, ...options }: { cuda?: boolean; from?: string; remove?: boolean }): Promise<void> {
  if (remove) {
    const removed = await removeCache();
    console.error(removed.length ? removed.map((path) => `Removed ${path}`).join('\n') : 'There is no cache');
    return;
  }
  const { version, cuda, root } = await setupLibtorch(options);
  console.error(`libtorch ${version} (${cuda ? 'CUDA' : 'CPU'} build) is ready in ${root}`);
  if (!listAddons().some((addon) => addon.version === version)) {
    console.error(`There is no add-on for it yet; this compiles one: LIBTORCH=${root} npx libtorch-generative build`);
  }
}
