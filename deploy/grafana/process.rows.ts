import type { Row } from './panel.ts';
import { of, rate } from './select.ts';

export const processRows: readonly Row[] = [
  {
    title: 'Kafka, PostgreSQL, certificates',
    panels: [
      {
        title: 'Dependencies',
        description: '0 where one of the processes gets no answer; /readyz of the process says why.',
        shows: 'graph',
        unit: 'short',
        queries: [[`min by (dependency) (${of('newsmill_dependency_up')})`, '{{dependency}}']],
      },
      {
        title: 'Transactions on Kafka',
        description: 'A second, by how they ended.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_log_transactions_total', 'outcome'), '{{outcome}}']],
      },
      {
        title: 'Transactions that nobody ends',
        description:
          'By topic. Who reads the topic waits for them: "newsmill topics transactions" names and ends them.',
        shows: 'graph',
        unit: 'short',
        queries: [[`max by (topic) (${of('newsmill_log_hanging_transactions')})`, '{{topic}}']],
      },
      {
        title: 'Spans of traces',
        description: 'A second, by what became of them; nothing where traces are off.',
        shows: 'graph',
        unit: 'ops',
        queries: [[rate('newsmill_trace_spans_total', 'fate'), '{{fate}}']],
      },
      {
        title: 'Certificates: time left',
        description: 'Changed files are read by themselves.',
        shows: 'list',
        unit: 's',
        queries: [
          [`min by (peer, use) (${of('newsmill_certificate_expiry_timestamp_seconds')}) - time()`, '{{peer}} {{use}}'],
        ],
      },
      {
        title: 'Connections to PostgreSQL',
        description: 'By pool, over the processes, and how many they may open.',
        shows: 'graph',
        unit: 'short',
        queries: [
          [`sum by (pool, state) (${of('newsmill_database_connections')})`, '{{pool}} {{state}}'],
          [`sum by (pool) (${of('newsmill_database_connections_limit')})`, '{{pool}} limit'],
        ],
      },
      {
        title: 'Queries that wait for a connection',
        description: 'By pool; of the process where most wait.',
        shows: 'graph',
        unit: 'short',
        queries: [[`max by (pool) (${of('newsmill_database_waiting')})`, '{{pool}}']],
      },
    ],
  },
  {
    title: 'Processes',
    panels: [
      {
        title: 'CPU',
        description: 'Cores.',
        shows: 'graph',
        unit: 'short',
        queries: [[rate('process_cpu_seconds_total', 'instance'), '{{instance}}']],
      },
      {
        title: 'Memory',
        description: 'Resident, and the part that is the heap of JavaScript.',
        shows: 'graph',
        unit: 'bytes',
        queries: [
          [of('process_resident_memory_bytes'), '{{instance}} resident'],
          [of('nodejs_heap_size_used_bytes'), '{{instance}} heap'],
        ],
      },
      {
        title: 'Lag of the event loop, 99 %',
        description: 'Heartbeats and probes are late by so much.',
        shows: 'graph',
        unit: 's',
        queries: [[of('nodejs_eventloop_lag_p99_seconds'), '{{instance}}']],
      },
      {
        title: 'Garbage collection',
        description: 'Part of the time.',
        shows: 'graph',
        unit: 'percentunit',
        queries: [[rate('nodejs_gc_duration_seconds_sum', 'instance'), '{{instance}}']],
      },
      {
        title: 'Open files',
        description: 'And how many may be open.',
        shows: 'graph',
        unit: 'short',
        queries: [
          [of('process_open_fds'), '{{instance}} open'],
          [of('process_max_fds'), '{{instance}} limit'],
        ],
      },
      {
        title: 'Time since the start',
        description: 'A fall is a restart.',
        shows: 'graph',
        unit: 's',
        queries: [[`time() - ${of('process_start_time_seconds')}`, '{{instance}}']],
      },
    ],
  },
];
