/** The report's style sheet: system fonts, two colour schemes, print. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fbfaf7;--card:#fff;--ink:#1d2126;--soft:#5d6670;--line:#dedbd2;--grid:#e9e6de;--reality:#b5382c;--bucket:#b97a10;--strongroom:#12706a;--accent:#12706a;--heat:#b5382c;--hot:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--card:#1b1f23;--ink:#e8e6e1;--soft:#a0a7ae;--line:#343a40;--grid:#2a3035;--reality:#ef7a6c;--bucket:#e0ad4c;--strongroom:#52c2b7;--accent:#52c2b7;--heat:#d9574a;--hot:#fff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums lining-nums}
main{max-width:60rem;margin:0 auto;padding:3.5rem 1.5rem 5rem}
h1,h2,h3,.figure dd{font-family:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L","Noto Serif",Georgia,serif;font-weight:600;line-height:1.15;text-wrap:balance}
h1{font-size:clamp(2.2rem,6vw,3.4rem);letter-spacing:-.02em;margin:.2rem 0 1rem}
h2{font-size:1.7rem;letter-spacing:-.01em;margin:0 0 .6rem}
h3{font-size:1.2rem;margin:0 0 .5rem}
p{max-width:44rem;margin:0 0 1rem;text-wrap:pretty}
a{color:inherit;text-decoration-color:var(--line);text-underline-offset:.2em}
a:hover,a:focus-visible{text-decoration-color:currentColor}
code{font:.875em ui-monospace,"SF Mono",Menlo,Consolas,monospace}
section{margin-top:4rem;padding-top:2rem;border-top:1px solid var(--line)}
article{margin:1.5rem 0;padding:1.5rem;background:var(--card);border:1px solid var(--line);border-radius:10px}
.brand{margin:0;color:var(--accent);font-size:.8rem;font-weight:600;letter-spacing:.14em;text-transform:uppercase}
.lead{font-size:1.125rem;color:var(--soft)}
.faint{color:var(--soft);font-weight:400}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1rem;margin:2rem 0}
.figure{padding:1rem 1.25rem 1.1rem;background:var(--card);border:1px solid var(--line);border-radius:10px;border-top:4px solid currentColor}
.figure dt{color:var(--soft);font-size:.9rem}
.figure dd{margin:.25rem 0 0;font-size:2.1rem}
.figure.reality{color:var(--reality)}.figure.bucket{color:var(--bucket)}.figure.strongroom{color:var(--strongroom)}
.verdict::before{content:"";display:inline-block;width:.6em;height:.6em;margin-right:.55em;border-radius:50%;background:currentColor}
.verdict.good{color:var(--strongroom)}.verdict.bad{color:var(--reality)}
.warning{padding:.5rem .9rem;border-left:4px solid var(--bucket);background:color-mix(in srgb,var(--bucket) 12%,transparent);font-weight:600}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;margin:0 0 .5rem;padding:0;list-style:none;color:var(--soft);font-size:.875rem}
.legend li::before{content:"";display:inline-block;width:.75em;height:.75em;margin-right:.5em;border-radius:2px;background:currentColor}
.legend .reality::before{color:var(--reality)}.legend .bucket::before{color:var(--bucket)}.legend .strongroom::before{color:var(--strongroom)}
.scroll{overflow-x:auto}
svg{display:block;width:100%;min-width:40rem;height:auto;margin:.5rem 0 1rem}
.narrow svg{max-width:48rem}
svg text{font-family:inherit;fill:var(--ink)}
.tick{font-size:12px;fill:var(--soft)}.name{font-size:15px;font-weight:600}.value{font-size:12.5px}
.grid{stroke:var(--grid);stroke-width:1}.mark{stroke:var(--soft);stroke-width:1;stroke-dasharray:3 3}
rect.reality,circle.reality{fill:var(--reality)}rect.bucket,circle.bucket{fill:var(--bucket)}rect.strongroom,circle.strongroom{fill:var(--strongroom)}
.line{fill:none;stroke-width:2.25;stroke-linejoin:round}
.reality-line{stroke:var(--reality)}.bucket-line{stroke:var(--bucket)}.strongroom-line{stroke:var(--strongroom);stroke-width:3}
svg .reality-text{fill:var(--reality)}svg .bucket-text{fill:var(--bucket)}svg .strongroom-text{fill:var(--strongroom)}
.cell{fill:var(--card);stroke:var(--line)}.heat{fill:var(--heat)}
.cell-hot,.cell-cool{font-size:14px;font-weight:600}svg .cell-hot{fill:var(--hot)}
table{width:100%;border-collapse:collapse;font-size:.9rem}
caption{padding:.5rem 0;color:var(--soft);text-align:left}
th,td{padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--grid);text-align:left;vertical-align:top}
thead th{color:var(--soft);font-weight:500;border-bottom-color:var(--line)}
tbody th{font-weight:500}tfoot th,tfoot td{border-bottom:0;border-top:1px solid var(--line);font-weight:600}
.number{text-align:right;white-space:nowrap}thead .number{white-space:normal}.wide{min-width:13rem}.strong{font-weight:600;color:var(--strongroom)}
details{margin-top:.5rem}summary{cursor:pointer;color:var(--soft)}summary:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
.notes{margin:0 0 1rem;padding-left:1.1rem;color:var(--soft);font-size:.9rem}
.outcome{font-weight:600}.outcome.paid{color:var(--reality)}.outcome.queued{color:var(--bucket)}.outcome.refused{color:var(--strongroom)}
.story{margin:1.5rem 0 0;padding:0 0 0 1.6rem;list-style:none;border-left:2px solid var(--line)}
.story li{position:relative;margin:0 0 1.7rem}
.story li::before{content:"";position:absolute;left:calc(-1.6rem - 8px);top:.3rem;width:10px;height:10px;border-radius:50%;border:2px solid var(--paper);background:var(--strongroom)}
.state{margin:0 0 .4rem;color:var(--soft);font-size:.875rem}
.story li.bad::before{background:var(--reality)}.story li.bad .state{color:var(--reality);font-weight:600}
.gas{margin-left:.5rem;color:var(--soft);font:400 .85rem system-ui,sans-serif;white-space:nowrap}
.facts{display:flex;flex-wrap:wrap;gap:.5rem 1.75rem;margin:0;font-size:.9rem}
.facts dt{color:var(--soft);font-size:.8rem}.facts dd{margin:0;overflow-wrap:anywhere}
.band{fill:var(--strongroom);fill-opacity:.22;stroke:var(--strongroom);stroke-opacity:.55;stroke-width:.75}.mid-line{stroke:var(--ink);stroke-width:1.75}
.mode-normal{fill:var(--card)}.mode-degraded{fill:color-mix(in srgb,var(--bucket) 30%,var(--card))}.mode-disputed{fill:color-mix(in srgb,var(--reality) 35%,var(--card))}.mode-halt{fill:var(--ink)}
.mode-ink{fill:var(--ink)}.mode-stroke{stroke:var(--ink);stroke-width:1}.mode-edge{stroke:var(--soft);stroke-width:.5}.mode-plate{fill:var(--paper)}.mode-word{font-size:11px;font-weight:600}
.legend .mode-normal::before{background:var(--card);border:1px solid var(--soft)}.legend .mode-degraded::before{background:radial-gradient(var(--ink) 1px,transparent 1.5px) 0 0/4px 4px;border:1px solid var(--soft)}.legend .mode-disputed::before{background:repeating-linear-gradient(135deg,var(--ink) 0 1px,transparent 1px 4px);border:1px solid var(--soft)}.legend .mode-halt::before{background:var(--ink)}
.lane{font-size:11px}svg .lane{fill:var(--soft)}.exit-paid{fill:var(--strongroom)}.exit-queued{fill:var(--paper);stroke:var(--reality);stroke-width:1.5}.exit-released{fill:var(--bucket);stroke:var(--ink);stroke-width:.5}
@media print{body{background:#fff}article{break-inside:avoid}main{padding:0}details{display:none}}
@media (max-width:40rem){main{padding:2rem 1rem 3rem}article{padding:1rem}}
`;
