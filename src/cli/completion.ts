import type { Command } from 'commander';

/**
 * `complete bash` and its kin: scripts that ask this program what could come next. For any other command it is there to
 * be listed only, so that its library need not be loaded.
 */
export async function addCompletion(program: Command, isAsked: boolean): Promise<void> {
  program.commandsGroup('Installation:');
  if (isAsked) {
    const { default: tab } = await import('@bomb.sh/tab/commander');
    tab(program);
  } else {
    program
      .command('complete')
      .description('print a completion script for zsh, bash, fish or powershell')
      .argument('[shell]');
  }
}
