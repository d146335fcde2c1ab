import type { Command } from 'commander';
import { listAddons } from '../native/addons';
import { FETCHED_VERSIONS } from '../native/libtorch';
import { removeCache, type SetupOptions, setupLibtorch } from '../setup/setup-libtorch';
import { addExamples } from './flags';

/** `setup`: downloads libtorch into the cache, or empties it. */
export function addSetupCommand(program: Command): void {
  const command = program
    .command('setup')
    .description("download libtorch into this package's cache; no Python needed")
    .option('--cuda', `download the build with CUDA, libtorch ${FETCHED_VERSIONS.cuda}, several gigabytes`)
    .option('--index <url>', 'download from this package index (PEP 503 or 691), a mirror for example')
    .option(
      '--from <path>',
      "use a wheel of torch, libtorch's zip, a folder of wheels, or libtorch's folder; no network needed",
    )
    .option('--pip', "download with pip, by pip's own settings")
    .option('--remove', 'delete the cache and everything in it')
    .action(runSetup);
  addExamples(
    command,
    'setup',
    'setup --cuda',
    'setup --index https://mirror.example/simple',
    'setup --from torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_x86_64.whl',
  );
}

async function runSetup({ remove, ...options }: SetupOptions & { remove?: boolean }): Promise<void> {
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
