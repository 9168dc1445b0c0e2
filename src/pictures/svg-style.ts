import { asProperties, dark, light } from './palette.ts';
import { tones } from './status.ts';

const ofTones = [...tones, 'missing']
  .map((tone) => `.audience-graph .ag-${tone}{--ag-tone:var(--ag-${tone})}`)
  .join('\n');

/** The style of a picture; all names begin with `ag-`, as a page may contain it. */
export const svgStyle = `
.audience-graph{${asProperties(light)};font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
@media (prefers-color-scheme:dark){.audience-graph{${asProperties(dark)}}}
@media print{.audience-graph{${asProperties(light)}}}
${ofTones}
.ag-page{fill:var(--ag-page)}
.ag-card{fill:var(--ag-card);stroke:var(--ag-border)}
.ag-disabled .ag-card{stroke-dasharray:5 3}
.ag-failed .ag-card{stroke:var(--ag-failed);stroke-width:1.5}
.ag-missing .ag-card{fill:none;stroke:var(--ag-missing);stroke-dasharray:2 3;stroke-width:1.5}
.ag-in-cycle .ag-card{stroke:var(--ag-failed);stroke-width:2;stroke-dasharray:none}
.ag-bubble{fill:var(--ag-tone)}
.ag-unknown{fill:none;stroke:var(--ag-tone);stroke-width:1.5;stroke-dasharray:3 2}
.ag-sign{fill:var(--ag-tone);font-size:14px;font-weight:700;text-anchor:middle}
.ag-title{fill:var(--ag-text);font-size:18px;font-weight:600}
.ag-name{fill:var(--ag-text);font-size:13px;font-weight:600}
.ag-meta{fill:var(--ag-text);font-size:11.5px}
.ag-meta.ag-muted,.ag-muted{fill:var(--ag-muted)}
.ag-status{fill:var(--ag-tone);font-weight:600}
.ag-cycle-word{fill:var(--ag-failed);font-weight:600}
.ag-line{fill:none;stroke:var(--ag-line);stroke-width:1.4}
.ag-line-cycle{stroke:var(--ag-failed);stroke-width:2.2}
.ag-line-broken{stroke:var(--ag-missing);stroke-dasharray:2 3}
.ag-head{fill:var(--ag-line)}
.ag-head-cycle{fill:var(--ag-failed)}
.ag-head-broken{fill:var(--ag-missing)}
`;
