/** One line of a picture: a cost for each number of entries. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [entries: number, cost: number])[];
}

/** Curves of one kind of entry, a panel of the picture. */
export interface Panel {
  readonly title: string;
  readonly curves: readonly Curve[];
}

const width = 260;
const height = 190;
const margin = { left: 44, right: 12, top: 34, bottom: 34 };
const colours: Readonly<Record<string, string>> = { 'httpd-ts': '#1f6feb', apache2: '#d1242f' };
const entryTicks = [1, 10, 100, 1_000, 10_000];
const costTicks = [10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

const share = (value: number, low: number, high: number) => Math.log(value / low) / Math.log(high / low);
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** The costs by the number of entries as SVG, both axes logarithmic: a flat line does not depend on the number. */
export function curvePicture(panels: readonly Panel[], unit: string): string {
  const costs = panels.flatMap(({ curves }) =>
    curves.flatMap(({ points }) => points.map(([, cost]) => cost)),
  );
  const low = costTicks.findLast((tick) => tick <= Math.min(...costs)) ?? 5;
  const high = costTicks.find((tick) => tick >= Math.max(...costs)) ?? 10_000;
  const columns = Math.min(3, panels.length);
  const rows = Math.ceil(panels.length / columns);
  const drawn = panels.map((panel, index) => {
    const at = `translate(${(index % columns) * width} ${Math.floor(index / columns) * height + 24})`;
    return `<g transform="${at}">${drawPanel(panel, low, high)}</g>`;
  });
  const [wide, tall] = [columns * width, rows * height + 30];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${tall}" viewBox="0 0 ${wide} ${tall}" font-family="sans-serif" font-size="10">
<title>${escaped(unit)} by number of entries</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="12" y="16" font-size="12">${escaped(unit)} by number of entries: ${legend()}</text>
${drawn.join('\n')}
</svg>
`;
}

function legend(): string {
  return Object.entries(colours)
    .map(([name, colour]) => `<tspan fill="${colour}" font-weight="bold">${name}</tspan>`)
    .join(', ');
}

function drawPanel({ title, curves }: Panel, low: number, high: number): string {
  const right = width - margin.right;
  const bottom = height - margin.bottom;
  const x = (entries: number) => margin.left + share(entries, 1, 10_000) * (right - margin.left);
  const y = (cost: number) => bottom - share(cost, low, high) * (bottom - margin.top);
  const parts = [
    `<text x="${margin.left}" y="${margin.top - 8}" font-weight="bold">${escaped(title)}</text>`,
  ];
  for (const tick of costTicks.filter((cost) => cost >= low && cost <= high)) {
    const at = y(tick).toFixed(1);
    parts.push(`<path d="M${margin.left} ${at}H${right}" stroke="#d8dee4"/>`);
    parts.push(`<text x="${margin.left - 5}" y="${at}" dy="3" text-anchor="end">${tick}</text>`);
  }
  for (const tick of entryTicks) {
    const label = tick.toLocaleString('en');
    parts.push(`<text x="${x(tick).toFixed(1)}" y="${bottom + 14}" text-anchor="middle">${label}</text>`);
  }
  for (const { name, points } of curves) {
    const colour = colours[name] ?? '#57606a';
    const places = points.map(([entries, cost]) => `${x(entries).toFixed(1)},${y(cost).toFixed(1)}`);
    parts.push(`<polyline points="${places.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const place of places) {
      const [cx, cy] = place.split(',');
      parts.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`);
    }
  }
  return parts.join('');
}
