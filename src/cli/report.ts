import type { Command } from 'commander';
import { writeRunReport } from '../training/run-report';

export function addReportCommand(program: Command): void {
  program
    .command('report')
    .description('write one HTML page of a run: losses, samples or a forecast, its evaluation, settings')
    .argument('<run>', 'its run folder')
    .option('--out <file>', 'the page to write (default: report.html in the run folder)')
    .action((run: string, flags: { out?: string }) => console.error(`The report is in ${writeRunReport(run, flags)}`));
}
