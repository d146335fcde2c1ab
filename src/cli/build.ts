import type { Command } from 'commander';
import { compileAddon } from '../native/compile';
import { BUILDABLE, findLibtorch } from '../native/libtorch';

/** `build`: compiles the add-on for a libtorch that no prebuilt one supports. */
export function addBuildCommand(program: Command): void {
  program
    .command('build')
    .description(
      `compile the add-on for the libtorch (${BUILDABLE}) that LIBTORCH names, or the first one found; requires cmake and a C++20 compiler`,
    )
    .action(async () => {
      const libtorch = findLibtorch();
      const which = `libtorch ${libtorch.version} in ${libtorch.root}`;
      console.error(`Compiling the add-on for ${which}, which takes a few minutes`);
      console.error(`The add-on is in ${await compileAddon(libtorch)}`);
    });
}
