import type { Command } from 'commander';
import { path } from '../option';
import { writeRunReport } from '../training/run-report';
import { addFlags } from './flags';

const OUT = { ...path('file'), help: 'the page to write', defaultHelp: 'report.html in the run folder' };

export function addReportCommand(program: Command): void {
  const command = program
    .command('report')
    .description('write one HTML page of a run: losses, samples or a forecast, its evaluation, settings')
    .argument('<run>', 'its run folder');
  addFlags<{ out?: string }>(command, { out: OUT }).action((run: string, flags: { out?: string }) => {
    console.error(`The report is in ${writeRunReport(run, flags)}`);
  });
}
