/** A query and how its series are called. */
export type Query = readonly [expr: string, legend: string];

export interface Panel {
  title: string;
  /** What it answers, or what to do about it. */
  description: string;
  /** `stat`: one figure, as of now; `list`: a figure for each series, as of now; `graph`: over time. */
  shows: 'stat' | 'list' | 'graph';
  /** Of Grafana: `s`, `short`, `percentunit`, `bytes`, `ops`, … */
  unit: string;
  queries: readonly Query[];
  /** Of 24. Default: 4 of a stat, else 8. */
  width?: number;
  /** From this figure on it is orange, and red. */
  limits?: readonly [orange: number, red: number];
  stacked?: boolean;
}

export interface Row {
  title: string;
  panels: readonly Panel[];
}

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
const HEIGHTS = { stat: 4, list: 8, graph: 8 } as const;
const TYPES = { stat: 'stat', list: 'bargauge', graph: 'timeseries' } as const;
const COLUMNS = 24;

/** The rows' panels, laid out from left to right, each row under its heading. */
export function layOut(rows: readonly Row[]): object[] {
  const panels: object[] = [];
  let y = 0;
  for (const row of rows) {
    const id = panels.length + 1;
    panels.push({
      id,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y += 1;
    let [x, lineHeight] = [0, 0];
    for (const panel of row.panels) {
      const w = panel.width ?? (panel.shows === 'stat' ? 4 : 8);
      const h = HEIGHTS[panel.shows];
      if (x + w > COLUMNS) [x, y, lineHeight] = [0, y + lineHeight, 0];
      panels.push(toJson(panel, panels.length + 1, { x, y, w, h }));
      x += w;
      lineHeight = Math.max(lineHeight, h);
    }
    y += lineHeight;
  }
  return panels;
}

function toJson(panel: Panel, id: number, gridPos: { x: number; y: number; w: number; h: number }): object {
  const { title, description, shows, unit, queries, limits, stacked = false } = panel;
  return {
    id,
    type: TYPES[shows],
    title,
    description,
    gridPos,
    datasource: DATASOURCE,
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        color: { mode: shows === 'graph' ? 'palette-classic' : 'thresholds' },
        thresholds: { mode: 'absolute', steps: stepsOf(limits) },
        custom: shows === 'graph' ? graphStyle(stacked) : {},
      },
      overrides: [],
    },
    options: optionsOf(shows),
    targets: queries.map(([expr, legendFormat], index) => ({
      datasource: DATASOURCE,
      editorMode: 'code',
      expr,
      legendFormat,
      refId: String.fromCharCode(65 + index),
      ...(shows === 'graph' ? { range: true } : { instant: true, range: false }),
    })),
  };
}

function stepsOf(limits: Panel['limits']): object[] {
  const [orange, red] = limits ?? [];
  return [
    { color: 'green', value: null },
    ...(orange === undefined ? [] : [{ color: 'orange', value: orange }]),
    ...(red === undefined ? [] : [{ color: 'red', value: red }]),
  ];
}

function graphStyle(stacked: boolean): object {
  return {
    drawStyle: 'line',
    fillOpacity: stacked ? 30 : 8,
    lineWidth: 1,
    showPoints: 'never',
    stacking: { mode: stacked ? 'normal' : 'none', group: 'A' },
  };
}

function optionsOf(shows: Panel['shows']): object {
  const reduceOptions = { calcs: ['lastNotNull'], fields: '', values: false };
  if (shows === 'stat') {
    return {
      reduceOptions,
      colorMode: 'value',
      graphMode: 'none',
      justifyMode: 'auto',
      textMode: 'auto',
      orientation: 'auto',
    };
  }
  if (shows === 'list') return { reduceOptions, displayMode: 'basic', orientation: 'horizontal', showUnfilled: true };
  return {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  };
}
