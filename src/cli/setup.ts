import type { Command } from 'commander';
import { removeLibtorch, setupLibtorch } from '../native/setup';

/** `setup`: fetches libtorch into the package's cache, or empties it. */
export function addSetupCommand(program: Command): void {
  program
    .command('setup')
    .description("fetch libtorch into this package's cache with pip")
    .option('--cuda', 'the build with CUDA, several gigabytes')
    .option('--from <dir>', 'take it from a folder with lib/ and include/ (or torch/lib) instead')
    .option('--remove', 'empty the cache instead')
    .action(runSetup);
}

async function runSetup(options: { cuda?: boolean; from?: string; remove?: boolean }): Promise<void> {
  if (options.remove) {
    const folders = await removeLibtorch();
    console.error(folders.length ? folders.map((folder) => `Removed ${folder}`).join('\n') : 'The cache is empty');
    return;
  }
  const { version, cuda, root } = await setupLibtorch(options);
  console.error(`libtorch ${version} (${cuda ? 'CUDA' : 'CPU'} build) is ready in ${root}`);
}
