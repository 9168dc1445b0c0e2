import { asProperties, dark, light } from './palette.ts';
import { tones } from './status.ts';

const ofTones = [...tones, 'missing']
  .map((tone) => `.tone-${tone}{--tone:var(--ag-${tone})}`)
  .join('\n');

/** The style of a report. The picture in it has its own. */
export const reportStyle = `
:root{color-scheme:light dark;${asProperties(light)}}
@media (prefers-color-scheme:dark){:root{${asProperties(dark)}}}
${ofTones}
*{box-sizing:border-box}
body{margin:0;background:var(--ag-page);color:var(--ag-text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header,main,footer{max-width:76rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:2rem}
footer{padding-bottom:2rem}
h1{font-size:1.75rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.5rem 0 .75rem}
h3{font-size:1rem;margin:0}
p{margin:.25rem 0}
a{color:inherit}
.muted{color:var(--ag-muted)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem;margin:1rem 0 0;padding:0}
.tiles div{background:var(--ag-card);border:1px solid var(--ag-border);border-radius:.6rem;padding:.75rem 1rem}
.tiles dt{color:var(--ag-muted);font-size:.875rem}
.tiles dd{margin:0;font-size:1.5rem;font-weight:600;font-variant-numeric:tabular-nums}
.shares{display:flex;height:.75rem;margin:1.25rem 0 .5rem;border-radius:.4rem;overflow:hidden;gap:2px}
.shares span{background:var(--tone);flex:var(--share) 0 2px}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0;padding:0;list-style:none;font-size:.875rem}
.dot{display:inline-block;width:.7rem;height:.7rem;margin-right:.4rem;border-radius:50%;background:var(--tone)}
.findings{display:grid;gap:.75rem;margin:0;padding:0;list-style:none}
.findings li{background:var(--ag-card);border:1px solid var(--ag-border);border-left:.3rem solid var(--tone);border-radius:.6rem;padding:.75rem 1rem;break-inside:avoid;overflow-wrap:anywhere}
.severity{color:var(--tone);font-weight:600}
.names{font-size:.875rem}
.scroll{overflow-x:auto;border:1px solid var(--ag-border);border-radius:.75rem}
.scroll:focus-visible,a:focus-visible{outline:3px solid var(--ag-computing);outline-offset:2px}
figure{margin:0}
figure svg{display:block}
table{border-collapse:collapse;width:100%;min-width:46rem;font-size:.875rem}
caption{text-align:left;padding:.75rem 1rem;color:var(--ag-muted)}
th,td{padding:.5rem 1rem;text-align:left;vertical-align:top;border-top:1px solid var(--ag-border)}
thead th{color:var(--ag-muted);font-weight:600;white-space:nowrap}
tbody th{font-weight:600;min-width:14rem;overflow-wrap:anywhere}
td:last-child{white-space:nowrap}
tbody tr:target{background:var(--ag-card)}
tbody th small{display:block;color:var(--ag-muted);font-weight:400;font-size:.8125rem}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.size{min-width:10rem}
.bar{display:block;height:.45rem;margin-top:.3rem;border-radius:.25rem;background:var(--tone);width:var(--share);min-width:2px}
.status{color:var(--tone);font-weight:600;white-space:nowrap}
@media (max-width:40rem){header,main,footer{padding-left:1rem;padding-right:1rem}th,td{padding:.5rem .6rem}}
@media (forced-colors:active){.bar,.dot,.shares span{forced-color-adjust:none}}
@media print{
:root{color-scheme:light;${asProperties(light)}}
@page{margin:15mm}
body{font-size:11pt;background:none}
header,main,footer{max-width:none;padding:0}
h2{break-after:avoid}
.scroll{overflow:visible;border:0}
figure svg{max-width:100%;max-height:245mm;height:auto}
table{min-width:0;font-size:8.5pt}
th,td{padding:.25rem .5rem}
tbody th small{font-size:7.5pt}
tr{break-inside:avoid}
.bar,.dot,.shares span,.tiles div,.findings li{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
