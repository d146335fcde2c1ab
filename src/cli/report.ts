import type { Command } from 'commander';
import { path } from '../option';
import { writeRunReport } from '../training/run-report';
import { addExamples, addFlags } from './flags';

const OUT = { ...path('file'), help: 'write the page to this file', defaultHelp: 'report.html in the run folder' };

export function addReportCommand(program: Command): void {
  const command = program
    .command('report')
    .description('write an HTML report of a run: losses, samples or forecasts, evaluation, settings')
    .argument('<run>', 'the run folder');
  addExamples(command, 'report runs/co2 --out co2.html');
  addFlags<{ out?: string }>(command, { out: OUT }).action((run: string, flags: { out?: string }) => {
    console.error(`The report is in ${writeRunReport(run, flags)}`);
  });
}
