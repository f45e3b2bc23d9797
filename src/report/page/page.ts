import { hash } from 'node:crypto'
import type { RunReport } from '../run-report.ts'
import assets from './assets.json' with { type: 'json' }
import { embedJson } from './embed.ts'
import { pack } from './pack.ts'

/** As a Content-Security-Policy names an inline script or style. */
const sourceOf = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`

/**
 * Only our own script and style, each by its hash; no request, no form, no frame, and no markup made from text.
 * `data:` is for the icon below.
 */
const POLICY = [
  "default-src 'none'",
  `script-src ${sourceOf(assets.script)}`,
  `style-src ${sourceOf(assets.style)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

/** Three strata; a page without an icon makes browsers ask the server for one. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect y="1" width="16" height="4" rx="1" fill="#d98b6a"/><rect y="6" width="16" height="4" rx="1" fill="#d9b86a"/><rect y="11" width="16" height="4" rx="1" fill="#3f9488"/></svg>',
)}`

/**
 * The page of a run, `report.html`: one file that needs no other and asks nobody for anything. All that a run or its
 * users named is in one block of JSON; the markup is the same for every run, and the script in it puts texts on the page
 * as texts.
 */
export const renderPage = (report: RunReport): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Strata report</title>
<link rel="icon" href="${ICON}">
<style>${assets.style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<div id="app"><noscript><p class="noscript">This page draws itself with a script, and scripts are off here. The job summary has the same figures.</p></noscript></div>
<script type="application/json" id="data">${embedJson(pack(report))}</script>
<script type="module">${assets.script}</script>
</body>
</html>
`
