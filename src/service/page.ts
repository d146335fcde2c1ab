import { Html, html } from '../report/html';
import { STYLE } from '../report/style';

/** The style sheet: a report's, and that of forms. */
export const PAGE_STYLE = `${STYLE}
form { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 150px), 1fr)); gap: .8rem 1rem; align-items: end; }
form > .wide { grid-column: 1 / -1; }
label { display: block; font-size: .875rem; font-weight: 600; }
input, select, textarea, button {
  width: 100%; margin-top: .25rem; padding: .45rem .6rem; font: inherit; font-weight: 400; color: var(--text);
  background: var(--page); border: 1px solid var(--muted); border-radius: 6px;
}
input, select, button { height: 2.75rem; }
textarea { font: .875rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; resize: vertical; }
button { color: var(--surface); background: var(--blue); border-color: var(--blue); font-weight: 600; cursor: pointer; }
[role=status] { margin: 0; color: var(--muted); font-size: .875rem; min-height: 1.4em; }
[role=status].problem { color: var(--orange); font-weight: 600; }
.charts { margin-top: 1rem; }
.picture { display: block; max-width: 100%; margin: 1rem auto 0; image-rendering: pixelated; border-radius: 6px; background: #000; }
[hidden] { display: none !important; }
`;

/** Lets the page load only what the service itself has. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const number = (name: string, text: string, value: number, bounds: string) =>
  html`<div><label for="${name}">${text}</label><input id="${name}" name="${name.split('-').at(-1)!}" type="number" step="1" value="${value}" ${new Html(bounds)} required></div>`;

const select = (name: string, text: string) =>
  html`<div><label for="${name}">${text}</label><select id="${name}" name="${name.split('-').at(-1)!}"></select></div>`;

const button = (text: string) => html`<div><button type="submit">${text}</button></div>
<p class="wide" role="status"></p>`;

/** Renders the page of a service. It has no data: its script asks for them, with a token where one is required. */
export function renderPage({ maxCount, maxPathSteps }: { maxCount: number; maxPathSteps: number }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Models</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page/style.css">
<script defer src="page/vega.js"></script>
<script defer src="page/page.js"></script>
</head>
<body>
<main>
<header><h1>Models</h1><p class="subtitle" id="state" role="status">Asking the service…</p></header>
<section id="access" hidden>
<h2>Token</h2>
<form class="card"><div><label for="token">Bearer token</label><input id="token" type="password" autocomplete="off" required></div>
<div><button type="submit">Use it</button></div></form>
</section>
<section id="forecasts" hidden>
<h2>Forecast</h2>
<form class="card">
${select('forecast-model', 'Model')}
${select('forecast-example', 'Example')}
${number('forecast-horizon', 'Horizon (steps)', 12, `min="1" max="${Math.floor(maxPathSteps / 500)}"`)}
${number('forecast-seed', 'Seed', 0, '')}
<div class="wide"><label for="forecast-values">Values, oldest first, in the data’s units; – where one is missing</label>
<textarea id="forecast-values" name="values" rows="4" spellcheck="false"></textarea></div>
${button('Forecast')}
</form>
<div class="charts"></div>
</section>
<section id="samples" hidden>
<h2>Images</h2>
<form class="card">
${select('sample-model', 'Model')}
${select('sample-class', 'Class')}
${number('sample-count', 'Images', 16, `min="1" max="${maxCount}"`)}
${number('sample-seed', 'Seed', 0, '')}
${button('Draw')}
</form>
<img class="picture" alt="" hidden>
</section>
<section id="trainings" hidden>
<h2>Training</h2>
<div class="card">${select('training-model', 'Model')}
<p role="status"></p></div>
<div class="charts grid"></div>
</section>
</main>
<noscript><p>This page needs JavaScript; the service itself does not.</p></noscript>
</body>
</html>
`.text;
}
