import type { Command } from 'commander';

/**
 * Adds `complete`, which prints scripts for shells to ask this program for completions. For other commands it is only
 * listed, without loading its library.
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
