import { createHash } from 'node:crypto';
import { browserScript } from './browser-script';
import { chartConfig } from './chart';
import { Figures } from './figures';
import { ganSections } from './gan-sections';
import { header } from './header';
import { Html, html, jsonForHtml } from './html';
import { lossCharts } from './loss-charts';
import { mdnRnnSections } from './mdn-rnn-sections';
import { PAGE_PALETTE } from './palette';
import type { RunReport } from './run-report';
import { settingsSection } from './settings-section';
import { STYLE } from './style';

/** Renders a self-contained page: it loads nothing, and only its own scripts can run. */
export function renderReport(report: RunReport): string {
  const figures = new Figures();
  const sections = [
    header(report),
    report.kind === 'gan' ? ganSections(report, figures) : mdnRnnSections(report, figures),
    trainingSection(report, figures),
    settingsSection(report),
  ];
  const scripts = (['vega.js', 'page.js'] as const).map((name) => browserScript('report', name));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${securityPolicy(scripts)}">
<title>${report.name} – training report</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
${sections}</main>
<script type="application/json" id="charts">${jsonForHtml({ config: chartConfig(PAGE_PALETTE), specs: figures.specs })}</script>
${scripts.map((script) => html`<script>${new Html(script)}</script>\n`)}</body>
</html>
`.text;
}

function trainingSection(report: RunReport, figures: Figures): Html {
  const charts = lossCharts(report).map((chart) => figures.add(chart));
  return html`<section>
<h2>Training</h2>
${charts.length > 0 ? html`<div class="grid">${charts}</div>` : html`<p class="hint">No epoch has ended yet.</p>`}
</section>
`;
}

/** Vega compiles expressions with `Function`, which requires 'unsafe-eval'. */
function securityPolicy(scripts: string[]): string {
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${hashes.join(' ')} 'unsafe-eval'`;
}
