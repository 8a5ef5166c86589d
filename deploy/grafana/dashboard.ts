import { articleRows } from './articles.rows.ts';
import { intakeRows } from './intake.rows.ts';
import { layOut } from './panel.ts';
import { processRows } from './process.rows.ts';

/** The rows from what a newsroom asks to what a machine does. */
export const rows = [...articleRows, ...intakeRows, ...processRows];

/** The dashboard as Grafana 11 and later import it. */
export function dashboard(): object {
  return {
    uid: 'newsmill',
    title: 'newsmill',
    description:
      'Articles from the doors to the subscribers: flow, freshness, what waits, what failed, and the processes.',
    tags: ['newsmill'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [],
    templating: {
      list: [
        {
          name: 'datasource',
          label: 'Data source',
          type: 'datasource',
          query: 'prometheus',
          hide: 0,
          options: [],
          current: {},
        },
        choice('namespace', 'Namespace', 'label_values(newsmill_build_info, namespace)'),
        choice('job', 'Job', 'label_values(newsmill_build_info{namespace=~"$namespace"}, job)'),
      ],
    },
    panels: layOut(rows),
  };
}

/** A variable of many values; all of them also where the label is missing. */
function choice(name: string, label: string, query: string): object {
  return {
    name,
    label,
    type: 'query',
    datasource: { type: 'prometheus', uid: '${datasource}' },
    definition: query,
    query: { query, refId: 'labels' },
    refresh: 2,
    sort: 1,
    includeAll: true,
    allValue: '.*',
    multi: true,
    current: { text: ['All'], value: ['$__all'] },
    options: [],
    hide: 0,
  };
}
